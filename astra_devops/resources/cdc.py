"""Change data capture: enable, update, disable, look."""

from collections.abc import Callable, Iterable
from functools import partial

from astra_devops._rest.endpoints import cdc as endpoints
from astra_devops._rest.endpoints import databases as database_endpoints
from astra_devops._rest.models.cdc import CdcConfig, CdcRegion, CdcTable, DeleteCdcRequest, EnableCdcRequest, TableCdc
from astra_devops._rest.models.databases import Database
from astra_devops._runtime import checks
from astra_devops._runtime.caller import Caller
from astra_devops.operations.conditions import cdc as conditions
from astra_devops.operations.factory import OperationFactory
from astra_devops.operations.handle import AsyncOperation
from astra_devops.operations.kinds import OperationKind
from astra_devops.resources._outcome.optional import or_none
from astra_devops.resources._outcome.reconcile import retry_while_busy, took_effect_when


class AsyncCdc:
    """Change data capture: the changes of some tables of a serverless database are sent to streaming tenants.

    A change of it puts the database into MAINTENANCE for a while. Keyspaces and tables are
    case-sensitive.
    """

    def __init__(self, caller: Caller, operations: OperationFactory) -> None:
        self._caller = caller
        self._operations = operations

    async def enable(
        self,
        database_id: str,
        *,
        tables: Iterable[tuple[str, str] | CdcTable],
        regions: Iterable[CdcRegion],
        database_name: str | None = None,
    ) -> AsyncOperation[CdcConfig]:
        """Capture the changes of tables. Done when they are listed and the database is ACTIVE.

        While the database is in MAINTENANCE it refuses; the call waits for it within the client's
        ``timeout``.

        Args:
            tables: each a keyspace and a table, such as ``("sales", "orders")``; at least one.
            regions: where the changes of each datacenter go; at least one.
            database_name: by default the name is read from the database.

        Needs ``org-db-create``; without ``database_name`` also ``org-db-view``.

        Raises:
            ConflictError: the database is still busy, or a table is captured already.

        >>> there = models.CdcRegion(
        ...     datacenter_id=f"{database_id}-1",
        ...     datacenter_region="us-east1",
        ...     streaming_cluster_name="pulsar-gcp-useast1",
        ...     streaming_tenant_name="cdc-streaming",
        ... )
        >>> operation = await astra.cdc.enable(database_id, tables=[("sales", "orders")], regions=[there])
        """
        body = await self._body(database_id, tables, regions, database_name)
        wanted = conditions.tables_of(body.tables)

        async def is_captured(database: Database | None) -> bool:
            config = await self.config(database_id) if database else None
            return config is not None and wanted <= conditions.tables_of(config.tables)

        check_outcome = took_effect_when(self._caller, database_id, is_captured)
        await retry_while_busy(
            self._caller, database_id, partial(endpoints.enable_cdc, body=body, check_outcome=check_outcome), give_up_if=_stubborn()
        )
        return self._started(conditions.ENABLE, database_id, body)

    async def update(
        self,
        database_id: str,
        *,
        tables: Iterable[tuple[str, str] | CdcTable],
        regions: Iterable[CdcRegion],
        database_name: str | None = None,
    ) -> AsyncOperation[CdcConfig]:
        """Replace what is captured: these tables and no others, sent there and nowhere else.

        Done when it shows.

        Args:
            tables: each a keyspace and a table, such as ``("sales", "orders")``; at least one.
            regions: where the changes of each datacenter go; at least one.
            database_name: by default the name is read from the database.

        Needs ``org-db-create``; without ``database_name`` also ``org-db-view``.

        Raises:
            ConflictError: the database is still busy.
        """
        body = await self._body(database_id, tables, regions, database_name)
        await retry_while_busy(self._caller, database_id, partial(endpoints.update_cdc, body=body), give_up_if=_stubborn())
        return self._started(conditions.UPDATE, database_id, body)

    async def disable(self, database_id: str, tables: Iterable[tuple[str, str] | CdcTable]) -> AsyncOperation[None]:
        """Stop capturing the changes of tables.

        Done when none of them is listed any more and the database is ACTIVE.

        Args:
            tables: each a keyspace and a table, such as ``("sales", "orders")``; at least one.

        Needs ``org-db-terminate``.

        Raises:
            ConflictError: the database is still busy.
            NotFoundError: a table is not captured.
        """
        body = DeleteCdcRequest(database_id=checks.string(database_id, "database_id"), tables=_tables(tables))
        to_remove = conditions.tables_of(body.tables)

        async def is_released(database: Database | None) -> bool:
            config = await self.config(database_id) if database else None
            return config is None or not to_remove & conditions.tables_of(config.tables)

        check_outcome = took_effect_when(self._caller, database_id, is_released)
        await retry_while_busy(
            self._caller, database_id, partial(endpoints.delete_cdc, body=body, check_outcome=check_outcome), give_up_if=_stubborn()
        )
        return self._operations.start(conditions.DISABLE, database_id=database_id, tables=conditions.spelled(to_remove))

    async def config(self, database_id: str) -> CdcConfig | None:
        """Fetch which tables of a database are captured and where their changes go; None if nothing is.

        Needs ``org-db-view``.

        Raises:
            NotFoundError: there is no such database.
        """

        async def read() -> CdcConfig:
            return (await endpoints.get_cdc(self._caller, database_id=database_id)).value

        return await or_none(self._caller, database_id, read())

    async def get(self, database_id: str, keyspace: str, table: str) -> list[TableCdc]:
        """Fetch the state of capturing one table.

        Needs ``org-db-view``.

        Raises:
            NotFoundError: the table is not captured, or there is no such database.
        """
        answer = await endpoints.get_cdc_status(self._caller, database_id=database_id, keyspace_name=keyspace, table_name=table)
        return answer.value

    async def _body(
        self, database_id: str, tables: Iterable[tuple[str, str] | CdcTable], regions: Iterable[CdcRegion], database_name: str | None
    ) -> EnableCdcRequest:
        captured, destinations = _tables(tables), _regions(regions)
        if database_name is None:
            database = (await database_endpoints.get_database(self._caller, database_id=database_id)).value
            database_name = database.info.name or ""
        name = checks.string(database_name, "database_name")
        return EnableCdcRequest(database_id=database_id, database_name=name, tables=captured, regions=destinations)

    def _started(self, kind: OperationKind[CdcConfig], database_id: str, body: EnableCdcRequest) -> AsyncOperation[CdcConfig]:
        tables, regions = conditions.tables_of(body.tables), conditions.regions_of(body.regions)
        return self._operations.start(kind, database_id=database_id, tables=conditions.spelled(tables), regions=conditions.spelled(regions))


