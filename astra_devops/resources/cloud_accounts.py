"""Cloud accounts: the service's accounts, to which customers grant the use of their keys."""

import builtins

from astra_devops._rest.endpoints import cloud_accounts as endpoints
from astra_devops._rest.models.cloud_accounts import CloudAccount
from astra_devops._runtime import checks
from astra_devops._runtime.caller import Caller


class AsyncCloudAccounts:
    """The service's accounts at the cloud providers.

    Grant them the use of your keys before you register the keys.
    """

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def list(self, provider: str, region: str, *, classic: bool = False) -> builtins.list[CloudAccount]:
        """List the accounts that need access to your keys in a region.

        Needs ``org-cmk-read``.

        Args:
            provider: ``aws``, ``azure`` or ``gcp``, in any case.
            region: The provider's name of the region, such as ``us-east-1``.
            classic: List the accounts for classic databases instead of serverless ones. There are
                none before ``assign``.

        Raises:
            ValueError: ``provider`` is not one of these, or ``region`` is empty.

        >>> accounts = await astra.cloud_accounts.list("aws", "us-east-1")
        """
        cloud = checks.provider(provider, "provider").lower()
        checks.flag(classic, "classic")
        fetch = endpoints.get_classic_cloud_accounts if classic else endpoints.get_serverless_cloud_accounts
        return (await fetch(self._caller, provider=cloud, region=region)).value

    async def assign(self, provider: str) -> None:
        """Have the service reserve an account for the organization's classic databases.

        ``list(..., classic=True)`` shows the account.

        Needs ``org-cmk-write``.

        Args:
            provider: ``aws``, ``azure`` or ``gcp``, in any case.

        Raises:
            ValueError: ``provider`` is not one of these.
            OutcomeUnknownError: The answer was lost. The request is not sent again: it could
                reserve another account.
        """
        await endpoints.assign_cloud_account(self._caller, provider=checks.provider(provider, "provider").lower())
