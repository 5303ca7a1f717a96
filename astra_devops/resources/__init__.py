"""The hand-written clients, one noun per file."""
