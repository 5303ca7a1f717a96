"""The placement of databases in PCU groups."""

import asyncio
from collections.abc import Collection, Iterable, Mapping
from typing import Final

import attrs

from astra_devops import errors
from astra_devops._rest.models.databases import Database
from astra_devops._runtime import checks
from astra_devops.desired.change import Change
from astra_devops.desired.kinds.database_part import find_database_id, no_datacenter, refuse_gone
from astra_devops.desired.kinds.databases import DATABASES
from astra_devops.desired.kinds.kind import Found, IsPruned, Kind
from astra_devops.desired.kinds.pcu_groups import PCU_GROUPS, find_group, unpark
from astra_devops.desired.present import Present
from astra_devops.desired.state import State
from astra_devops.operations.kinds import TRANSIENT_STATES


@attrs.frozen(kw_only=True, init=False)
class Placement:
    """A region of a database that should be in a PCU group.

    Args:
        database: The name of the database.
        group: The title of the group, which is in the same region.
        region: The region; by default the one that the database was created in.

    Raises:
        TypeError: An argument has the wrong type.
        ValueError: An argument is empty.
    """

    database: str
    group: str
    region: str | None = None

    def __init__(self, database: str, *, group: str, region: str | None = None) -> None:
        self.__attrs_init__(  # pyright: ignore[reportAttributeAccessIssue]
            database=checks.string(database, "database"),
            group=checks.string(group, "group"),
            region=checks.optional(checks.string, region, "region"),
        )


@attrs.frozen(kw_only=True)
class PlacementState(State):
    """Where a datacenter is placed.

    Attributes:
        group: The title of its group; the id if that has none.
    """

    group: str


class PlacementKind(Kind[Placement, PlacementState]):
    """Placements, by the name of the database, and the region if it is not the first."""

    name = "placement"
    table = "placements"
    words = "placement"
    is_removable = True
    declared_class = Placement
    state_class = PlacementState

    def name_of(self, entry: Placement) -> str:
        """Return the database, and the region after a slash."""
        return entry.database if entry.region is None else f"{entry.database}/{entry.region}"

    def label(self, name: str) -> str:
        """Name the database."""
        return f"placement of database {name!r}"

    def needs(self, entry: Placement) -> Iterable[str]:
        """Return the keys of the database and the group."""
        return [DATABASES.key(entry.database), PCU_GROUPS.key(entry.group)]

    async def check(
        self, entries: Mapping[str, Placement], found: Mapping[str, Found[PlacementState]], present: Present, keys: Collection[str]
    ) -> None:
        """Refuse databases and groups that are neither there nor declared."""
        databases = await present.database_names()
        titles = {group.title for group in await present.pcu_groups()}
        for index, entry in enumerate(entries.values()):
            DATABASES.check_reference(entry.database, f"placements[{index}].database", databases, keys)
            PCU_GROUPS.check_reference(entry.group, f"placements[{index}].group", titles, keys)

    async def listed(self, present: Present) -> list[tuple[str, str]]:
        """List all placements."""
        return [(name, found.id) for name, found in (await self.read(present, None)).items()]

    async def read(self, present: Present, names: Collection[str] | None) -> dict[str, Found[PlacementState]]:
        """Read what is in each group."""
        groups = await present.pcu_groups()
        members = await asyncio.gather(*(present.client.pcu_groups.list_associations(group.id) for group in groups))
        titles = {entry.datacenter_id: group.title or group.id for group, entries in zip(groups, members, strict=True) for entry in entries}
        ids = await present.database_ids(None if names is None else {name.partition("/")[0] for name in names})
        databases = {database.info.name or "": database for database in await present.databases() if database.id in ids.values()}
        placed: dict[str, Found[PlacementState]] = {}
        for name, database in databases.items():
            for datacenter_id, region in _datacenters(database):
                if datacenter_id in titles:
                    found = Found(id=database.id, state=PlacementState(group=titles[datacenter_id]))
                    placed[f"{name}/{region}"] = found
                    if region == database.info.region:
                        placed[name] = found
        if names is None:
            return {name: found for name, found in placed.items() if "/" not in name or placed.get(name.partition("/")[0]) is not found}
        return {name: found for name, found in placed.items() if name in names}

    async def id_of_new(self, present: Present, name: str) -> str | None:
        """Return the id of the database."""
        database = name.partition("/")[0]
        return (await present.database_ids([database])).get(database)

    async def after(self, present: Present, entry: Placement, found: Found[PlacementState] | None, is_pruned: IsPruned) -> PlacementState:
        """Return the declared group."""
        return PlacementState(group=entry.group)

    def declare(self, name: str, state: PlacementState) -> Placement:
        """Declare a placement as it is."""
        database, _, region = name.partition("/")
        return Placement(database, group=state.group, region=region or None)

    async def look(self, present: Present, change: Change, *, is_continued: bool) -> Found[PlacementState] | None:
        """Find the group of the datacenter."""
        await refuse_gone(present, change.id, change.name.partition("/")[0])
        database, datacenter_id = await _find_datacenter(present, change)
        group = await present.client.pcu_groups.find_by_datacenter(datacenter_id)
        return None if group is None else Found(id=database.id, state=PlacementState(group=group.title or group.id))

    async def write(self, present: Present, change: Change, found: Found[PlacementState] | None, after: PlacementState) -> None:
        """Place the datacenter, or move it; parked groups are unparked before."""
        groups, databases = present.client.pcu_groups, present.client.databases
        database, datacenter_id = await _find_datacenter(present, change)
        if found is not None and found.state == after:  # By a run that has ended, perhaps just now.
            if database.status in TRANSIENT_STATES:
                await (await databases.operation(database.id)).wait()
            return
        group, old = await find_group(present, after.group), await groups.find_by_datacenter(datacenter_id)
        if group is None:
            raise errors.OutdatedPlanError(f"PCU group {after.group!r} was there or to be created, is not there; make a new plan")
        await unpark(present, group.id)
        if old is None:
            await (await groups.associate(group.id, datacenter_id)).wait()
        else:
            await unpark(present, old.id)
            await (await groups.transfer(datacenter_id, from_group_id=old.id, to_group_id=group.id)).wait()

    async def remove(self, present: Present, change: Change, found: Found[PlacementState]) -> None:
        """Move the datacenter back to the capacity that all databases share."""
        _, datacenter_id = await _find_datacenter(present, change)
        group = await present.client.pcu_groups.find_by_datacenter(datacenter_id)
        if group is not None:
            await unpark(present, group.id)
            await present.client.pcu_groups.dissociate(group.id, datacenter_id)


def _datacenters(database: Database) -> list[tuple[str, str]]:
    """Return the ids and regions of the datacenters of a database."""
    return [(datacenter.id or "", datacenter.region or "") for datacenter in database.info.datacenters or []]


async def _find_datacenter(present: Present, change: Change) -> tuple[Database, str]:
    """Return the database that a change is about, and the id of the datacenter."""
    name, _, region = change.name.partition("/")
    database = await present.client.databases.get(await find_database_id(present, change.id, name))
    region = region or database.info.region or ""
    for datacenter_id, its_region in _datacenters(database):
        if its_region == region:
            return database, datacenter_id
    raise no_datacenter(name, region)


PLACEMENTS: Final = PlacementKind()
