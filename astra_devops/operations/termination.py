"""Whether a database is on its way out."""

from astra_devops._rest.models.databases import Database


def is_terminating(database: Database | None) -> bool:
    """Return whether the termination of a database has begun, or is over."""
    return database is None or database.status in ("TERMINATING", "TERMINATED")
