"""Datacenters: the regions that a database runs in."""

import builtins
from collections.abc import Sequence
from functools import partial

from astra_devops import errors
from astra_devops._rest.endpoints import datacenters as endpoints
from astra_devops._rest.models.common_datacenter import Datacenter
from astra_devops._rest.models.databases import Database
from astra_devops._rest.models.datacenters_requests import DatacenterCreate
from astra_devops._runtime import checks, deadline
from astra_devops._runtime.caller import Caller
from astra_devops._runtime.details import add_detail
from astra_devops.operations.conditions import datacenters as conditions
from astra_devops.operations.factory import OperationFactory
from astra_devops.operations.handle import AsyncOperation
from astra_devops.resources._outcome.reconcile import async_database_outcome_check, retry_while_busy


class AsyncDatacenters:
    """Datacenters of a database, one per region.

    The id of a datacenter is the database's id, a hyphen and a number.
    """

    def __init__(self, caller: Caller, operations: OperationFactory) -> None:
        self._caller = caller
        self._operations = operations

    async def list(self, database_id: str, *, include_terminated: bool = False) -> builtins.list[Datacenter]:
        """List the datacenters of a database.

        The service does not document which permission this needs.

        Args:
            include_terminated: List terminated datacenters too.

        Raises:
            NotFoundError: The database does not exist.
        """
        checks.flag(include_terminated, "include_terminated")
        answer = await endpoints.list_datacenters(self._caller, database_id=database_id, all=True if include_terminated else None)
        return answer.value

    async def create(self, database_id: str, *, cloud_provider: str, region: str, tier: str = "serverless") -> AsyncOperation[Datacenter]:
        """Add a region to a database.

        The operation is done when the new datacenter is listed and the database is ACTIVE, which
        can take most of an hour.

        While the database is in MAINTENANCE it refuses; the call retries within the client's
        ``timeout``.

        Needs ``db-manage-region``.

        Args:
            cloud_provider: ``aws``, ``azure`` or ``gcp``, in any case; the provider that the
                database runs on.
            region: The provider's name of the region, such as ``eu-west-1``.
            tier: The tier of the database.

        Raises:
            ValueError: An argument is not valid.
            NotFoundError: The database does not exist.
            BusyError: The database is still busy.
            UnprocessableError: The service does not offer this tier, provider or region.

        >>> operation = await astra.datacenters.create(
        ...     database_id, cloud_provider="aws", region="eu-west-1"
        ... )
        >>> datacenter = await operation.wait()
        """
        provider = checks.provider(cloud_provider)
        body = [DatacenterCreate(tier=checks.string(tier, "tier"), cloud_provider=provider, region=checks.string(region, "region"))]

        async def is_created(database: Database | None) -> bool:
            return database is not None and any(_is_in(datacenter, provider, region) for datacenter in await self.list(database_id))

        check_outcome = async_database_outcome_check(self._caller, database_id, is_created)
        await retry_while_busy(self._caller, database_id, partial(endpoints.add_datacenters, body=body, check_outcome=check_outcome))
        return self._operations.start(conditions.CREATE, database_id=database_id, cloud_provider=provider, region=region)

    async def ensure(self, database_id: str, *, cloud_provider: str, region: str, tier: str | None = None) -> AsyncOperation[Datacenter]:
        """Add a region to a database, unless the database has it.

        The operation is done when the datacenter is listed and the database is ACTIVE. Where it
        exists, the database may also be HIBERNATED, PARKED or SUSPENDED, and nothing is changed.

        Needs ``db-manage-region``.

        Args:
            cloud_provider: As in :meth:`create`, like ``region``.
            tier: By default that of serverless databases, and any where the datacenter exists.

        Raises:
            ValueError: An argument is not valid.
            NotFoundError: The database does not exist.
            DriftError: The datacenter exists, and has another tier.
            BusyError: The database is still busy, or does not run.
            UnprocessableError: The service does not offer this tier, provider or region.
        """
        provider = checks.provider(cloud_provider)
        checks.string(region, "region")
        checks.optional(checks.string, tier, "tier")

        async def find() -> Datacenter | None:
            datacenters = [datacenter for datacenter in await self.list(database_id) if datacenter.status != "TERMINATING"]
            return next((datacenter for datacenter in datacenters if _is_in(datacenter, provider, region)), None)

        with deadline.within(self._caller.options.timeout):
            existing = await find()
            if existing is None:
                try:
                    return await self.create(database_id, cloud_provider=provider, region=region, tier=tier or "serverless")
                except errors.APIStatusError:
                    # Another client may have added it in the meantime, which the service refuses
                    # as a bad request.
                    existing = await find()
                    if existing is None:
                        raise
        if tier is not None and existing.tier and existing.tier.lower() != tier.lower():
            difference = errors.Difference("tier", tier, existing.tier, "it cannot be changed; datacenters.terminate removes the region")
            raise errors.DriftError.of("datacenter", region, existing.id or region, [difference])
        return self._operations.attach(conditions.ENSURE, database_id=database_id, cloud_provider=provider, region=region)

    async def create_all(
        self, database_id: str, regions: Sequence[str], *, cloud_provider: str, tier: str = "serverless", timeout: float | None = None
    ) -> builtins.list[Datacenter]:
        """Add several regions, waiting for each in turn, and return their datacenters.

        The service adds one region at a time, although its request takes a list. Regions that the
        database already has are left alone, and returned with the others.

        Needs ``db-manage-region``.

        Args:
            regions: The provider's names of the regions, in the order in which to add them.
            cloud_provider: ``aws``, ``azure`` or ``gcp``, in any case; the provider that the
                database runs on.
            tier: The tier of the database.
            timeout: Seconds to wait for each region; by default an hour.

        Raises:
            TypeError: ``regions`` is not a list of strings.
            ValueError: An argument is not valid.
            BusyError: The database is still busy.
            OperationFailedError: A region could not be added. A note on this error and the next
                names the regions that are done.
            OperationTimeoutError: A region is not done after ``timeout`` seconds.
        """
        provider = checks.provider(cloud_provider)
        requested_regions = checks.strings(regions, "regions")
        checks.identifier(database_id, "database_id")
        checks.string(tier, "tier")
        checks.optional(checks.positive, timeout, "timeout")
        datacenters: builtins.list[Datacenter] = []
        for region in requested_regions:
            try:
                operation: AsyncOperation[Datacenter] | None = None
                with deadline.within(self._caller.options.timeout):
                    existing = [datacenter for datacenter in await self.list(database_id) if _is_in(datacenter, provider, region)]
                    if not existing:
                        operation = await self.create(database_id, cloud_provider=provider, region=region, tier=tier)
                datacenters.append(existing[0] if operation is None else await operation.wait(timeout=timeout))
            except BaseException as error:
                done = ", ".join(requested_regions[: len(datacenters)]) or "none"
                add_detail(error, f"while adding {region}; done before it: {done}")
                raise
        return datacenters

    async def terminate(self, database_id: str, datacenter_id: str) -> AsyncOperation[None]:
        """Remove a region from a database.

        The operation is done when the datacenter is no longer listed and the database is ACTIVE.

        Needs ``db-manage-region``.

        Raises:
            ValueError: ``datacenter_id`` is empty.
            NotFoundError: The database or the datacenter does not exist.
            BusyError: The database is still busy.
        """
        checks.identifier(datacenter_id, "datacenter_id")

        async def is_terminating(database: Database | None) -> bool:
            statuses = {datacenter.id: datacenter.status for datacenter in await self.list(database_id)} if database else {}
            return statuses.get(datacenter_id, "TERMINATED") in ("TERMINATING", "TERMINATED")

        check_outcome = async_database_outcome_check(self._caller, database_id, is_terminating)
        send = partial(endpoints.terminate_datacenter, datacenter_id=datacenter_id, check_outcome=check_outcome)
        await retry_while_busy(self._caller, database_id, send)
        return self._operations.start(conditions.TERMINATE, database_id=database_id, datacenter_id=datacenter_id)


def _is_in(datacenter: Datacenter, provider: str, region: str) -> bool:
    return (datacenter.cloud_provider or "").upper() == provider and datacenter.region == region and datacenter.status != "TERMINATED"
