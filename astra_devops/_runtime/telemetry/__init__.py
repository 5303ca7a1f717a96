"""The log, and the trace context of requests."""
