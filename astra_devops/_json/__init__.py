"""JSON to objects and back. ``convert`` is the interface; the other modules are its parts."""
