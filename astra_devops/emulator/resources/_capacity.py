"""Provisioned capacity: PCU groups, their states, and the datacenters that are in them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

import attrs

from astra_devops.emulator import replies
from astra_devops.emulator.state.databases import Database
from astra_devops.emulator.state.stores import store
from astra_devops.emulator.state.transitions import Progress
from astra_devops.emulator.time.instants import Instant
from astra_devops.emulator.world import World

UNKNOWN_GROUP: Final = 2000367
"""The service's error id for a PCU group that does not exist."""
_PCU_TYPES: Final[Mapping[str, Mapping[str, object]]] = {
    "standard": {"vCPU": 4, "memory": "32GB", "disk_cache": "0GB"},
    "small": {"vCPU": 4, "memory": "16GB", "disk_cache": "125GB"},
    "medium": {"vCPU": 8, "memory": "32GB", "disk_cache": "250GB"},
    "generalPurpose": {"vCPU": 16, "memory": "64GB", "disk_cache": "500GB"},
    "cacheOptimized": {"vCPU": 16, "memory": "115GB", "disk_cache": "2.2TB"},
}
"""All but the first as recorded. The service does not offer each type in each region; we do."""


@attrs.define
class Group:
    """One PCU group.

    ``state`` is the state when the group was last read. CREATED and ACTIVE differ only in whether
    the group has databases, or whether it ``shows_created``: after it was unparked, it is CREATED
    until a request has read that.
    """

    id: str
    title: str
    provider: str
    region: str
    instance_type: str
    provision_type: str
    min: int
    max: int
    reserved: int
    description: str
    owner: str
    created: datetime
    updated: datetime
    state: str = "CREATED"
    progress: Progress | None = None
    shows_created: bool = False

    def begin(self, progress: Progress) -> None:
        """Start a change."""
        self.progress, self.state = progress, progress.state(progress.began)

    def advance(self, now: float) -> None:
        """Update the state to that at ``now``."""
        if self.progress is not None:
            self.state = self.progress.state(now)
            if self.progress.ends() <= now:
                self.progress = None


@attrs.define
class Association:
    """One datacenter in a group. It is in place from ``placed_at`` on."""

    datacenter_id: str
    group_id: str
    owner: str
    created: datetime
    updated: datetime
    placed_at: Instant


@store("pcu_groups")
@attrs.define
class Capacity:
    """Groups by id, and associations by datacenter id: a datacenter is in one group at most."""

    groups: dict[str, Group] = attrs.field(factory=dict)
    associations: dict[str, Association] = attrs.field(factory=dict)


def pcu_types(world: World) -> Mapping[str, Mapping[str, object]]:
    """Return the PCU types on offer, by name."""
    return _PCU_TYPES if world.quirks.newer_pcu_types else {"standard": _PCU_TYPES["standard"]}


def pcu_type_of(name: str) -> str:
    """Return the usual name of a PCU type: that of ``CACHE_OPTIMIZED`` is cacheOptimized."""
    return next((known for known in _PCU_TYPES if known.lower() == name.replace("_", "").lower()), name)


def type_document(name: str) -> dict[str, object]:
    """Return the document of a type within that of a region."""
    return {"type": name, "details": _PCU_TYPES[name]}


def placed_type_document(provider: str, region: str, name: str) -> dict[str, object]:
    """Return the document of a type in a region; the provider is in lower case here."""
    return {**type_document(name), "region": region, "provider": provider.lower(), "enabled": True}


def find_group(world: World, group_id: str) -> Group:
    """Find a group and update its state to the present.

    Raises:
        Refusal: There is no group with that id.
    """
    group = world.store(Capacity).groups.get(group_id)
    if group is None:
        raise replies.Refusal(replies.errors(404, (UNKNOWN_GROUP, f"PCU group {group_id} could not be found.")))
    group.advance(world.clock.monotonic())
    if group.progress is None and group.state in ("CREATED", "ACTIVE"):
        group.state = "ACTIVE" if members(world, group_id) and not group.shows_created else "CREATED"
    return group


def members(world: World, group_id: str) -> list[tuple[Association, Database]]:
    """List the datacenters in a group with their databases.

    Also drops the associations of datacenters that have been terminated since.
    """
    associations = world.store(Capacity).associations
    pairs = []
    for association in [entry for entry in associations.values() if entry.group_id == group_id]:
        database = database_of(world, association.datacenter_id)
        if database is None:
            del associations[association.datacenter_id]
        else:
            pairs.append((association, database))
    return pairs


def database_of(world: World, datacenter_id: str) -> Database | None:
    """Find the database of a living datacenter, whose id begins with that of the database."""
    database = world.organization.databases.get(datacenter_id[:36])
    if database is None or world.is_gone(world.refresh(database)):
        return None
    return database if any(datacenter.id == datacenter_id for datacenter in database.living) else None


def group_id_of(world: World, datacenter_id: str) -> str | None:
    """Return the id of the group that a datacenter is in, or None."""
    association = world.store(Capacity).associations.get(datacenter_id)
    return None if association is None else association.group_id


def is_parked(world: World, database: Database) -> bool:
    """Return whether a database hibernates with its group, so that no request wakes it."""
    groups = world.store(Capacity).groups
    ids = {group_id_of(world, datacenter.id) for datacenter in database.living}
    return any(find_group(world, group_id).state in ("PARKING", "PARKED") for group_id in ids if group_id in groups)


def join_group(world: World, database: Database, datacenter_id: str, group: Group, owner: str) -> Association:
    """Put a datacenter into a group.

    It is in place when the current change of its database ends.
    """
    placed_at = database.progress.ends() if database.progress is not None else world.clock.monotonic()
    now = world.clock.now()
    associations = world.store(Capacity).associations
    first = not members(world, group.id)
    created = associations[datacenter_id].created if datacenter_id in associations else now
    association = associations[datacenter_id] = Association(datacenter_id, group.id, owner, created, now, placed_at)
    if first and group.progress is None:
        group.begin(Progress("fill group", world.clock.monotonic(), group.state))
    return association


def join_requested_group(world: World, database: Database, owner: str) -> None:
    """Put a new database into the group that its request named.

    If the group is unknown or in another place, the creation fails.
    """
    group = world.store(Capacity).groups.get(database.pcu_group_id or "")
    if group is not None and (group.provider, group.region) == (database.provider, database.region):
        database.pcu_group_id = None
        join_group(world, database, database.datacenters[0].id, group, owner)
    elif database.progress is not None:
        database.progress.ends_in = database.progress.ends_in or "ERROR"
