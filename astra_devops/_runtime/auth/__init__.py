"""The credential of a request: where it comes from, and asking for it."""
