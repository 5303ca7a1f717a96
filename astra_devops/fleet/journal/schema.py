"""The tables of a journal, and what makes a file one."""

import sqlite3
from pathlib import Path
from typing import Final

from astra_devops.errors import JournalError

VERSION: Final = 1
APPLICATION_ID: Final = 0x41464C54
"""Says in the header of the file that it is a journal of this package."""

TABLES: Final = """
CREATE TABLE run (id TEXT NOT NULL, work TEXT NOT NULL, created TEXT NOT NULL, sdk TEXT NOT NULL);
CREATE TABLE lease (
    owner TEXT NOT NULL, machine TEXT NOT NULL, host TEXT NOT NULL, pid INTEGER NOT NULL, since TEXT NOT NULL, heartbeat REAL NOT NULL
);
CREATE TABLE session (
    number INTEGER PRIMARY KEY, host TEXT NOT NULL, pid INTEGER NOT NULL, workers INTEGER NOT NULL, began TEXT NOT NULL, ended TEXT
);
CREATE TABLE item (
    key TEXT PRIMARY KEY, state TEXT NOT NULL, session INTEGER NOT NULL, attempts INTEGER NOT NULL, began REAL, seconds REAL,
    requests INTEGER, resource_id TEXT, resume_tokens TEXT, error TEXT, error_type TEXT, advice TEXT
) WITHOUT ROWID;
CREATE TABLE step (
    item TEXT NOT NULL, number INTEGER NOT NULL, operation TEXT NOT NULL, digest BLOB NOT NULL, target TEXT NOT NULL,
    state TEXT NOT NULL, attempts INTEGER NOT NULL, at TEXT NOT NULL, facts TEXT, answer TEXT, PRIMARY KEY (item, number)
) WITHOUT ROWID;
CREATE INDEX item_by_state ON item (state);
"""


def check(connection: sqlite3.Connection, path: Path) -> None:
    """Check that a file is a journal of this version.

    Raises:
        JournalError: It is not.
    """
    try:
        (application_id,) = connection.execute("PRAGMA application_id").fetchone()
        (version,) = connection.execute("PRAGMA user_version").fetchone()
    except sqlite3.Error as error:
        raise JournalError(f"journal {path} cannot be read: {error}") from error
    if application_id != APPLICATION_ID:
        raise JournalError(f"journal {path} is not a journal of a fleet run: name another file, or one that does not exist yet")
    if version != VERSION:
        other = "a later" if version > VERSION else "an earlier"
        raise JournalError(
            f"journal {path} was written by {other} version of astra-devops: it has format {version}, this version reads {VERSION}"
        )


def is_empty(connection: sqlite3.Connection, path: Path) -> bool:
    """Return whether a file has no tables yet.

    Raises:
        JournalError: The file is not one of SQLite.
    """
    try:
        count: int = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        return count == 0
    except sqlite3.DatabaseError as error:
        raise JournalError(f"journal {path} is not a journal of a fleet run ({error}): name another file") from error


def create(connection: sqlite3.Connection) -> None:
    """Create the tables, in the transaction that is open."""
    for statement in TABLES.split(";"):
        if statement.strip():
            connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {VERSION}")
