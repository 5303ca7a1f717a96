"""Migration proxies: launch, remove. Deprecated by the service."""

from collections.abc import Sequence
from functools import partial

from astra_devops._rest.endpoints import migration_proxies as endpoints
from astra_devops._rest.models.databases import Database
from astra_devops._rest.models.migration_proxies_requests import MigrationProxyConfiguration, MigrationProxyMapping
from astra_devops._runtime import checks
from astra_devops._runtime.caller import Caller
from astra_devops._secret import Secret, hiding
from astra_devops.operations.conditions import migration_proxies as conditions
from astra_devops.operations.factory import OperationFactory
from astra_devops.operations.handle import AsyncOperation
from astra_devops.resources._outcome.reconcile import database_outcome_check, retry_while_busy


class AsyncMigrationProxies:
    """Proxies that migrate a live workload from another cluster. Deprecated by the service.

    Only older editions of the API have them.

    No document says how to see whether a database has a proxy. A wait relies on the actions that
    the database offers, and on the MAINTENANCE that a change causes.
    """

    def __init__(self, caller: Caller, operations: OperationFactory) -> None:
        self._caller = caller
        self._operations = operations

    @hiding("origin_password")
    async def launch(
        self, database_id: str, *, origin_username: str, origin_password: str | Secret, mappings: Sequence[MigrationProxyMapping]
    ) -> AsyncOperation[Database]:
        """Launch the migration proxy of a database.

        The operation is done when the database is ACTIVE and has a proxy.

        Needs ``org-db-managemigratorproxy``.

        Args:
            origin_username: A user of the origin cluster.
            origin_password: The password of that user.
            mappings: Which node of the origin cluster each node of the proxy connects to; at least
                one.

        Raises:
            TypeError: An argument has the wrong type.
            ValueError: An argument is not valid.
            NotFoundError: The database does not exist.
            AlreadyExistsError: The database has a proxy already.
            BusyError: The database is still busy.
            OutcomeUnknownError: The answer was lost.

        >>> node = models.MigrationProxyMapping(
        ...     origin_ip="172.18.19.20", origin_port=9042, rack=1, rack_node_ordinal=1
        ... )
        >>> operation = await astra.migration_proxies.launch(
        ...     database_id, origin_username="cassandra", origin_password=password, mappings=[node]
        ... )
        """
        origin_password = checks.secret(origin_password, "origin_password")
        body = MigrationProxyConfiguration(
            origin_username=checks.string(origin_username, "origin_username"),
            origin_password=origin_password,
            mappings=_check_mappings(mappings),
        )

        def is_launched(database: Database) -> bool:
            return database.status == "ACTIVE" and conditions.has_proxy(database) is True

        await retry_while_busy(self._caller, database_id, partial(endpoints.launch_migration_proxy, body=body), give_up_if=is_launched)
        return self._operations.start(conditions.LAUNCH, database_id=database_id)

    async def remove(self, database_id: str) -> AsyncOperation[Database]:
        """Remove the migration proxy of a database.

        The operation is done when the database is ACTIVE and has no proxy.

        Needs ``org-db-managemigratorproxy``.

        Raises:
            NotFoundError: The database does not exist.
            BusyError: The database is still busy.
        """

        def is_removed(database: Database | None) -> bool:
            return database is None or (database.status == "ACTIVE" and conditions.has_proxy(database) is False)

        check_outcome = database_outcome_check(self._caller, database_id, is_removed)
        send = partial(endpoints.remove_migration_proxy, check_outcome=check_outcome)
        await retry_while_busy(self._caller, database_id, send, give_up_if=is_removed)
        return self._operations.start(conditions.REMOVE, database_id=database_id)


def _check_mappings(mappings: Sequence[MigrationProxyMapping]) -> list[MigrationProxyMapping]:
    checked = checks.objects(mappings, "mappings", MigrationProxyMapping, at_least=1)
    for index, mapping in enumerate(checked):
        checks.string(mapping.origin_ip, f"mappings[{index}].origin_ip")
        checks.integer(mapping.origin_port, f"mappings[{index}].origin_port", 1, 65_535)
        checks.integer(mapping.rack, f"mappings[{index}].rack", 0, 2**31)
        checks.integer(mapping.rack_node_ordinal, f"mappings[{index}].rack_node_ordinal", 0, 2**31)
    return checked
