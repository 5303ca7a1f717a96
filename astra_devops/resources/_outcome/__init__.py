"""Finding out what a write has done, after a lost answer, a conflict or a success."""
