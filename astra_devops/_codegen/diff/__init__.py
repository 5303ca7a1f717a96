"""What changed between two documents, and whether it breaks callers."""
