"""Datacenters: the regions that a database runs in."""

import builtins
from collections.abc import Sequence
from functools import partial

from astra_devops._rest.endpoints import datacenters as endpoints
from astra_devops._rest.models.common import Datacenter
from astra_devops._rest.models.databases import Database
from astra_devops._rest.models.datacenters import DatacenterCreate
from astra_devops._runtime import checks
from astra_devops._runtime.caller import Caller
from astra_devops.operations.conditions import datacenters as conditions
from astra_devops.operations.factory import OperationFactory
from astra_devops.operations.handle import AsyncOperation
from astra_devops.resources._outcome.reconcile import retry_while_busy, took_effect_when


class AsyncDatacenters:
    """Datacenters of a database, one per region.

    A datacenter's id is the database's, a hyphen and a number.
    """

    def __init__(self, caller: Caller, operations: OperationFactory) -> None:
        self._caller = caller
        self._operations = operations

    async def list(self, database_id: str, *, include_terminated: bool = False) -> builtins.list[Datacenter]:
        """List the datacenters of a database; terminated ones too if asked for.

        Needs ``org-db-view``.
        """
        answer = await endpoints.list_datacenters(self._caller, database_id=database_id, all=True if include_terminated else None)
        return answer.value

    async def create(self, database_id: str, *, cloud_provider: str, region: str, tier: str = "serverless") -> AsyncOperation[Datacenter]:
        """Add a region to a database.

        Done when its datacenter is listed and the database is ACTIVE, which may take most of an
        hour.

        While the database is in MAINTENANCE it refuses; the call waits for it within the client's
        ``timeout``.

        Args:
            cloud_provider: ``aws``, ``azure`` or ``gcp``, in any case; the one that the database
                runs in.
            region: the provider's name for it.

        Needs ``db-manage-region``.

        Raises:
            ConflictError: the database is still busy.
            UnprocessableError: the service does not offer this tier, provider or region.
        """
        provider = checks.provider(cloud_provider)
        body = [DatacenterCreate(tier=checks.string(tier, "tier"), cloud_provider=provider, region=checks.string(region, "region"))]

        async def is_there(database: Database | None) -> bool:
            return database is not None and any(_is_in(datacenter, provider, region) for datacenter in await self.list(database_id))

        check_outcome = took_effect_when(self._caller, database_id, is_there)
        await retry_while_busy(self._caller, database_id, partial(endpoints.add_datacenters, body=body, check_outcome=check_outcome))
        return self._operations.start(conditions.CREATE, database_id=database_id, cloud_provider=provider, region=region)

    async def create_all(
        self, database_id: str, regions: Sequence[str], *, cloud_provider: str, tier: str = "serverless", timeout: float | None = None
    ) -> builtins.list[Datacenter]:
        """Add several regions and wait for each: the service adds one at a time, although its request is a list.

        Regions that the database already has are left alone and returned with the rest.

        Args:
            regions: the provider's names, in the order in which they are to be added.
            timeout: seconds for each region; by default an hour.

        Raises:
            OperationFailedError, OperationTimeoutError: as ``wait`` does; a note names the regions
                that are done.
        """
        if isinstance(regions, str):
            raise TypeError("regions must be a sequence of str, not one str")
        provider = checks.provider(cloud_provider)
        wanted = [checks.string(region, "regions") for region in regions]
        made: builtins.list[Datacenter] = []
        for region in wanted:
            try:
                there = [datacenter for datacenter in await self.list(database_id) if _is_in(datacenter, provider, region)]
                if not there:
                    operation = await self.create(database_id, cloud_provider=provider, region=region, tier=tier)
                    there = [await operation.wait(timeout=timeout)]
                made.append(there[0])
            except BaseException as error:
                error.add_note(f"while adding {region}; done before it: {', '.join(wanted[: len(made)]) or 'none'}")
                raise
        return made

    async def terminate(self, database_id: str, datacenter_id: str) -> AsyncOperation[None]:
        """Take a region from a database.

        Done when its datacenter is no longer listed and the database is ACTIVE.

        Needs ``db-manage-region``.

        Raises:
            ConflictError: the database is still busy.
        """
        checks.string(datacenter_id, "datacenter_id")

        async def is_going(database: Database | None) -> bool:
            there = {datacenter.id: datacenter.status for datacenter in await self.list(database_id)} if database else {}
            return there.get(datacenter_id, "TERMINATED") in ("TERMINATING", "TERMINATED")

        check_outcome = took_effect_when(self._caller, database_id, is_going)
        await retry_while_busy(
            self._caller, database_id, partial(endpoints.terminate_datacenter, datacenter_id=datacenter_id, check_outcome=check_outcome)
        )
        return self._operations.start(conditions.TERMINATE, database_id=database_id, datacenter_id=datacenter_id)


def _is_in(datacenter: Datacenter, provider: str, region: str) -> bool:
    return (datacenter.cloud_provider or "").upper() == provider and datacenter.region == region and datacenter.status != "TERMINATED"
