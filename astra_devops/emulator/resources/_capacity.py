"""What the emulated service remembers of provisioned capacity: PCU groups, their states, and which datacenters are in them."""

from collections.abc import Mapping
from datetime import datetime

import attrs

from astra_devops.emulator import replies
from astra_devops.emulator.state.databases import Database
from astra_devops.emulator.state.stores import store
from astra_devops.emulator.state.transitions import Progress
from astra_devops.emulator.time.instants import Instant
from astra_devops.emulator.world import World

UNKNOWN_GROUP = 2000367
TYPES: Mapping[str, Mapping[str, object]] = {
    "standard": {"vCPU": 4, "memory": "32GB", "disk_cache": "0GB"},
    "generalPurpose": {"vCPU": 4, "memory": "32GB", "disk_cache": "0GB"},
    "cacheOptimized": {"vCPU": 4, "memory": "32GB", "disk_cache": "900GB"},
}


@attrs.define
class Group:
    """One PCU group.

    ``state`` is the state when it was last looked at; CREATED and ACTIVE differ by whether it has
    databases.
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

    def begin(self, progress: Progress) -> None:
        """Start a change."""
        self.progress, self.state = progress, progress.state(progress.began)

    def settle(self, now: float) -> None:
        """Bring the state up to ``now``."""
        if self.progress is not None:
            self.state = self.progress.state(now)
            if self.progress.ends() <= now:
                self.progress = None


@attrs.define
class Association:
    """One datacenter in a group; it is in place from ``placed`` on (seconds of the emulator's clock)."""

    datacenter_id: str
    group_id: str
    owner: str
    created: datetime
    updated: datetime
    placed: Instant


@store("pcu_groups")
@attrs.define
class Capacity:
    """All groups by their ids, and all associations by the datacenter's id: one datacenter is in one group."""

    groups: dict[str, Group] = attrs.field(factory=dict)
    associations: dict[str, Association] = attrs.field(factory=dict)


def types(world: World) -> Mapping[str, Mapping[str, object]]:
    """Give the PCU types that there are, by name."""
    return TYPES if world.quirks.newer_pcu_types else {"standard": TYPES["standard"]}


def type_document(provider: str, region: str, name: str) -> dict[str, object]:
    """Write a type as a region offers it; the provider is in lower case here."""
    return {"type": name, "region": region, "provider": provider.lower(), "details": TYPES[name]}


def find_group(world: World, group_id: str) -> Group:
    """Find a group, and bring it up to the present.

    Raises:
        Refusal: there is none by that id.
    """
    group = world.store(Capacity).groups.get(group_id)
    if group is None:
        raise replies.Refusal(replies.errors(404, (UNKNOWN_GROUP, f"PCU group {group_id} could not be found.")))
    group.settle(world.clock.monotonic())
    if group.progress is None and group.state in ("CREATED", "ACTIVE"):
        group.state = "ACTIVE" if members(world, group_id) else "CREATED"
    return group


def members(world: World, group_id: str) -> list[tuple[Association, Database]]:
    """List the datacenters in a group with their databases.

    Those that were terminated since are forgotten on the way.
    """
    known = world.store(Capacity).associations
    found = []
    for association in [entry for entry in known.values() if entry.group_id == group_id]:
        database = database_of(world, association.datacenter_id)
        if database is None:
            del known[association.datacenter_id]
        else:
            found.append((association, database))
    return found


def database_of(world: World, datacenter_id: str) -> Database | None:
    """Find the database that a living datacenter belongs to, which has the first part of its id."""
    database = world.organization.databases.get(datacenter_id[:36])
    if database is None or world.is_gone(world.refresh(database)):
        return None
    return database if any(datacenter.id == datacenter_id for datacenter in database.living) else None


def group_id_of(world: World, datacenter_id: str) -> str | None:
    """Name the group that a datacenter is in."""
    association = world.store(Capacity).associations.get(datacenter_id)
    return None if association is None else association.group_id


def is_parked(world: World, database: Database) -> bool:
    """Tell whether a database sleeps because its group is parked, so that no request wakes it."""
    groups = world.store(Capacity).groups
    ids = {group_id_of(world, datacenter.id) for datacenter in database.living}
    return any(find_group(world, group_id).state in ("PARKING", "PARKED") for group_id in ids if group_id in groups)


def join(world: World, database: Database, datacenter_id: str, group: Group, owner: str) -> Association:
    """Put a datacenter into a group; it is in place when the present change of its database is over."""
    placed = database.progress.ends() if database.progress is not None else world.clock.monotonic()
    now = world.clock.now()
    known = world.store(Capacity).associations
    first = not members(world, group.id)
    created = known[datacenter_id].created if datacenter_id in known else now
    association = known[datacenter_id] = Association(datacenter_id, group.id, owner, created, now, placed)
    if first and group.progress is None:
        group.begin(Progress("fill group", world.clock.monotonic(), group.state))
    return association


def join_at_birth(world: World, database: Database, owner: str) -> None:
    """Put a database that is being created into the group that it was asked for in; an id that does not fit breaks it."""
    group = world.store(Capacity).groups.get(database.pcu_group_id or "")
    if group is not None and (group.provider, group.region) == (database.provider, database.region):
        database.pcu_group_id = None
        join(world, database, database.datacenters[0].id, group, owner)
    elif database.progress is not None:
        database.progress.ends_in = database.progress.ends_in or "ERROR"
