"""Databases: create, find, change, terminate."""

from functools import partial
from typing import Literal

from astra_devops import errors
from astra_devops._rest.endpoints import databases as endpoints
from astra_devops._rest.models.databases import (
    CapacityUnits,
    Database,
    DatabaseInfoCreate,
    DatabaseStatus,
    EngineType,
    ListDatabasesInclude,
    Tier,
    UserPassword,
)
from astra_devops._runtime import checks
from astra_devops._runtime.caller import Caller
from astra_devops._runtime.pages import AsyncPager
from astra_devops._secret import Secret
from astra_devops.operations import listing
from astra_devops.operations.conditions import databases as conditions
from astra_devops.operations.factory import OperationFactory
from astra_devops.operations.handle import AsyncOperation
from astra_devops.resources._outcome.creations import CreationTracker
from astra_devops.resources._outcome.reconcile import is_terminating, retry_while_busy, took_effect_if
from astra_devops.resources._wake import wake


class AsyncDatabases:
    """Databases of the token's organization. A name may stand for several; an id stands for one."""

    def __init__(self, caller: Caller, operations: OperationFactory, creations: CreationTracker) -> None:
        self._caller = caller
        self._operations = operations
        self._creations = creations

    def list(
        self, *, include: ListDatabasesInclude | str | None = None, provider: str | None = None, page_size: int | None = None
    ) -> AsyncPager[Database]:
        """List databases, page by page.

        Args:
            include: which states; by default all but terminated ones, with ``"all"`` those too. The
                service ignores what it does not know.
            provider: one cloud provider only, in any case.
            page_size: databases per request, 1 to 100; by default 100, which takes the fewest
                requests.

        Needs ``org-db-view``.

        >>> async for database in astra.databases.list():
        ...     print(database.id, database.info.name, database.status)
        """
        size = listing.LARGEST_PAGE if page_size is None else checks.integer(page_size, "page_size", 1, listing.LARGEST_PAGE)
        wanted = None if provider is None else checks.provider(provider, "provider")
        return listing.databases(self._caller, include=include, provider=wanted, page_size=size)

    async def find(self, name: str, *, region: str | None = None) -> Database | None:
        """Find the database of a name, terminated ones apart; None if there is none.

        Needs ``org-db-view``.

        Raises:
            AmbiguousNameError: several bear the name; the error lists their ids. ``region`` may
                tell them apart.
        """
        checks.string(name, "name")
        found = [
            database
            async for database in self.list()
            if database.info.name == name and region in (None, database.info.region) and database.status != DatabaseStatus.TERMINATED
        ]
        if len(found) > 1:
            ids = [database.id for database in found]
            raise errors.AmbiguousNameError(f"{len(ids)} databases are named {name!r}: {', '.join(ids)}", name=name, ids=ids)
        return found[0] if found else None

    async def get(self, database_id: str) -> Database:
        """Fetch one database.

        Needs ``org-db-view``.

        Raises:
            NotFoundError: there is no such database. The service remembers for a while that an id
                does not exist, so do not ask for one before it does.
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
    ) -> AsyncOperation[Database]:
        """Create a database.

        The operation knows the id at once, and is done when the database is ACTIVE.

        The service creates a second database of the same name without a word, so a request whose
        answer is lost is not repeated: the client looks for the new database and adopts it.

        Args:
            name: 2 to 50 letters, digits and characters of ``&+-_()<>.,@``, with a letter or digit
                at either end; need not be unique.
            cloud_provider: ``aws``, ``azure`` or ``gcp``, in any case.
            region: the provider's name for it, such as ``us-east-2``; see ``regions``.
            tier: ``serverless``, or a tier of classic databases.
            capacity_units: 1 to 100; more than 1 is for classic databases.
            keyspace: the first keyspace; by default the service makes ``default_keyspace``.
            db_type: ``vector`` for a database with vector search; by default one without.
            pcu_group_id: the group of provisioned capacity to place it in. The service takes any,
                and a wrong one leaves a broken database behind; so this looks first, if the token
                may see groups.

        Needs ``org-db-create``.

        Raises:
            ValueError: an argument is wrong, or ``pcu_group_id`` names no group of this provider
                and region; nothing was created.
            UnprocessableError: the service does not offer this tier, provider or region.
            OutcomeUnknownError: the answer was lost, and not exactly one new database of that name
                can be found; lists the candidates.

        >>> operation = await astra.databases.create("orders", cloud_provider="aws", region="us-east-2")
        >>> database = await operation.wait()
        """
        body = DatabaseInfoCreate(
            name=checks.database_name(name),
            cloud_provider=checks.provider(cloud_provider),
            region=checks.string(region, "region"),
            tier=checks.string(tier, "tier"),
            capacity_units=checks.integer(capacity_units, "capacity_units", 1, 100),
            keyspace=None if keyspace is None else checks.keyspace_name(keyspace, "keyspace"),
            db_type=None if db_type is None else checks.string(db_type, "db_type"),
            pcu_group_uuid=None if pcu_group_id is None else checks.string(pcu_group_id, "pcu_group_id"),
        )
        if pcu_group_id is not None:
            # Only who names a group pays for loading what groups are read with.
            from astra_devops.operations.capacity import check_placement

            await check_placement(self._caller, pcu_group_id, body.cloud_provider, region)
        with self._creations.making(body):
            answer = await endpoints.create_database(
                self._caller, body=body, check_outcome=self._creations.check_outcome(self._caller, body)
            )
        # The header holds the bare id, but what passes it on may have made an address of it.
        database_id = answer.headers.get("location", "").rstrip("/").rpartition("/")[2]
        if not database_id:
            raise errors.OutcomeUnknownError(
                f"createDatabase {name!r} was accepted, but its answer names no id",
                operation="createDatabase",
                reason="no Location header",
                how_to_find_out=f"find the database named {name!r}",
            )
        self._creations.note(database_id)
        kind = conditions.CREATE_DATABASE if tier == "serverless" else conditions.CREATE_CLASSIC_DATABASE
        return self._operations.start(kind, database_id=database_id)

    async def terminate(self, database_id: str, *, prepared_state_only: bool | None = None) -> AsyncOperation[None]:
        """Terminate a database and all that is in it. Done when it is TERMINATED or gone.

        A database that is in MAINTENANCE refuses; the call waits for it within the client's
        ``timeout``.

        Args:
            prepared_state_only: terminate only if the database is PREPARED; meant for the service's
                own use.

        Needs ``org-db-terminate``.

        Raises:
            ConflictError: the database is still busy.
            APIStatusError: also of a database with further datacenters, which must be terminated
                first; see ``datacenters.terminate``.
        """
        check_outcome = took_effect_if(self._caller, database_id, is_terminating)

        send = partial(endpoints.terminate_database, prepared_state_only=prepared_state_only, check_outcome=check_outcome)
        await retry_while_busy(self._caller, database_id, send, give_up_if=is_terminating)
        return self._operations.start(conditions.TERMINATE_DATABASE, database_id=database_id)

    async def suspend(self, database_id: str, *, free_consumed: int | None = None) -> AsyncOperation[Database]:
        """Suspend a database. Done when it is SUSPENDED.

        Newer editions of the API no longer have this operation.

        Args:
            free_consumed: percentage of the free credit that is used up, 0 to 100.

        Needs ``org-db-suspend``.
        """
        if free_consumed is not None:
            checks.integer(free_consumed, "free_consumed", -1, 100)
        check_outcome = took_effect_if(self._caller, database_id, lambda database: database is not None and database.status == "SUSPENDED")
        await retry_while_busy(
            self._caller, database_id, partial(endpoints.suspend_database, free_consumed=free_consumed, check_outcome=check_outcome)
        )
        return self._operations.start(conditions.SUSPEND_DATABASE, database_id=database_id)

    async def park(self, database_id: str) -> AsyncOperation[Database]:
        """Park a classic database: it keeps its data and costs less. Done when it is PARKED.

        Deprecated by the service.

        Needs ``org-db-suspend``.
        """
        check_outcome = took_effect_if(
            self._caller, database_id, lambda database: database is not None and database.status in ("PARKING", "PARKED")
        )
        await retry_while_busy(self._caller, database_id, partial(endpoints.park_database, check_outcome=check_outcome))
        return self._operations.start(conditions.PARK_DATABASE, database_id=database_id)

    async def unpark(self, database_id: str) -> AsyncOperation[Database]:
        """Bring a parked classic database back. Done when it is ACTIVE. Deprecated by the service.

        Needs ``org-db-suspend``.
        """
        check_outcome = took_effect_if(
            self._caller, database_id, lambda database: database is not None and database.status in ("UNPARKING", "ACTIVE")
        )
        await retry_while_busy(self._caller, database_id, partial(endpoints.unpark_database, check_outcome=check_outcome))
        return self._operations.start(conditions.UNPARK_DATABASE, database_id=database_id)

    async def resize(self, database_id: str, capacity_units: int) -> AsyncOperation[Database]:
        """Give a classic database more capacity units. Done when it is ACTIVE with them.

        Args:
            capacity_units: the new total, at most three more than now; it cannot be reduced.

        Needs ``org-db-expand``.
        """
        checks.integer(capacity_units, "capacity_units", 1, 100)

        def has_begun(database: Database | None) -> bool:
            return database is not None and (database.status == "RESIZING" or database.info.capacity_units == capacity_units)

        check_outcome = took_effect_if(self._caller, database_id, has_begun)
        body = CapacityUnits(capacity_units=capacity_units)
        await retry_while_busy(self._caller, database_id, partial(endpoints.resize_database, body=body, check_outcome=check_outcome))
        return self._operations.start(conditions.RESIZE_DATABASE, database_id=database_id, capacity_units=str(capacity_units))

    async def reset_password(self, database_id: str, *, username: str, password: str | Secret) -> None:
        """Set the password of a user of a classic database.

        The service accepts it and tells nothing of when it is in force.

        Args:
            password: at least 6 characters.

        Needs ``org-db-passwordreset``.
        """
        secret = password if isinstance(password, Secret) else Secret(password)
        if len(secret.reveal()) < 6:
            raise ValueError("password must have at least 6 characters")
        body = UserPassword(username=checks.string(username, "username"), password=secret)
        await retry_while_busy(self._caller, database_id, partial(endpoints.reset_password, body=body))

    async def set_engine_type(self, database_id: str, engine_type: str) -> AsyncOperation[Database]:
        """Change the engine of a database. Done when it is ACTIVE with that engine.

        Needs ``org-db-expand``.
        """
        body = EngineType(engine_type=checks.string(engine_type, "engine_type"))
        await retry_while_busy(self._caller, database_id, partial(endpoints.update_engine_type, body=body))
        return self._operations.start(conditions.SET_ENGINE_TYPE, database_id=database_id, engine_type=engine_type)

    async def resume(self, database_id: str) -> AsyncOperation[Database]:
        """Wake a hibernated database. Done when it is ACTIVE.

        The service has no operation for this: any request to the database's own data endpoint wakes
        it. The endpoint reads the token, so it is sent there, to hosts of the vendor only.

        Needs ``org-db-view``.

        Raises:
            OperationFailedError: the database is in a state that nothing wakes it from.
        """
        operation = self._operations.start(conditions.RESUME_DATABASE, database_id=database_id)
        await wake(self._caller, await self.get(database_id), operation.snapshot)
        return operation
