"""The generator of ``blocking/``, which reads the source of the async client and its resources."""
