"""Sockets, ports and threads."""
