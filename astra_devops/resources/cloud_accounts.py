"""Cloud accounts: accounts of the service that may use a customer's key, once the customer has granted it."""

import builtins

from astra_devops._rest.endpoints import cloud_accounts as endpoints
from astra_devops._rest.models.cloud_accounts import CloudAccount
from astra_devops._runtime import checks
from astra_devops._runtime.caller import Caller


class AsyncCloudAccounts:
    """Accounts of the service at the cloud providers, to which you grant the use of your keys before you register them."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def list(self, provider: str, region: str, *, classic: bool = False) -> builtins.list[CloudAccount]:
        """List the accounts that keys in a region have to be shared with, for serverless databases or for classic ones.

        Args:
            provider: ``aws``, ``azure`` or ``gcp``, in any case.
            classic: for classic databases, where there are none before ``assign``.

        Needs ``org-cmk-read``.
        """
        cloud = checks.provider(provider, "provider").lower()
        fetch = endpoints.get_classic_cloud_accounts if classic else endpoints.get_serverless_cloud_accounts
        return (await fetch(self._caller, provider=cloud, region=region)).value

    async def assign(self, provider: str) -> None:
        """Have the service set an account aside for the organization's classic databases.

        ``list(..., classic=True)`` tells which.

        Args:
            provider: ``aws``, ``azure`` or ``gcp``, in any case.

        Needs ``org-cmk-write``.

        Raises:
            OutcomeUnknownError: the answer was lost. The request is not repeated, since it could
                set another account aside.
        """
        await endpoints.assign_cloud_account(self._caller, provider=checks.provider(provider, "provider").lower())
