"""Quirks: undocumented behaviors of the service, in one module per area."""
