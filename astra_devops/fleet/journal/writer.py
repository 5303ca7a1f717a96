"""The thread that reads and writes a journal, and joins what waits for it into one commit."""

import asyncio
import contextlib
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import attrs

from astra_devops._secret import printable
from astra_devops.errors import JournalError
from astra_devops.fleet.journal import lease as leases
from astra_devops.fleet.journal import schema
from astra_devops.fleet.journal.lease import Lease

Work = Callable[[sqlite3.Connection], Any]

_MOMENT: Final = 0.05
"""Seconds after which what is not waited for is carried out."""
_SYNCED_EVERY: Final = 1.0
"""Seconds after which what was committed is brought to the disk, to survive a power cut."""


@attrs.define(eq=False)
class _Job:
    work: Work
    future: "asyncio.Future[Any] | None"
    result: Any = None


class Writer:
    """A connection to a journal in a thread of its own, which holds the lease.

    What is submitted is carried out in order. A future is done after the commit.
    """

    def __init__(self, path: Path, prepare: Work) -> None:
        self.failure: JournalError | None = None
        self.lease: Lease = Lease()
        self._path = path
        self._prepare = prepare
        self._loop = asyncio.get_running_loop()
        self._jobs: deque[_Job] = deque()
        self._wake = threading.Event()
        self._is_stopping = False
        self._thread = threading.Thread(target=self._main, name="astra-devops journal", daemon=True)

    async def open(self) -> Any:
        """Start the thread, take the lease, and return what ``prepare`` returns.

        Raises:
            JournalInUseError: Another process holds the lease.
            JournalError: The file cannot be opened, or is not a journal.
        """
        self._opened: asyncio.Future[Any] = self._loop.create_future()
        self._thread.start()
        return await self._opened

    async def run(self, work: Work) -> Any:
        """Carry out ``work`` in the thread, and return what it returns after the commit.

        Raises:
            JournalError: The journal cannot be written any more.
        """
        if self.failure is not None:
            raise self.failure
        future: asyncio.Future[Any] = self._loop.create_future()
        self._jobs.append(_Job(work, future))
        self._wake.set()
        return await future

    def submit(self, work: Work) -> None:
        """Carry out ``work`` in the thread within a moment, without waiting for it.

        It does not wake the thread: each change of threads costs more than the work.
        """
        self._jobs.append(_Job(work, None))

    async def close(self, work: Work) -> None:
        """Carry out everything and ``work`` at last, give up the lease, and end the thread."""
        future: asyncio.Future[Any] = self._loop.create_future()
        is_open = self.failure is None
        if is_open:
            self._jobs.append(_Job(work, future))
        self._is_stopping = True
        self._wake.set()
        try:
            if is_open:
                await asyncio.shield(future)
        finally:
            # It has nothing left to do but to close the file.
            self._thread.join()

    def _main(self) -> None:
        try:
            connection = self._connect()
        except BaseException as error:
            self._notify(self._opened, None, _as_journal_error(self._path, error))
            return
        try:
            self._serve(connection)
        finally:
            connection.close()

    def _connect(self) -> sqlite3.Connection:
        self._path.touch(mode=0o600, exist_ok=True)
        connection = sqlite3.connect(self._path, timeout=10.0, isolation_level=None)
        try:
            new = schema.is_empty(connection, self._path)
            if not new:
                schema.check(connection, self._path)
            connection.execute("PRAGMA journal_mode = WAL")
            # What is committed survives the end of the process. It reaches the disk within a
            # second, by the checkpoints below: to wait for the disk before each request would cost
            # a tenth of its time and more.
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("BEGIN IMMEDIATE")
            if new:
                schema.create(connection)
            leases.take(connection, self._path, self.lease)
            result = self._prepare(connection)
            connection.execute("COMMIT")
        except BaseException:
            connection.close()
            raise
        self._notify(self._opened, result, None)
        return connection

    def _serve(self, connection: sqlite3.Connection) -> None:
        renewed = synced = time.monotonic()
        while not self._is_stopping or self._jobs:
            jobs = self._next_jobs()
            if self.failure is None and (jobs or time.monotonic() - renewed > leases.RENEWED_EVERY):
                try:
                    self._commit(connection, jobs)
                    renewed = time.monotonic()
                    if renewed - synced > _SYNCED_EVERY:
                        connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
                        synced = time.monotonic()
                except BaseException as error:
                    self.failure = _as_journal_error(self._path, error)
            self._finish(jobs)

    def _next_jobs(self) -> list[_Job]:
        """Wait for a moment, or until something is waited for, and return what there is to do."""
        self._wake.wait(_MOMENT)
        self._wake.clear()
        return [self._jobs.popleft() for _ in range(len(self._jobs))]

    def _commit(self, connection: sqlite3.Connection, jobs: list[_Job]) -> None:
        connection.execute("BEGIN IMMEDIATE")
        try:
            # With each commit, so that a process that was stopped for long cannot write any more.
            if not leases.renew(connection, self.lease):
                raise JournalError(f"journal {self._path} was taken over by another process, since this one did not answer for a while")
            for job in jobs:
                job.result = job.work(connection)
            connection.execute("COMMIT")
        except BaseException:
            connection.rollback()
            raise

    def _finish(self, jobs: list[_Job]) -> None:
        waiting = [job for job in jobs if job.future is not None]
        if not waiting:
            return
        # If the loop is closed, nothing waits any more.
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(_resolve, waiting, self.failure)

    def _notify(self, future: "asyncio.Future[Any]", result: Any, error: BaseException | None) -> None:
        job = _Job(lambda connection: None, future, result)
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(_resolve, [job], error)


def _resolve(jobs: list[_Job], failure: BaseException | None) -> None:
    for job in jobs:
        assert job.future is not None
        if job.future.done():
            continue
        if failure is None:
            job.future.set_result(job.result)
        else:
            job.future.set_exception(failure)


def _as_journal_error(path: Path, error: BaseException) -> JournalError:
    if isinstance(error, JournalError):
        return error
    reason = JournalError(f"journal {path} cannot be written ({type(error).__name__}: {printable(str(error))}); the run stops here")
    reason.__cause__ = error
    return reason
