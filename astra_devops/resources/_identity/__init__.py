"""Identity of the caller: its organization, tokens, roles and permissions."""
