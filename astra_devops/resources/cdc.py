"""Change data capture: enable, update, disable, read."""

from collections.abc import Callable, Iterable
from functools import partial

from astra_devops._rest.endpoints import cdc as endpoints
from astra_devops._rest.endpoints import databases as database_endpoints
from astra_devops._rest.models.cdc import CdcConfig, CdcRegion, CdcTable, TableCdc
from astra_devops._rest.models.cdc_requests import DeleteCdcRequest, EnableCdcRequest
from astra_devops._rest.models.databases import Database
from astra_devops._runtime import checks, deadline
from astra_devops._runtime.caller import Caller
from astra_devops.operations.conditions import cdc as conditions
from astra_devops.operations.factory import OperationFactory
from astra_devops.operations.handle import AsyncOperation
from astra_devops.operations.kinds import OperationKind
from astra_devops.resources._outcome.optional import or_none
from astra_devops.resources._outcome.reconcile import async_database_outcome_check, retry_while_busy


class AsyncCdc:
    """Change data capture: the changes of tables are sent to streaming tenants.

    It works for tables of serverless databases.

    Changing the configuration puts the database into MAINTENANCE for a while. Names of keyspaces
    and tables are case-sensitive.
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
        """Start to capture the changes of tables.

        The operation is done when the tables are listed and the database is ACTIVE.

        While the database is in MAINTENANCE it refuses; the call retries within the client's
        ``timeout``.

        Needs ``org-db-create``; without ``database_name`` also ``org-db-view``.

        Args:
            tables: Pairs of keyspace and table, such as ``("sales", "orders")``; at least one.
            regions: Where the changes of each datacenter go; at least one.
            database_name: The name of the database. By default it is fetched.

        Raises:
            TypeError: An item of ``tables`` or ``regions`` has the wrong type.
            ValueError: ``tables``, ``regions`` or a name in them is empty.
            AlreadyExistsError: A table is captured already.
            BusyError: The database is still busy.
            NotFoundError: The database does not exist.

        >>> region = models.CdcRegion(
        ...     datacenter_id=f"{database_id}-1",
        ...     datacenter_region="us-east1",
        ...     streaming_cluster_name="pulsar-gcp-useast1",
        ...     streaming_tenant_name="cdc-streaming",
        ... )
        >>> tables = [("sales", "orders")]
        >>> operation = await astra.cdc.enable(database_id, tables=tables, regions=[region])
        """
        with deadline.within(self._caller.options.timeout):
            body = await self._body(database_id, tables, regions, database_name)
            requested_tables, requested_regions = conditions.table_names(body.tables), conditions.region_names(body.regions)

            async def is_enabled(database: Database | None) -> bool:
                config = await self.config(database_id) if database else None
                if config is None or not requested_tables <= conditions.table_names(config.tables):
                    return False
                return requested_regions <= conditions.region_names(config.regions)

            check_outcome = async_database_outcome_check(self._caller, database_id, is_enabled)
            send = partial(endpoints.enable_cdc, body=body, check_outcome=check_outcome)
            await retry_while_busy(self._caller, database_id, send, give_up_if=_refuses_while_active())
            return self._start(conditions.ENABLE, database_id, body)

    async def update(
        self,
        database_id: str,
        *,
        tables: Iterable[tuple[str, str] | CdcTable],
        regions: Iterable[CdcRegion],
        database_name: str | None = None,
    ) -> AsyncOperation[CdcConfig]:
        """Replace the configuration: capture exactly these tables, for exactly these regions.

        The operation is done when the configuration shows it and the database is ACTIVE.

        Needs ``org-db-create``; without ``database_name`` also ``org-db-view``.

        Args:
            tables: Pairs of keyspace and table, such as ``("sales", "orders")``; at least one.
            regions: Where the changes of each datacenter go; at least one.
            database_name: The name of the database. By default it is fetched.

        Raises:
            TypeError: An item of ``tables`` or ``regions`` has the wrong type.
            ValueError: ``tables``, ``regions`` or a name in them is empty.
            BusyError: The database is still busy.
            NotFoundError: The database does not exist.
        """
        with deadline.within(self._caller.options.timeout):
            body = await self._body(database_id, tables, regions, database_name)
            send = partial(endpoints.update_cdc, body=body)
            await retry_while_busy(self._caller, database_id, send, give_up_if=_refuses_while_active())
            return self._start(conditions.UPDATE, database_id, body)

    async def disable(self, database_id: str, tables: Iterable[tuple[str, str] | CdcTable]) -> AsyncOperation[None]:
        """Stop capturing the changes of tables.

        The operation is done when none of them is listed and the database is ACTIVE.

        Needs ``org-db-terminate``.

        Args:
            tables: Pairs of keyspace and table, such as ``("sales", "orders")``; at least one.

        Raises:
            TypeError: An item of ``tables`` has the wrong type.
            ValueError: ``tables`` or a name in it is empty.
            BusyError: The database is still busy.
            NotFoundError: A table is not captured, or the database does not exist.
        """
        body = DeleteCdcRequest(database_id=checks.identifier(database_id, "database_id"), tables=_check_tables(tables))
        disabled_tables = conditions.table_names(body.tables)

        async def is_disabled(database: Database | None) -> bool:
            config = await self.config(database_id) if database else None
            return config is None or not disabled_tables & conditions.table_names(config.tables)

        check_outcome = async_database_outcome_check(self._caller, database_id, is_disabled)
        send = partial(endpoints.delete_cdc, body=body, check_outcome=check_outcome)
        await retry_while_busy(self._caller, database_id, send, give_up_if=_refuses_while_active())
        return self._operations.start(conditions.DISABLE, database_id=database_id, tables=conditions.format_names(disabled_tables))

    async def config(self, database_id: str) -> CdcConfig | None:
        """Fetch the captured tables and where their changes go; None if no table is captured.

        Needs ``org-db-view``.

        Raises:
            NotFoundError: The database does not exist.
        """

        async def read() -> CdcConfig:
            return (await endpoints.get_cdc(self._caller, database_id=database_id)).value

        with deadline.within(self._caller.options.timeout):
            return await or_none(self._caller, database_id, read())

    async def get(self, database_id: str, keyspace: str, table: str) -> list[TableCdc]:
        """Fetch the status of change data capture for one table.

        Needs ``org-db-view``.

        Raises:
            NotFoundError: The table is not captured, or the database does not exist.
        """
        checks.identifier(keyspace, "keyspace")
        checks.identifier(table, "table")
        answer = await endpoints.get_cdc_status(self._caller, database_id=database_id, keyspace_name=keyspace, table_name=table)
        return answer.value

    async def _body(
        self, database_id: str, tables: Iterable[tuple[str, str] | CdcTable], regions: Iterable[CdcRegion], database_name: str | None
    ) -> EnableCdcRequest:
        checks.identifier(database_id, "database_id")
        checked_tables, checked_regions = _check_tables(tables), _check_regions(regions)
        if database_name is None:
            database = (await database_endpoints.get_database(self._caller, database_id=database_id)).value
            database_name = database.info.name or ""
        name = checks.string(database_name, "database_name")
        return EnableCdcRequest(database_id=database_id, database_name=name, tables=checked_tables, regions=checked_regions)

    def _start(self, kind: OperationKind[CdcConfig], database_id: str, body: EnableCdcRequest) -> AsyncOperation[CdcConfig]:
        tables = conditions.format_names(conditions.table_names(body.tables))
        regions = conditions.format_names(conditions.region_names(body.regions))
        return self._operations.start(kind, database_id=database_id, tables=tables, regions=regions)


def _check_tables(tables: Iterable[tuple[str, str] | CdcTable]) -> list[CdcTable]:
    pairs = checks.items(tables, "tables", "(keyspace, table) pairs", at_least=1)
    return [_check_table(table, f"tables[{index}]") for index, table in enumerate(pairs)]


def _check_table(table: tuple[str, str] | CdcTable, name: str) -> CdcTable:
    if isinstance(table, CdcTable):
        pair = (table.keyspace_name, table.table_name)
    elif isinstance(table, tuple) and len(table) == 2:
        pair = table
    else:
        raise TypeError(f"{name} must be a (keyspace, table) pair, such as ('sales', 'orders'), or a CdcTable")
    return CdcTable(keyspace_name=checks.string(pair[0], f"{name}: keyspace"), table_name=checks.string(pair[1], f"{name}: table"))


def _check_regions(regions: Iterable[CdcRegion]) -> list[CdcRegion]:
    checked = checks.objects(regions, "regions", CdcRegion, at_least=1)
    for index, region in enumerate(checked):
        for name in ("datacenter_id", "datacenter_region", "streaming_cluster_name", "streaming_tenant_name"):
            checks.string(getattr(region, name), f"regions[{index}].{name}")
    return checked


def _refuses_while_active() -> Callable[[Database], bool]:
    """Return a predicate that is true from the second refusal of an ACTIVE database.

    Such a database does not refuse because of MAINTENANCE, so waiting will not help. The first
    refusal may have come just before it became ACTIVE.
    """
    refusals = 0

    def refuses_again(database: Database) -> bool:
        nonlocal refusals
        refusals += database.status == "ACTIVE"
        return refusals > 1

    return refuses_again
