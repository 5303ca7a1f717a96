"""Conversion of JSON to objects and back. ``convert`` is the interface to the other modules."""
