"""Databases that expire: the base of ``AsyncDatabases`` with the methods for them."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from astra_devops._first_use import importing
from astra_devops._runtime import checks
from astra_devops._runtime.caller import Caller
from astra_devops.operations.factory import OperationFactory
from astra_devops.resources._database_changes import conditions, names, requests, sweeping, termination

if TYPE_CHECKING:
    import builtins
    from collections.abc import Callable

    from astra_devops._rest.models.databases import Database
    from astra_devops.operations.handle import AsyncOperation
    from astra_devops.operations.temporary import AsyncTemporary
    from astra_devops.resources._outcome.creations import CreationTracker
    from astra_devops.resources._short_lived.sweeping import SweptDatabase


class AsyncExpiringDatabases:
    """Databases with an owner and an expiry in their names."""

    def __init__(self, caller: Caller, operations: OperationFactory, creations: "Callable[[], CreationTracker]") -> None:
        self._caller = caller
        self._operations = operations
        self._creations = creations

    def temporary(
        self,
        prefix: str,
        *,
        cloud_provider: str,
        region: str,
        ttl: timedelta = timedelta(hours=1),
        owner: str | None = None,
        keyspace: str | None = None,
        db_type: Literal["vector"] | str | None = None,
    ) -> "AsyncTemporary[Database]":
        """Create a serverless database for one block of code, and terminate it at the end.

        The block begins when the database is ACTIVE. The database is terminated however the block
        ends, also on cancellation, and with datacenters that were added. An error of that becomes a
        note of the error of the block, or is raised if there is none; it names the id.

        If the process is killed, the database stays: :meth:`sweep` terminates it once it has
        expired. The service has no tags, so prefix, owner and expiry are in the name, such as
        ``ci+mara+20261126T160000Z+7f3a``.

        Needs ``org-db-create``, ``org-db-view`` and ``org-db-terminate``; also ``db-manage-region``
        if the block adds datacenters.

        Args:
            prefix: What the database is for; :meth:`sweep` takes the same. From 1 to 12 letters,
                digits and characters of ``_.-``, with a letter or digit at the start.
            cloud_provider: As in :meth:`create`, like ``keyspace`` and ``db_type``.
            region: As in :meth:`create`.
            ttl: How long the database may live. After that a sweep terminates it.
            owner: Whose it is, from 1 to 15 characters as in ``prefix``. By default the user of
                this process.

        Raises:
            TypeError: An argument has the wrong type.
            ValueError: An argument is not valid. Nothing was created.

        >>> temporary = astra.databases.temporary("ci", cloud_provider="aws", region="us-east-2")
        >>> async with temporary as database:
        ...     print(database.id)
        """
        with importing:
            from astra_devops.operations.temporary import AsyncTemporary
        if checks.instance(ttl, "ttl", timedelta) <= timedelta():
            raise ValueError(f"ttl must be more than zero, not {ttl}")
        parts = names.check_prefix(prefix), checks.optional(_check_owner, owner, "owner") or names.default_owner()
        name = names.new_name(*parts, self._expiry(ttl))
        body = requests.creation_request(name, cloud_provider, region, "serverless", 1, keyspace, db_type, None)

        async def create() -> "AsyncOperation[Database]":
            database_id = await requests.create_database(self._caller, self._creations(), body)
            return self._operations.start(conditions.creation_kind(body.tier), database_id=database_id)

        async def terminate(database_id: str) -> object:
            return await termination.ensure_terminated(self._caller, self._operations, database_id)

        return AsyncTemporary(name, create, terminate)

    async def sweep(self, prefix: str, *, owner: str | None = None, dry_run: bool = False) -> "builtins.list[SweptDatabase]":
        """Terminate the databases of :meth:`temporary` that have expired, those of one prefix.

        Only names of exactly its form are recognized: a database whose name merely starts with the
        prefix is left alone. It goes on when a database cannot be terminated; look at ``state`` and
        ``error`` of each.

        Needs ``org-db-view`` and ``org-db-terminate``; also ``db-manage-region`` for databases with
        several datacenters.

        Args:
            prefix: As in :meth:`temporary`.
            owner: Terminate those of this owner instead, whether or not they have expired.
            dry_run: Only list what would be terminated.

        Returns:
            One entry per database, the longest expired first.

        Raises:
            TypeError: An argument has the wrong type.
            ValueError: ``prefix`` or ``owner`` is not valid.

        >>> for database in await astra.databases.sweep("ci"):
        ...     print(database.name, database.state, database.error)
        """
        names.check_prefix(prefix)
        checks.optional(_check_owner, owner, "owner")
        checks.flag(dry_run, "dry_run")
        found = await sweeping.find(self._caller, prefix, owner)
        return found if dry_run else await sweeping.terminate_all(self._caller, self._operations, found)

    def _expiry(self, ttl: timedelta) -> datetime:
        try:
            return self._caller.clock.now() + ttl
        except OverflowError:
            raise ValueError(f"ttl is too long: {ttl}") from None


def _check_owner(owner: str, name: str) -> str:
    return names.check_owner(owner)
