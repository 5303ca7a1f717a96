"""Databases with an owner and an expiry in their names, and what ends those that have expired."""
