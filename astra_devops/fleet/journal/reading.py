"""Reading a journal without its lease, while a run may write it."""

import contextlib
import sqlite3
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import attrs

from astra_devops.errors import JournalError
from astra_devops.fleet.journal import lease as leases
from astra_devops.fleet.journal import schema
from astra_devops.fleet.journal.lease import Lease


@attrs.frozen(kw_only=True)
class Status:
    """What a journal says of its run.

    ``counts`` has the number of items by state; ``running`` are those that a process has begun and
    not ended. ``open_calls`` counts calls that were sent and have no recorded outcome. ``holder``
    is the process that runs it now.
    """

    run_id: str
    work: str
    created: str
    sessions: int
    counts: dict[str, int]
    open_calls: int
    holder: Lease | None

    @property
    def is_settled(self) -> bool:
        """Whether all items that were begun are finished."""
        return not any(count for state, count in self.counts.items() if state != "ok")


@attrs.frozen(kw_only=True)
class EndedItem:
    """An item as the journal has it."""

    key: str
    state: str
    began: datetime
    seconds: float
    requests: int
    attempts: int
    resource_id: str | None
    resume_tokens: tuple[str, ...]
    error: str | None
    error_type: str | None
    advice: str | None


class JournalReader:
    """A journal at one moment."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def status(self) -> Status:
        """Return what the journal says of its run."""
        run_id, work, created = self._connection.execute("SELECT id, work, created FROM run").fetchone()
        held = leases.read(self._connection)
        return Status(
            run_id=run_id,
            work=work,
            created=created,
            sessions=self._number("SELECT count(*) FROM session"),
            counts=dict(self._connection.execute("SELECT state, count(*) FROM item GROUP BY state ORDER BY state")),
            open_calls=self._number("SELECT count(*) FROM step WHERE state = 'sent'"),
            holder=held if held is not None and held.is_live(Lease().machine, time.time()) else None,
        )

    def workers(self) -> int:
        """Return the number of workers of the last session."""
        return self._number("SELECT workers FROM session ORDER BY number DESC")

    def ended_items(self) -> Iterator[EndedItem]:
        """Yield the items that have ended, in that order."""
        rows = self._connection.execute(
            "SELECT key, state, began, seconds, requests, attempts, resource_id, resume_tokens, error, error_type, advice FROM item "
            "WHERE state != 'running' ORDER BY began + seconds"
        )
        for key, state, began, seconds, requests, attempts, resource_id, tokens, error, error_type, advice in rows:
            yield EndedItem(
                key=key,
                state=state,
                began=datetime.fromtimestamp(began, UTC),
                seconds=seconds,
                requests=requests,
                attempts=attempts,
                resource_id=resource_id,
                resume_tokens=tuple(tokens.split()),
                error=error,
                error_type=error_type,
                advice=advice,
            )

    def interrupted_keys(self) -> Iterator[str]:
        """Yield the keys of items that were begun and have no recorded end."""
        for (key,) in self._connection.execute("SELECT key FROM item WHERE state = 'running' ORDER BY key"):
            yield key

    def _number(self, query: str) -> int:
        row: tuple[Any, ...] = self._connection.execute(query).fetchone()
        return int(row[0])


@contextlib.contextmanager
def opened(path: Path) -> Iterator[JournalReader]:
    """Open a journal for reading.

    Raises:
        JournalError: There is none, or it is not one of this version.
    """
    if not path.is_file():
        raise JournalError(f"journal {path} does not exist")
    with contextlib.closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=10.0)) as connection:
        schema.check(connection, path)
        connection.execute("BEGIN")
        yield JournalReader(connection)
