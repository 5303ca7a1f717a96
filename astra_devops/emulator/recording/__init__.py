"""Recording the real service, and replaying such a recording."""
