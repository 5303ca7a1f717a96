"""How a fleet run works: the items, the workers, and what is recorded of each item."""
