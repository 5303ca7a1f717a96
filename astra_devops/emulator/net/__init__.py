"""Ports, sockets and threads."""