def _tables(tables: Iterable[tuple[str, str] | CdcTable]) -> list[CdcTable]:
    if isinstance(tables, str):
        raise TypeError("tables must be pairs of keyspace and table, not one str")
    found = [_table(table) for table in tables]
    if not found:
        raise ValueError("tables must have at least one table")
    return found


def _table(table: tuple[str, str] | CdcTable) -> CdcTable:
    if isinstance(table, CdcTable):
        pair = (table.keyspace_name, table.table_name)
    elif isinstance(table, tuple) and len(table) == 2:
        pair = table
    else:
        raise TypeError("tables must hold pairs of keyspace and table, such as ('sales', 'orders')")
    return CdcTable(keyspace_name=checks.string(pair[0], "tables: keyspace"), table_name=checks.string(pair[1], "tables: table"))


def _regions(regions: Iterable[CdcRegion]) -> list[CdcRegion]:
    found = list(regions)
    if not found:
        raise ValueError("regions must have at least one region")
    for region in found:
        if not isinstance(region, CdcRegion):
            raise TypeError(f"regions must hold CdcRegion, not {type(region).__name__}")
        for name in ("datacenter_id", "datacenter_region", "streaming_cluster_name", "streaming_tenant_name"):
            checks.string(getattr(region, name), f"regions: {name}")
    return found


def _stubborn() -> Callable[[Database], bool]:
    """Make the question whether waiting is pointless: an ACTIVE database that refuses twice does not do so for its MAINTENANCE."""
    refusals = 0

    def is_stubborn(database: Database) -> bool:
        nonlocal refusals
        refusals += database.status == "ACTIVE"
        return refusals > 1

    return is_stubborn
