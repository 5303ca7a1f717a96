"""How many requests a client sends at once and per second, and whose turn is next."""
