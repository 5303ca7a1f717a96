"""The lease that keeps a second process out of a journal.

It goes by real time, whatever the client's clock, since it is about the processes of machines.
"""

import os
import socket
import sqlite3
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from uuid import uuid4

import attrs

from astra_devops.errors import JournalInUseError

RENEWED_EVERY: Final = 1.0
"""Seconds after which the heartbeat is renewed."""
_EXPIRES_AFTER: Final = 30.0
"""Seconds without a heartbeat after which a process of another machine counts as ended."""


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _this_machine() -> str:
    """Return what all processes that can see each other's ids have in common, and no others."""
    parts = [socket.gethostname()]
    for path in ("/proc/sys/kernel/random/boot_id", "/proc/self/ns/pid"):
        try:
            parts.append(os.readlink(path) if path.endswith("/ns/pid") else Path(path).read_text(encoding="ascii").strip())
        except OSError:
            parts.append("")
    return "/".join(parts)


@attrs.frozen(kw_only=True)
class Lease:
    """The process that writes a journal, or wrote it last."""

    owner: str = attrs.field(factory=lambda: uuid4().hex)
    machine: str = attrs.field(factory=_this_machine)
    host: str = attrs.field(factory=socket.gethostname)
    pid: int = attrs.field(factory=os.getpid)
    since: str = attrs.field(factory=_now)
    heartbeat: float = attrs.field(factory=time.time)

    def is_live(self, machine: str, now: float) -> bool:
        """Return whether its process still runs, or may.

        On this machine the process table answers; of another one only the heartbeat is known.
        """
        if machine == self.machine and all(machine.split("/")) and os.name == "posix":
            return _is_running(self.pid)
        return now - self.heartbeat < _EXPIRES_AFTER


def read(connection: sqlite3.Connection) -> Lease | None:
    """Return the lease of a journal; None if no process holds one."""
    row = connection.execute("SELECT owner, machine, host, pid, since, heartbeat FROM lease").fetchone()
    return row and Lease(**dict(zip(("owner", "machine", "host", "pid", "since", "heartbeat"), row, strict=True)))


def take(connection: sqlite3.Connection, path: Path, lease: Lease) -> None:
    """Take the lease, in the transaction that is open.

    Raises:
        JournalInUseError: A process holds it.
    """
    held = read(connection)
    if held is not None and held.is_live(lease.machine, time.time()):
        raise JournalInUseError(
            f"journal {path} is in use by process {held.pid} on {held.host} since {held.since}: wait until it ends, or stop it first",
            pid=held.pid,
            host=held.host,
            since=held.since,
        )
    connection.execute("DELETE FROM lease")
    values = (lease.owner, lease.machine, lease.host, lease.pid, lease.since, lease.heartbeat)
    connection.execute("INSERT INTO lease VALUES (?, ?, ?, ?, ?, ?)", values)


def renew(connection: sqlite3.Connection, lease: Lease) -> bool:
    """Renew the heartbeat; return False if another process has taken the lease."""
    return connection.execute("UPDATE lease SET heartbeat = ? WHERE owner = ?", (time.time(), lease.owner)).rowcount == 1


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
