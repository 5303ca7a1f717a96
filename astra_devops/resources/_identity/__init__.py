"""Who is calling and who may do what: tokens, roles, permissions, the organization."""
