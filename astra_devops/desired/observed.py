"""What is there, as a plan needs it."""

from collections.abc import Iterable
from typing import Any

import attrs

from astra_devops import errors
from astra_devops._rest.models.databases import Database, DatabaseStatus
from astra_devops.operations.conditions.keyspaces import keyspaces_of


@attrs.frozen(kw_only=True)
class State:
    """The parts of a database that a declaration is about.

    Attributes:
        cloud_provider: In upper case.
        region: The region that it was created in.
        regions: Its further regions, sorted.
        keyspaces: Its keyspaces, sorted.
        tier: The tier, in lower case; None if it is not known.
        db_type: The kind of database; None for a plain one.
    """

    cloud_provider: str
    region: str
    regions: tuple[str, ...] = ()
    keyspaces: tuple[str, ...] = ()
    tier: str | None = None
    db_type: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the state as JSON values."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in attrs.asdict(self, recurse=False).items()}


def state_of(database: Database) -> State:
    """Return the state of a database as the service describes it."""
    info = database.info
    region = info.region or ""
    regions = {datacenter.region for datacenter in info.datacenters or [] if datacenter.status != DatabaseStatus.TERMINATING}
    return State(
        cloud_provider=str(info.cloud_provider or "").upper(),
        region=region,
        regions=tuple(sorted(name for name in regions if name and name != region)),
        keyspaces=tuple(sorted(keyspaces_of(database))),
        tier=None if info.tier is None else str(info.tier).lower(),
        db_type=None if info.db_type is None else str(info.db_type),
    )


def by_name(databases: Iterable[Database], names: Iterable[str]) -> dict[str, Database]:
    """Find the databases that have one of the names, and are not being terminated.

    Raises:
        AmbiguousNameError: Several databases have one of the names; the error has their ids.
    """
    wanted = set(names)
    found: dict[str, list[Database]] = {}
    for database in databases:
        name = database.info.name
        if name in wanted and is_present(database):
            found.setdefault(name, []).append(database)
    for name, same in found.items():
        if len(same) > 1:
            raise errors.AmbiguousNameError.of("databases", name, [database.id for database in same])
    return {name: same[0] for name, same in found.items()}


def is_present(database: Database) -> bool:
    """Check whether a database is neither terminated nor about to be."""
    return database.status not in (DatabaseStatus.TERMINATING, DatabaseStatus.TERMINATED)
