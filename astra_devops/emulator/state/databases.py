"""Organizations, their databases, and the datacenters of those."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

import attrs

from astra_devops.emulator.state.transitions import Progress
from astra_devops.emulator.time.instants import Instant

_SERVERLESS: Final = "serverless"
_KEPT_VERSIONS: Final = 4
"""How many copies of itself a database keeps for stale reads, one from the start of each change."""
_CREATIONS: Final = ("create", "create in group")
_KEPT_CHANGES: Final = 50
"""How many of its last changes a database keeps."""


@attrs.define
class Datacenter:
    """One datacenter of a database. Its id is that of the database, followed by a number."""

    id: str
    provider: str
    region: str
    tier: str
    capacity_units: int
    created: datetime
    terminated: bool = False


@attrs.define
class Database:
    """One database.

    ``state`` is its state at the time of the last :meth:`advance`.
    ``last_used`` is None if it was not used after its creation.
    ``keyspace_history`` has the sets of keyspaces that it had, each with the time of day until
    which it had them. ``versions`` has copies from the start of the last changes, for stale reads.

    Set by faults only: ``stuck_in`` is a state to show instead, ``early_404s`` the number of reads
    that are still to be answered with 404, ``listed_from`` the time at which lists begin to include
    it.
    """

    id: str
    name: str
    provider: str
    region: str
    tier: str
    capacity_units: int
    owner: str
    created: datetime
    db_type: str | None = None
    keyspace: str | None = None
    keyspaces: list[str] = attrs.field(factory=list)
    datacenters: list[Datacenter] = attrs.field(factory=list)
    graphs: list[str] = attrs.field(factory=list)
    keyspace_history: list[tuple[datetime, tuple[str, ...]]] = attrs.field(factory=list, repr=False)
    has_migration_proxy: bool = False
    state: str = "ACTIVE"
    stuck_in: str | None = None
    engine_type: str | None = None
    pcu_group_id: str | None = None
    progress: Progress | None = None
    terminated_at: Instant | None = None
    terminated: datetime | None = None
    early_404s: int = 0
    listed_from: Instant = 0.0
    last_used: datetime | None = None
    last_number: int = 0
    changes: list[Progress] = attrs.field(factory=list, repr=False)
    versions: list[tuple[Instant, "Database"]] = attrs.field(factory=list, eq=False, repr=False)

    @property
    def status(self) -> str:
        """The state to show."""
        return self.stuck_in or self.state

    @property
    def serverless(self) -> bool:
        """Whether it is of the serverless tier."""
        return self.tier.lower() == _SERVERLESS

    @property
    def living(self) -> list[Datacenter]:
        """The datacenters that have not been terminated."""
        return [datacenter for datacenter in self.datacenters if not datacenter.terminated]

    def begin(self, progress: Progress, now: float) -> None:
        """Start a change, and add it to ``changes``."""
        if not self.versions and progress.change not in _CREATIONS:
            self.versions.append((float("-inf"), self._copy()))
        self.progress = progress
        self.changes.append(progress)
        del self.changes[:-_KEPT_CHANGES]
        self.state = progress.state(now)
        self.versions.append((now, self._copy()))
        del self.versions[:-_KEPT_VERSIONS]

    def as_of(self, then: Instant, moment: datetime) -> "Database | None":
        """Return a copy as it was at a time; None if it did not exist then.

        ``moment`` is the time of day at ``then``. Before the oldest version, that version counts.
        """
        candidates = [version for began, version in self.versions if began <= then]
        if not candidates and self.versions:
            oldest = self.versions[0][1]
            if oldest.progress is not None and oldest.progress.change in _CREATIONS:
                return None
            candidates = [oldest]
        copy = (candidates[-1] if candidates else self)._copy()
        copy.advance(then, moment)
        return copy

    def _copy(self) -> "Database":
        """Copy everything that can change, without the changes and versions."""
        return attrs.evolve(
            self,
            keyspaces=[*self.keyspaces],
            datacenters=[attrs.evolve(datacenter) for datacenter in self.datacenters],
            graphs=[*self.graphs],
            keyspace_history=[*self.keyspace_history],
            changes=[],
            versions=[],
        )

    def advance(self, now: float, moment: datetime) -> None:
        """Update the state to ``now``, and apply the effect of a change that has completed.

        ``moment`` is the time of day at ``now``.
        """
        progress = self.progress
        if progress is None:
            return
        self.state = progress.state(now)
        if progress.ends() <= now:
            self.progress = None
            moment -= timedelta(seconds=now - progress.ends())
            if progress.ends_in is None:
                self._apply(progress, moment)
            self.terminated_at = progress.ends() if self.state == "TERMINATED" else None

    def _apply(self, progress: Progress, moment: datetime) -> None:
        self._change_keyspaces(progress, moment)
        subject = progress.subject
        match progress.change:
            case "add datacenter":
                self.add_datacenter(subject, self.provider, moment)
            case "terminate datacenter":
                next(datacenter for datacenter in self.datacenters if datacenter.id == subject).terminated = True
            case "resize":
                self.capacity_units = int(subject)
                for datacenter in self.datacenters:
                    datacenter.capacity_units = self.capacity_units
            case "set engine type":
                self.engine_type = subject
            case "enable graph":
                self.graphs.append(subject)
            case "launch migration proxy" | "remove migration proxy":
                self.has_migration_proxy = progress.change.startswith("launch")
            case "terminate":
                self.terminated = moment
                for datacenter in self.datacenters:
                    datacenter.terminated = True

    def _change_keyspaces(self, progress: Progress, moment: datetime) -> None:
        before, subject = tuple(self.keyspaces), progress.subject
        match progress.change:
            case "create" | "create in group":
                self.keyspaces = [subject] if subject else []
            case "add keyspace":
                self.keyspaces.append(subject)
            case "drop keyspace":
                self.keyspaces.remove(subject)
            case "clone":
                self.keyspaces += [name for name in subject.split() if name not in before]
            case "restore":
                self.keyspaces = subject.split()
            case "terminate":
                self.keyspaces.clear()
        if tuple(self.keyspaces) != before:
            self.keyspace_history.append((moment, before))
        if self.keyspace and self.keyspace not in self.keyspaces and progress.change in ("drop keyspace", "restore"):
            self.keyspace = next(iter(self.keyspaces), None)

    def keyspaces_at(self, moment: datetime) -> tuple[str, ...]:
        """Return the keyspaces at a time of day."""
        return next((names for until, names in self.keyspace_history if until > moment), tuple(self.keyspaces))

    def add_datacenter(self, region: str, provider: str, moment: datetime) -> None:
        """Add a datacenter with the next number."""
        self.last_number += 1
        datacenter_id = f"{self.id}-{self.last_number}"
        self.datacenters.append(Datacenter(datacenter_id, provider, region, self.tier, self.capacity_units, moment))

    def is_gone(self, now: float, readable_for: float) -> bool:
        """Return whether it was terminated ``readable_for`` seconds ago or earlier."""
        return self.terminated_at is not None and now - self.terminated_at >= readable_for


@attrs.define
class Organization:
    """One organization and its databases, in the order of their creation."""

    id: str
    name: str
    owner_id: str
    owner_email: str
    created: datetime
    roles: dict[str, str] = attrs.field(factory=dict)
    databases: dict[str, Database] = attrs.field(factory=dict)
    _order: list[Database] = attrs.field(factory=list)
    _positions: dict[str, int] = attrs.field(factory=dict)

    def add(self, database: Database) -> None:
        """Add a new database."""
        self._positions[database.id] = len(self._order)
        self._order.append(database)
        self.databases[database.id] = database

    def clear(self) -> None:
        """Remove all databases."""
        self.databases.clear()
        self._order.clear()
        self._positions.clear()

    def after(self, database_id: str | None) -> Iterator[Database] | None:
        """Iterate over the databases after the given one, or over all for None.

        Returns None if that id never existed. A database keeps its position when it is gone, so
        that a page may start after it.
        """
        if database_id is None:
            return self._from(0)
        position = self._positions.get(database_id)
        return None if position is None else self._from(position + 1)

    def _from(self, position: int) -> Iterator[Database]:
        while position < len(self._order):
            yield self._order[position]
            position += 1
