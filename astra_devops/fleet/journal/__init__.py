"""The journal of a fleet run: one SQLite file, written by one thread of one process."""
