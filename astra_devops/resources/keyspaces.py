"""Keyspaces: list, create, delete."""

import builtins
from functools import partial

from astra_devops import errors
from astra_devops._rest.endpoints import databases as database_endpoints
from astra_devops._rest.endpoints import keyspaces as endpoints
from astra_devops._rest.models.databases import Database
from astra_devops._runtime import checks, deadline
from astra_devops._runtime.caller import Caller
from astra_devops.operations.conditions import keyspaces as conditions
from astra_devops.operations.conditions.keyspaces import keyspaces_of
from astra_devops.operations.factory import OperationFactory
from astra_devops.operations.handle import AsyncOperation
from astra_devops.resources._outcome.reconcile import database_outcome_check, retry_while_busy


class AsyncKeyspaces:
    """Keyspaces of a database. Names are case-sensitive.

    Adding or dropping a keyspace puts the database into MAINTENANCE for a few seconds. In that
    state it refuses changes; every method that changes a keyspace retries within the client's
    ``timeout``.
    """

    def __init__(self, caller: Caller, operations: OperationFactory) -> None:
        self._caller = caller
        self._operations = operations

    async def list(self, database_id: str) -> builtins.list[str]:
        """List the names of a database's keyspaces.

        Needs ``org-db-view``.

        Raises:
            NotFoundError: The database does not exist.
        """
        return keyspaces_of((await database_endpoints.get_database(self._caller, database_id=database_id)).value)

    async def create(self, database_id: str, name: str) -> AsyncOperation[Database]:
        """Add a keyspace to a database.

        The operation is done when the keyspace is listed and the database is ACTIVE.

        Needs ``db-keyspace-create``; without it the service answers 401.

        Args:
            name: Up to 48 letters, digits and underscores.

        Raises:
            ValueError: ``name`` is not valid, or is reserved.
            NotFoundError: The database does not exist.
            AlreadyExistsError: The keyspace exists already.
            BusyError: The database is still busy.
            PermissionDeniedError: The token may not create keyspaces.

        >>> operation = await astra.keyspaces.create(database_id, "sales")
        >>> database = await operation.wait()
        """
        checks.keyspace_name(name)

        def has_keyspace(database: Database | None) -> bool:
            return database is not None and name in keyspaces_of(database)

        check_outcome = database_outcome_check(self._caller, database_id, has_keyspace)
        send = partial(endpoints.add_keyspace, keyspace_name=name, check_outcome=check_outcome)
        await retry_while_busy(self._caller, database_id, send, give_up_if=has_keyspace)
        return self._operations.start(conditions.CREATE, database_id=database_id, keyspace=name)

    async def ensure(self, database_id: str, name: str) -> AsyncOperation[Database]:
        """Add a keyspace to a database, unless the database has it.

        The operation is done when the keyspace is listed and the database is ACTIVE. Where it
        exists, the database may also be HIBERNATED, PARKED or SUSPENDED, and nothing is changed.

        Needs ``org-db-view`` and ``db-keyspace-create``; without that the service answers 401.

        Args:
            name: As in :meth:`create`.

        Raises:
            ValueError: ``name`` is not valid, or is reserved.
            NotFoundError: The database does not exist.
            BusyError: The database is still busy, or does not run.
            PermissionDeniedError: The token may not create keyspaces.

        >>> operation = await astra.keyspaces.ensure(database_id, "audit")
        >>> database = await operation.wait()
        """
        checks.keyspace_name(name)
        with deadline.within(self._caller.options.timeout):
            if name not in await self.list(database_id):
                try:
                    return await self.create(database_id, name)
                except errors.ConflictError:
                    # Another client may have added it in the meantime.
                    if name not in await self.list(database_id):
                        raise
        return self._operations.attach(conditions.ENSURE, database_id=database_id, keyspace=name)

    async def delete(self, database_id: str, name: str) -> AsyncOperation[Database]:
        """Drop a keyspace and everything in it.

        The operation is done when the keyspace is no longer listed and the database is ACTIVE.

        A keyspace that does not exist is not an error: the service answers that there is nothing to
        do, and the operation is done at once.

        Needs ``db-keyspace-drop``; without it the service answers 401.

        Raises:
            ValueError: ``name`` is not valid, or is reserved.
            NotFoundError: The database does not exist.
            BusyError: The database is still busy.
            PermissionDeniedError: The token may not drop keyspaces.
        """
        checks.keyspace_name(name)

        def lacks_keyspace(database: Database | None) -> bool:
            return database is None or name not in keyspaces_of(database)

        check_outcome = database_outcome_check(self._caller, database_id, lacks_keyspace)
        send = partial(endpoints.remove_keyspace, keyspace_name=name, check_outcome=check_outcome)
        await retry_while_busy(self._caller, database_id, send)
        return self._operations.start(conditions.DELETE, database_id=database_id, keyspace=name)

    async def enable_graph(self, database_id: str, name: str) -> None:
        """Add the graph engine to a keyspace of a classic database.

        The service accepts the request and does not report when it is done. It does not document
        which permission this needs.

        Args:
            name: The keyspace.

        Raises:
            ValueError: ``name`` is empty.
            NotFoundError: The database does not exist.
            BusyError: The database is still busy.
            OutcomeUnknownError: The answer was lost.
        """
        checks.identifier(name, "name")
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
        """Create a search index on a table of a classic database of tier E.

        The service does not document which permission this needs.

        Args:
            name: The keyspace.
            table: The table.
            generate_resources: Whether the service generates the schema and the configuration.
            schema: The Solr schema as XML; required unless ``generate_resources`` is set.
            solrconfig: The Solr configuration as XML; required unless ``generate_resources`` is
                set.

        Raises:
            ValueError: ``name`` or ``table`` is empty, or ``schema`` or ``solrconfig`` is missing.
            NotFoundError: The database does not exist.
            BusyError: The database is still busy.
            OutcomeUnknownError: The answer was lost.
        """
        checks.identifier(name, "name")
        checks.identifier(table, "table")
        checks.flag(generate_resources, "generate_resources")
        checks.optional(checks.text, schema, "schema")
        checks.optional(checks.text, solrconfig, "solrconfig")
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
