"""Change data capture of tables."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import attrs

from astra_devops._rest.models.cdc import CdcRegion
from astra_devops._runtime import checks
from astra_devops.desired.change import Change
from astra_devops.desired.kinds.database_part import DatabasePart, find_database_id, no_datacenter
from astra_devops.desired.kinds.kind import Found, IsPruned
from astra_devops.desired.kinds.placements import PLACEMENTS
from astra_devops.desired.kinds.values import check_names, refuse_repeated
from astra_devops.desired.present import Present
from astra_devops.desired.state import State

_STREAM_FIELDS: Final = ("region", "cluster", "tenant")


@attrs.frozen
class Stream:
    """Where the changes of one region go.

    Attributes:
        region: The region of the database.
        cluster: The streaming cluster.
        tenant: The streaming tenant.
    """

    region: str
    cluster: str
    tenant: str

    def __str__(self) -> str:
        return f"{self.region} to {self.tenant} on {self.cluster}"


@attrs.frozen(kw_only=True, init=False)
class Capture:
    """The tables of a database whose changes should be captured, exactly these.

    Args:
        database: The name of the database.
        tables: The tables, as ``KEYSPACE.TABLE``. If there are none, capture ends.
        streams: Where the changes of each region go; at least one if there are tables.

    Raises:
        TypeError: An argument has the wrong type.
        ValueError: An argument is not valid.
    """

    database: str
    tables: tuple[str, ...]
    streams: tuple[Stream, ...] = ()

    def __init__(self, database: str, tables: Iterable[str], *, streams: Iterable[Stream | Mapping[str, str]] = ()) -> None:
        names = checks.strings(tables, "tables")
        for index, name in enumerate(names):
            if not all(_pair(name)):
                raise ValueError(f"tables[{index}] must be KEYSPACE.TABLE, such as 'sales.orders', not {name!r}")
        refuse_repeated(names, "tables")
        items = checks.items(streams, "streams", "streams", at_least=1 if names else 0)
        checked = [_checked(item, f"streams[{index}]") for index, item in enumerate(items)]
        refuse_repeated([stream.region for stream in checked], "streams")
        self.__attrs_init__(  # pyright: ignore[reportAttributeAccessIssue]
            database=checks.string(database, "database"), tables=tuple(names), streams=tuple(checked)
        )


def _checked(value: Any, name: str) -> Stream:
    if isinstance(value, Mapping):
        check_names(value, _STREAM_FIELDS, f"{name}.")
        missing = [field for field in _STREAM_FIELDS if field not in value]
        if missing:
            raise ValueError(f"{name}.{missing[0]} must be given")
        stream = Stream(**value)
    elif isinstance(value, Stream):
        stream = value
    else:
        raise TypeError(f"{name} must be a table or a Stream, not {checks.type_name(value)}")
    for field in _STREAM_FIELDS:
        checks.string(getattr(stream, field), f"{name}.{field}")
    return stream


@attrs.frozen(kw_only=True)
class CaptureState(State):
    """What is captured of a database; empty if nothing is.

    Attributes:
        tables: The tables, sorted.
        streams: Where the changes go, sorted.
    """

    tables: tuple[str, ...] = ()
    streams: tuple[Stream, ...] = ()


class CaptureKind(DatabasePart[Capture, CaptureState]):
    """Change data capture."""

    name = "capture"
    table = "captures"
    words = "change data capture"
    is_removable = True
    declared_class = Capture
    state_class = CaptureState

    def follows(self, entry: Capture) -> Iterable[str]:
        """Return the keys of its placements, which keep the database busy for up to an hour."""
        names = [entry.database, *(f"{entry.database}/{stream.region}" for stream in entry.streams)]
        return [PLACEMENTS.key(name) for name in names]

    def can_declare(self, state: CaptureState) -> bool:
        """Return whether anything is captured."""
        return bool(state.tables)

    async def read_part(self, present: Present, database_id: str) -> CaptureState:
        """Read the configuration of one database."""
        config = await present.client.cdc.config(database_id)
        if config is None:
            return CaptureState()
        streams = [Stream(entry.datacenter_region, entry.streaming_cluster_name, entry.streaming_tenant_name) for entry in config.regions]
        return CaptureState(
            tables=tuple(sorted(f"{table.keyspace_name}.{table.table_name}" for table in config.tables)),
            streams=tuple(sorted(streams, key=str)),
        )

    async def after(self, present: Present, entry: Capture, found: Found[CaptureState] | None, is_pruned: IsPruned) -> CaptureState:
        """Return the declared configuration."""
        streams = tuple(sorted(entry.streams, key=str)) if entry.tables else ()
        return CaptureState(tables=tuple(sorted(entry.tables)), streams=streams)

    def declare(self, name: str, state: CaptureState) -> Capture:
        """Declare what is captured."""
        return Capture(name, state.tables, streams=state.streams)

    async def write(self, present: Present, change: Change, found: Found[CaptureState] | None, after: CaptureState) -> None:
        """Begin, change or end the capture."""
        cdc = present.client.cdc
        database_id = await find_database_id(present, found.id if found else change.id, change.name)
        present_tables = found.state.tables if found else ()
        if found is not None and found.state == after:
            return
        tables = [_pair(name) for name in after.tables]
        if not tables:
            if present_tables:
                await (await cdc.disable(database_id, [_pair(name) for name in present_tables])).wait()
            return
        regions = await _regions(present, database_id, change.name, after.streams)
        send = cdc.update if present_tables else cdc.enable
        await (await send(database_id, tables=tables, regions=regions, database_name=change.name)).wait()

    async def remove(self, present: Present, change: Change, found: Found[CaptureState]) -> None:
        """End the capture."""
        await self.write(present, change, found, CaptureState())


async def _regions(present: Present, database_id: str, name: str, streams: Iterable[Stream]) -> list[CdcRegion]:
    """Return the streams with the ids of datacenters, which exist only once the database does."""
    datacenters = {entry.region: entry.id for entry in await present.client.datacenters.list(database_id)}
    regions = []
    for stream in streams:
        datacenter_id = datacenters.get(stream.region)
        if datacenter_id is None:
            raise no_datacenter(name, stream.region)
        regions.append(
            CdcRegion(
                datacenter_id=datacenter_id,
                datacenter_region=stream.region,
                streaming_cluster_name=stream.cluster,
                streaming_tenant_name=stream.tenant,
            )
        )
    return regions


def _pair(name: str) -> tuple[str, str]:
    keyspace, _, table = name.partition(".")
    return keyspace, table


CAPTURES: Final = CaptureKind()
