"""Databases: create, find, change, terminate."""

from functools import partial
from typing import TYPE_CHECKING, Literal

from astra_devops import errors
from astra_devops._rest.endpoints import databases as endpoints
from astra_devops._rest.models.databases import Database, DatabaseStatus, ListDatabasesInclude, Tier
from astra_devops._runtime import checks
from astra_devops._secret import Secret, hiding
from astra_devops.resources._classic import AsyncClassicDatabases
from astra_devops.resources._database_changes import bodies, conditions, listing, reconcile, requests, termination, waking
from astra_devops.resources._expiry import AsyncExpiringDatabases

if TYPE_CHECKING:
    from astra_devops._runtime.pages import AsyncPager
    from astra_devops.operations.handle import AsyncOperation


class AsyncDatabases(AsyncExpiringDatabases, AsyncClassicDatabases):
    """Databases of the token's organization. Ids are unique; names need not be.

    A database that is in MAINTENANCE refuses changes. Every method that changes one retries within
    the client's ``timeout``, and raises ``BusyError`` after that.
    """

    def list(
        self, *, include: ListDatabasesInclude | str | None = None, provider: str | None = None, page_size: int | None = None
    ) -> "AsyncPager[Database]":
        """List databases, page by page.

        Needs ``org-db-view``.

        Args:
            include: The states to include. By default all but TERMINATED; ``"all"`` includes those
                too. The service ignores unknown values.
            provider: List only the databases of this cloud provider, in any case.
            page_size: Databases per request, from 1 to 100. By default 100, which takes the fewest
                requests.

        Raises:
            ValueError: ``provider`` is not a cloud provider, or ``page_size`` is out of range.

        >>> async for database in astra.databases.list():
        ...     print(database.id, database.info.name, database.status)
        """
        size = listing.DEFAULT_PAGE_SIZE if page_size is None else checks.integer(page_size, "page_size", 1, listing.LARGEST_PAGE)
        cloud = checks.optional(checks.provider, provider, "provider")
        checks.optional(partial(checks.choice, kind=ListDatabasesInclude), include, "include")
        return listing.databases(self._caller, include=include, provider=cloud, page_size=size)

    async def find(self, name: str, *, region: str | None = None) -> Database | None:
        """Find a database by name, ignoring terminated ones; None if there is no match.

        Needs ``org-db-view``.

        Args:
            name: The exact name.
            region: Find only databases in this region.

        Raises:
            ValueError: ``name`` is empty.
            AmbiguousNameError: Several databases match; the error lists their ids. Giving a
                ``region`` may help.
        """
        checks.string(name, "name")
        checks.optional(checks.string, region, "region")
        matches = [
            database
            async for database in self.list()
            if database.info.name == name and region in (None, database.info.region) and database.status != DatabaseStatus.TERMINATED
        ]
        if len(matches) > 1:
            raise errors.AmbiguousNameError.of("databases", name, [database.id for database in matches])
        return matches[0] if matches else None

    async def get(self, database_id: str) -> Database:
        """Fetch one database.

        Needs ``org-db-view``.

        Raises:
            NotFoundError: The database does not exist. The service caches this for a while, so do
                not fetch an id before the database exists.
        """
        return (await endpoints.get_database(self._caller, database_id=database_id)).value

    async def create(
        self,
        name: str,
        *,
        cloud_provider: str,
        region: str,
        tier: Tier | str = "serverless",
        capacity_units: int = 1,
        keyspace: str | None = None,
        db_type: Literal["vector"] | str | None = None,
        pcu_group_id: str | None = None,
    ) -> "AsyncOperation[Database]":
        """Create a database.

        The operation has the id at once, and is done when the database is ACTIVE.

        The service silently creates a second database with the same name. So a request whose answer
        is lost is not sent again. The client looks for the new database, and adopts it if no other
        request can have created it: a list from before the request lacks it, its owner is the
        client's token, and after 15 seconds by the client's clock it is still the only one. Another
        process may create the same name at the same time, so give each process a token of its own.

        Needs ``org-db-create``; also ``org-db-view``, to find a database whose answer was lost.

        Args:
            name: From 2 to 50 letters, digits and characters of ``&+-_()<>.,@``, with a letter or
                digit at both ends. It need not be unique.
            cloud_provider: ``aws``, ``azure`` or ``gcp``, in any case.
            region: The provider's name of the region, such as ``us-east-2``; see ``regions``.
            tier: ``serverless``, or a tier of classic databases.
            capacity_units: From 1 to 100; only classic databases can have more than 1.
            keyspace: The first keyspace. By default the service creates ``default_keyspace``.
            db_type: ``vector`` for a database with vector search. By default it has none.
            pcu_group_id: The PCU group to place the database in. The service accepts any id, and a
                wrong one leaves a broken database, so the group is checked first if the token may
                read groups.

        Raises:
            TypeError: An argument has the wrong type.
            ValueError: An argument is not valid, or ``pcu_group_id`` is not a group of this
                provider and region. Nothing was created.
            UnprocessableError: The service does not offer this tier, provider or region.
            OutcomeUnknownError: The answer was lost, and there is not exactly one new database with
                this name that must be the caller's own. ``candidates`` has the ids of those found.

        >>> operation = await astra.databases.create(
        ...     "orders", cloud_provider="aws", region="us-east-2"
        ... )
        >>> database = await operation.wait()
        """
        body = requests.creation_request(name, cloud_provider, region, tier, capacity_units, keyspace, db_type, pcu_group_id)
        database_id = await requests.create_database(self._caller, self._creations(), body)
        return self._operations.start(conditions.creation_kind(body.tier), database_id=database_id)

    async def ensure(
        self,
        name: str,
        *,
        cloud_provider: str,
        region: str,
        tier: Tier | str | None = None,
        capacity_units: int | None = None,
        keyspace: str | None = None,
        db_type: Literal["vector"] | str | None = None,
        pcu_group_id: str | None = None,
    ) -> "AsyncOperation[Database]":
        """Create a database unless there is one with this name, which is left alone.

        The operation is done when a new database is ACTIVE, or an existing one at rest: that may be
        HIBERNATED, PARKED or SUSPENDED, too. One that is TERMINATING or TERMINATED does not count.

        Calls of one client wait for each other. Of two processes, each may create a database: the
        service accepts a name twice. From then on this raises ``AmbiguousNameError``.

        Needs ``org-db-create`` and ``org-db-view``.

        Args:
            name: As in :meth:`create`, like the others. An existing database may have any value of
                what is left out.

        Raises:
            TypeError: An argument has the wrong type.
            ValueError: An argument is not valid.
            AmbiguousNameError: Several databases have the name; the error lists their ids.
            DriftError: The database exists, and differs; ``differences`` has each field, and what
                to call to change it.
            UnprocessableError: The service does not offer this tier, provider or region.
            OutcomeUnknownError: As in :meth:`create`.
        """
        new = ("serverless" if tier is None else tier, 1 if capacity_units is None else capacity_units)
        body = requests.creation_request(name, cloud_provider, region, *new, keyspace, db_type, pcu_group_id)
        requested = {"cloud_provider": cloud_provider, "region": region, "tier": tier, "capacity_units": capacity_units}
        requested |= {"keyspace": keyspace, "db_type": db_type, "pcu_group_id": pcu_group_id}
        database_id, is_new = await requests.ensure_database(self._caller, self._creations(), body, requested)
        if is_new:
            return self._operations.start(conditions.creation_kind(body.tier), database_id=database_id)
        return self._operations.attach(conditions.ENSURE_DATABASE, database_id=database_id)

    async def operation(self, database_id: str) -> "AsyncOperation[Database]":
        """Return an operation that is done when a database is ACTIVE, to wait for it by its id.

        Any process may have created it. The default ``timeout`` is 15 minutes.

        Raises:
            ValueError: ``database_id`` is empty.
        """
        checks.identifier(database_id, "database_id")
        return self._operations.attach(conditions.CREATE_DATABASE, database_id=database_id)

    async def terminate(
        self, database_id: str, *, with_datacenters: bool = False, prepared_state_only: bool | None = None
    ) -> "AsyncOperation[None]":
        """Terminate a database and everything in it.

        The operation is done when the database is TERMINATED or gone.

        Needs ``org-db-terminate``; also ``db-manage-region`` for ``with_datacenters``.

        Args:
            with_datacenters: Terminate its further datacenters first, which the service demands.
                They go one after another, each within an hour, before this returns. If that ends
                early, the error names those that are done, and the same call continues.
            prepared_state_only: Terminate the database only if it is PREPARED; meant for the
                service's own use.

        Raises:
            NotFoundError: The database does not exist.
            BusyError: The database is still busy.
            APIStatusError: The database has further datacenters; see ``with_datacenters``.
            OperationFailedError: A datacenter could not be terminated.
            OperationTimeoutError: A datacenter was not gone in time.
        """
        checks.optional(checks.flag, prepared_state_only, "prepared_state_only")
        checks.flag(with_datacenters, "with_datacenters")
        return await termination.terminate(
            self._caller, self._operations, database_id, with_datacenters=with_datacenters, prepared_state_only=prepared_state_only
        )

    async def suspend(self, database_id: str, *, free_consumed: int | None = None) -> "AsyncOperation[Database]":
        """Suspend a database.

        The operation is done when the database is SUSPENDED. Newer editions of the API no longer
        have this operation.

        Needs ``org-db-suspend``.

        Args:
            free_consumed: The percentage of the free credit that is used up, from 0 to 100. The
                service's default is -1.

        Raises:
            ValueError: ``free_consumed`` is not from -1 to 100.
            NotFoundError: The database does not exist.
            BusyError: The database is still busy.
        """
        if free_consumed is not None:
            checks.integer(free_consumed, "free_consumed", -1, 100)
        check_outcome = reconcile.status_check(self._caller, database_id, "SUSPENDING", "SUSPENDED")
        send = partial(endpoints.suspend_database, free_consumed=free_consumed, check_outcome=check_outcome)
        await reconcile.retry_while_busy(self._caller, database_id, send)
        return self._operations.start(conditions.SUSPEND_DATABASE, database_id=database_id)

    @hiding("password")
    async def reset_password(self, database_id: str, *, username: str, password: str | Secret) -> None:
        """Set the password of a user of a classic database.

        The service accepts the request and does not report when the password is in force.

        Needs ``org-db-create``.

        Args:
            username: The user of the database.
            password: At least 6 characters.

        Raises:
            ValueError: ``username`` is empty, or ``password`` is too short.
            NotFoundError: The database does not exist.
            BusyError: The database is still busy.
            OutcomeUnknownError: The answer was lost. Setting the password again does no harm.
        """
        password = checks.secret(password, "password")
        if len(password.reveal()) < 6:
            raise ValueError("password must have at least 6 characters")
        body = bodies.UserPassword(username=checks.string(username, "username"), password=password)
        await reconcile.retry_while_busy(self._caller, database_id, partial(endpoints.reset_password, body=body))

    async def set_engine_type(self, database_id: str, engine_type: str) -> "AsyncOperation[Database]":
        """Change the engine of a database.

        The operation is done when the database is ACTIVE with that engine.

        Needs ``org-db-create``.

        Raises:
            ValueError: ``engine_type`` is empty.
            NotFoundError: The database does not exist.
            BusyError: The database is still busy.
            OutcomeUnknownError: The answer was lost.
        """
        body = bodies.EngineType(engine_type=checks.string(engine_type, "engine_type"))

        check_outcome = reconcile.database_outcome_check(self._caller, database_id, partial(requests.shows_engine, engine_type))
        send = partial(endpoints.update_engine_type, body=body, check_outcome=check_outcome)
        await reconcile.retry_while_busy(self._caller, database_id, send)
        return self._operations.start(conditions.SET_ENGINE_TYPE, database_id=database_id, engine_type=engine_type)

    async def resume(self, database_id: str) -> "AsyncOperation[Database]":
        """Wake a hibernated database.

        The operation is done when the database is ACTIVE.

        The service has no operation for this: any request to the database's own data endpoint wakes
        it. The endpoint requires the token, so the request is sent only to hosts of the vendor.

        Needs ``org-db-view``.

        Raises:
            NotFoundError: The database does not exist.
            OperationFailedError: The database is in a state that it cannot be woken from, or has no
                data endpoint of the vendor.
            RequestNotSentError: The data endpoint cannot be reached.
        """
        database = await self.get(database_id)
        operation = self._operations.start(conditions.RESUME_DATABASE, database_id=database_id)
        await waking.wake(self._caller, database, operation.snapshot)
        return operation
