"""Waiting for what the service has only accepted."""
