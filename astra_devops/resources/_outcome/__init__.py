"""What a write has done: reconciling lost answers, and reading accepted ones."""
