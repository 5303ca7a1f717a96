"""Regions: where databases can be."""

import builtins

from astra_devops._rest.endpoints import regions as endpoints
from astra_devops._rest.models.regions import ClassicRegion, ServerlessRegion
from astra_devops._runtime import checks
from astra_devops._runtime.caller import Caller


class AsyncRegions:
    """Regions that the service offers."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def list(self, *, region_type: str | None = None, only_my_organization: bool | None = None) -> builtins.list[ServerlessRegion]:
        """List the regions for serverless databases. What the service lists twice is listed once.

        Args:
            region_type: ``"vector"`` for regions with vector search, ``"all"`` for both kinds; by
                default those without. The service ignores values that it does not know.
            only_my_organization: leave out regions that the token's organization may not use.

        Needs ``org-db-create``, although it only reads.
        """
        if region_type is not None:
            checks.string(region_type, "region_type")
        chosen = None if only_my_organization is None else ("enabled" if only_my_organization else "disabled")
        answer = await endpoints.list_serverless_regions(self._caller, region_type=region_type, filter_by_org=chosen)
        regions: dict[tuple[str, str, str], ServerlessRegion] = {}
        for region in answer.value:
            # The provider's case differs between entries, so it does not tell two entries apart.
            regions.setdefault((region.cloud_provider.lower(), region.name, str(region.region_type)), region)
        return [*regions.values()]

    async def list_classic(self) -> builtins.list[ClassicRegion]:
        """List the combinations of tier, provider and region for classic databases, with their limits and prices in US cents.

        Needs ``org-db-create``, although it only reads.
        """
        return (await endpoints.list_available_regions(self._caller)).value
