"""The hook by which a fleet run records what its items are about to change, and what came of it."""
