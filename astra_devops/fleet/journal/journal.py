"""The journal as a run uses it: begin an item, record what it is about to change, end it."""

import sqlite3
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from astra_devops._json_bytes import codec
from astra_devops._secret import redact
from astra_devops._version import VERSION
from astra_devops.errors import JournalError
from astra_devops.fleet.journal.rows import ItemRow, StepRow
from astra_devops.fleet.journal.writer import Writer
from astra_devops.fleet.outcome import Outcome

_LATEST: Final = 20_000
"""How many keys are remembered: more than workers, and more than the writer has before it."""


class Journal:
    """The journal of one run, opened for one session.

    A session is one process's part of the run.
    """

    def __init__(self, path: Path, work: str, workers: int) -> None:
        self.path = path
        self.run_id: str = ""
        self.session: int = 0
        self._work = work
        self._workers = workers
        self._writer = Writer(path, self._prepare)
        # The keys that may not be committed yet.
        self._latest: dict[str, None] = {}

    @property
    def failure(self) -> JournalError | None:
        """Why it cannot be written any more; None while it can."""
        return self._writer.failure

    async def open(self) -> None:
        """Open the file, or create it, and take its lease.

        Raises:
            JournalInUseError: Another process holds the lease.
            JournalError: The file is no journal, is that of another work function, or cannot be
                written.
        """
        self.run_id, self.session = await self._writer.open()
        # A reader never waits for the writer, and a look-up takes less than the hop to its thread.
        self._reader = sqlite3.connect(f"{self.path.resolve().as_uri()}?mode=ro", uri=True, isolation_level=None)

    def begin(self, key: str) -> ItemRow:
        """Begin an item, unless it is finished.

        Raises:
            JournalError: The journal cannot be written any more.
        """
        if self.failure is not None:
            raise self.failure
        row = self._reader.execute("SELECT state, session, attempts FROM item WHERE key = ?", (key,)).fetchone()
        if key in self._latest or (row is not None and row[1] == self.session):
            return ItemRow(is_repeated=True)
        if row is not None and row[0] == "ok":
            return ItemRow(is_finished=True, attempts=row[2])
        attempts = 1 if row is None else row[2] + 1
        self._latest[key] = None
        if len(self._latest) > _LATEST:
            del self._latest[next(iter(self._latest))]
        self._writer.submit(
            lambda connection: connection.execute(
                "INSERT INTO item (key, state, session, attempts) VALUES (?, 'running', ?, ?) "
                "ON CONFLICT (key) DO UPDATE SET state = 'running', session = excluded.session, attempts = excluded.attempts",
                (key, self.session, attempts),
            )
        )
        return ItemRow(attempts=attempts, steps=_steps(self._reader, key) if row is not None else ())

    async def intend(self, key: str, step: StepRow) -> None:
        """Record a call that is about to be sent, and return after the commit."""
        facts = None if step.facts is None else codec.dumps(step.facts).decode()
        values = (key, step.number, step.operation, step.digest, redact(step.target), step.attempts, _now(), facts)

        def work(connection: sqlite3.Connection) -> None:
            connection.execute(
                "INSERT OR REPLACE INTO step (item, number, operation, digest, target, state, attempts, at, facts) "
                "VALUES (?, ?, ?, ?, ?, 'sent', ?, ?, ?)",
                values,
            )

        await self._writer.run(work)

    def settle(self, key: str, number: int, state: str, answer: str | None) -> None:
        """Record what came of a call."""
        self._writer.submit(
            lambda connection: connection.execute(
                "UPDATE step SET state = ?, answer = ? WHERE item = ? AND number = ?", (state, answer, key, number)
            )
        )

    def end(self, outcome: Outcome) -> None:
        """Record what came of an item."""
        error = outcome.error
        values = (
            outcome.state,
            outcome.began.timestamp(),
            outcome.seconds,
            outcome.requests,
            outcome.resource_id,
            " ".join(outcome.resume_tokens),
            None if error is None else redact(str(error)),
            None if error is None else type(error).__name__,
            outcome.advice,
            outcome.key,
        )
        self._writer.submit(
            lambda connection: connection.execute(
                "UPDATE item SET state = ?, began = ?, seconds = ?, requests = ?, resource_id = ?, resume_tokens = ?, error = ?, "
                "error_type = ?, advice = ? WHERE key = ?",
                values,
            )
        )

    async def close(self) -> None:
        """End the session, give up the lease, and close the file."""

        def work(connection: sqlite3.Connection) -> None:
            connection.execute("UPDATE session SET ended = ? WHERE number = ?", (_now(), self.session))
            connection.execute("DELETE FROM lease")

        try:
            await self._writer.close(work)
        finally:
            self._reader.close()

    def _prepare(self, connection: sqlite3.Connection) -> tuple[str, int]:
        row = connection.execute("SELECT id, work FROM run").fetchone()
        if row is None:
            row = (uuid4().hex, self._work)
            connection.execute("INSERT INTO run VALUES (?, ?, ?, ?)", (*row, _now(), VERSION))
        elif not _is_same_work(row[1], self._work):
            raise JournalError(f"journal {self.path} is that of the work function {row[1]}, not of {self._work}: name another file")
        lease = self._writer.lease
        cursor = connection.execute(
            "INSERT INTO session (host, pid, workers, began) VALUES (?, ?, ?, ?)", (lease.host, lease.pid, self._workers, lease.since)
        )
        return row[0], int(cursor.lastrowid or 0)


def _steps(connection: sqlite3.Connection, key: str) -> tuple[StepRow, ...]:
    rows = connection.execute(
        "SELECT number, operation, digest, target, state, attempts, facts, answer FROM step WHERE item = ? ORDER BY number", (key,)
    )
    return tuple(
        StepRow(
            number=number,
            operation=operation,
            digest=digest,
            target=target,
            state=state,
            attempts=attempts,
            facts=_loaded(facts),
            answer=_loaded(answer),
        )
        for number, operation, digest, target, state, attempts, facts, answer in rows
    )


def _loaded(text: str | None) -> Mapping[str, Any] | None:
    return None if text is None else codec.loads(text)


def _is_same_work(recorded: str, present: str) -> bool:
    """Return whether two names are of one function; a program's own module has two names."""
    if "__main__" in (recorded.partition(":")[0], present.partition(":")[0]):
        return recorded.partition(":")[2] == present.partition(":")[2]
    return recorded == present


def name_of(work: Any) -> str:
    """Return the name of a work function as ``module:function``."""
    while hasattr(work, "func"):  # A partial.
        work = work.func
    owner = work if hasattr(work, "__qualname__") else type(work)
    return f"{owner.__module__}:{owner.__qualname__}"


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
