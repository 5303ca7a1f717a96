"""Keyspaces: list, create, delete."""

import builtins
from functools import partial

from astra_devops._rest.endpoints import databases as database_endpoints
from astra_devops._rest.endpoints import keyspaces as endpoints
from astra_devops._rest.models.databases import Database
from astra_devops._runtime import checks
from astra_devops._runtime.caller import Caller
from astra_devops.operations.conditions import keyspaces as conditions
from astra_devops.operations.conditions.keyspaces import keyspaces_of
from astra_devops.operations.factory import OperationFactory
from astra_devops.operations.handle import AsyncOperation
from astra_devops.resources._outcome.reconcile import retry_while_busy, took_effect_if


class AsyncKeyspaces:
    """Keyspaces of a database.

    Adding or dropping one puts the database into MAINTENANCE for seconds. Names are case-sensitive.
    """

    def __init__(self, caller: Caller, operations: OperationFactory) -> None:
        self._caller = caller
        self._operations = operations

    async def list(self, database_id: str) -> builtins.list[str]:
        """List the names of a database's keyspaces. Needs ``org-db-view``."""
        return keyspaces_of((await database_endpoints.get_database(self._caller, database_id=database_id)).value)

    async def create(self, database_id: str, name: str) -> AsyncOperation[Database]:
        """Add a keyspace to a database. Done when it is listed and the database is ACTIVE.

        While the database is in MAINTENANCE it refuses; the call waits for it within the client's
        ``timeout``.

        Args:
            name: at most 48 letters, digits and underscores.

        Needs ``db-keyspace-create``; without it the service answers 401.

        Raises:
            ConflictError: the keyspace exists already, or the database is still busy.
            PermissionDeniedError: the token may not.
        """
        checks.keyspace_name(name)
        check_outcome = took_effect_if(self._caller, database_id, lambda database: database is not None and name in keyspaces_of(database))

        send = partial(endpoints.add_keyspace, keyspace_name=name, check_outcome=check_outcome)
        await retry_while_busy(self._caller, database_id, send, give_up_if=lambda database: name in keyspaces_of(database))
        return self._operations.start(conditions.CREATE, database_id=database_id, keyspace=name)

    async def delete(self, database_id: str, name: str) -> AsyncOperation[Database]:
        """Drop a keyspace and all that is in it.

        Done when it is no longer listed and the database is ACTIVE.

        A keyspace that does not exist is not an error: the service says that there is nothing to
        do, and the operation is done at once.

        Needs ``db-keyspace-drop``; without it the service answers 401.

        Raises:
            ConflictError: the database is still busy.
        """
        checks.keyspace_name(name)
        check_outcome = took_effect_if(self._caller, database_id, lambda database: database is None or name not in keyspaces_of(database))

        send = partial(endpoints.remove_keyspace, keyspace_name=name, check_outcome=check_outcome)
        await retry_while_busy(self._caller, database_id, send)
        return self._operations.start(conditions.DELETE, database_id=database_id, keyspace=name)

    async def enable_graph(self, database_id: str, name: str) -> None:
        """Give a keyspace of a classic database the graph engine.

        The service accepts it and tells nothing of when it is done.

        Needs ``db-keyspace-alter``.
        """
        checks.string(name, "name")
        await retry_while_busy(self._caller, database_id, partial(endpoints.alter_keyspace_with_graph_engine, keyspace_name=name))

    async def create_solr_core(
        self,
        database_id: str,
        name: str,
        table: str,
        *,
        generate_resources: bool,
        schema: str | None = None,
        solrconfig: str | None = None,
    ) -> None:
        """Make a search index over a table of a classic database of tier E.

        Args:
            name: the keyspace.
            generate_resources: whether the service makes the schema and the configuration itself.
            schema: the Solr schema, as XML; needed unless ``generate_resources``.
            solrconfig: the Solr configuration, as XML; needed unless ``generate_resources``.
        """
        checks.string(name, "name")
        checks.string(table, "table")
        if not generate_resources and (schema is None or solrconfig is None):
            raise ValueError("schema and solrconfig must be given unless generate_resources is True")
        send = partial(
            endpoints.create_solr_index,
            keyspace_name=name,
            table_name=table,
            generate_resources=generate_resources,
            schema=schema,
            solrconfig=solrconfig,
        )
        await retry_while_busy(self._caller, database_id, send)
