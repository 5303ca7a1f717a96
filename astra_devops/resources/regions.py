"""Regions: where databases can be created."""

import builtins

from astra_devops._rest.endpoints import regions as endpoints
from astra_devops._rest.models.regions import ClassicRegion, ServerlessRegion
from astra_devops._runtime import checks
from astra_devops._runtime.caller import Caller


class AsyncRegions:
    """Regions in which the service offers databases."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def list(self, *, region_type: str | None = None, only_my_organization: bool | None = None) -> builtins.list[ServerlessRegion]:
        """List the regions for serverless databases, without the service's duplicates.

        Needs ``org-db-create``, although it only reads.

        Args:
            region_type: ``"vector"`` for regions with vector search, ``"all"`` for both kinds. By
                default only regions without vector search are listed. The service ignores unknown
                values.
            only_my_organization: Leave out regions that the token's organization may not use.

        Raises:
            ValueError: ``region_type`` is empty.

        >>> regions = await astra.regions.list(region_type="all")
        """
        checks.optional(checks.string, region_type, "region_type")
        checks.optional(checks.flag, only_my_organization, "only_my_organization")
        filter_by_org = None if only_my_organization is None else ("enabled" if only_my_organization else "disabled")
        answer = await endpoints.list_serverless_regions(self._caller, region_type=region_type, filter_by_org=filter_by_org)
        regions: dict[tuple[str, str, str], ServerlessRegion] = {}
        for region in answer.value:
            # Duplicates may differ in the case of the provider.
            regions.setdefault((region.cloud_provider.lower(), region.name, str(region.region_type)), region)
        return [*regions.values()]

    async def list_classic(self) -> builtins.list[ClassicRegion]:
        """List the combinations of tier, provider and region for classic databases.

        Each has its limits, and its prices in US cents.

        Needs ``org-db-create``, although it only reads.
        """
        return (await endpoints.list_available_regions(self._caller)).value
