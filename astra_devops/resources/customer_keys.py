"""Customer keys: databases encrypted with keys of your own."""

import builtins

from astra_devops._rest.endpoints import customer_keys as endpoints
from astra_devops._rest.models.customer_keys import AwsKms, AzureKms, CustomerKey, CustomerKeySummary, ExternalKms, GcpKms
from astra_devops._runtime import checks
from astra_devops._runtime.call import TOOK_EFFECT, Answer
from astra_devops._runtime.caller import Caller
from astra_devops.keys import AwsKey, AzureKey, GcpKey
from astra_devops.resources._identity import organization


class AsyncCustomerKeys:
    """Keys of the token's organization that encrypt its databases: one per provider, region and kind of database.

    The kinds are serverless, which is meant unless ``classic`` is set, and classic. A key encrypts
    databases that are created after its registration. The service has no way to change or delete a
    registration: that takes a support ticket.

    >>> from astra_devops.keys import AwsKey
    >>> await astra.customer_keys.create(AwsKey("arn:aws:kms:us-east-1:111122223333:key/...", "us-east-1"))
    """

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def create(self, key: AwsKey | GcpKey | AzureKey, *, classic: bool = False) -> None:
        """Register a key for the databases of its provider and region that are created from now on.

        It cannot be undone.

        Before that, grant the service's accounts the use of the key, at the provider;
        ``cloud_accounts.list`` tells which.

        Args:
            key: an ``AwsKey``, ``GcpKey`` or ``AzureKey`` from ``astra_devops.keys``.
            classic: for classic databases, instead of serverless ones.

        Needs ``org-cmk-write``; ``org-cmk-read`` too, to find out what became of a request whose
        answer was lost.

        Raises:
            BadRequestError: a key is registered already for this provider, region and kind of
                database.
        """
        body = _registration(key)

        async def is_listed() -> Answer[None] | None:
            wanted = (_provider_of(key), key.region, key.key_id)
            for entry in await self.list(classic=classic):
                if ((entry.cloud_provider or "").lower(), entry.region, entry.key_id) == wanted:
                    return TOOK_EFFECT
            return None

        # No document demands the organization of a token that belongs to one, but the vendor's own
        # Terraform provider always sends it.
        body.org_id = await organization.current_id(self._caller)
        send = endpoints.create_classic_key if classic else endpoints.create_serverless_key
        await send(self._caller, body=body, check_outcome=is_listed)

    async def list(self, *, classic: bool = False) -> builtins.list[CustomerKeySummary]:
        """List the keys for serverless databases, or for classic ones. Needs ``org-cmk-read``."""
        fetch = endpoints.list_classic_keys if classic else endpoints.list_serverless_keys
        return (await fetch(self._caller)).value

    async def get(self, provider: str, region: str, *, classic: bool = False) -> CustomerKey:
        """Fetch the key of a provider and region; it stands in the field that is named after the provider.

        Args:
            provider: ``aws``, ``azure`` or ``gcp``, in any case.

        Needs ``org-cmk-read``.

        Raises:
            NotFoundError: no key is registered there.
        """
        cloud = checks.provider(provider, "provider").lower()
        fetch = endpoints.get_classic_key if classic else endpoints.get_serverless_key
        return (await fetch(self._caller, provider=cloud, region=region)).value


def _registration(key: AwsKey | GcpKey | AzureKey) -> ExternalKms:
    match key:
        case AwsKey():
            return ExternalKms(aws=AwsKms(key_id=key.key_id, region=key.region))
        case GcpKey():
            return ExternalKms(gcp=GcpKms(key_id=key.key_id, region=key.region))
        case AzureKey():
            return ExternalKms(azure=AzureKms(key_id=key.key_id, region=key.region))
    raise TypeError(f"key must be an AwsKey, GcpKey or AzureKey, not {type(key).__name__}")


def _provider_of(key: AwsKey | GcpKey | AzureKey) -> str:
    return "aws" if isinstance(key, AwsKey) else "gcp" if isinstance(key, GcpKey) else "azure"
