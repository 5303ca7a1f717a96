"""JSON to bytes and back, by orjson where it is installed. ``codec`` is the interface."""
