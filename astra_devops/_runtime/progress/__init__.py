"""Progress on standard error: what it goes to, and one line that changes."""
