"""Customer keys: your own keys, with which the service encrypts databases."""

import builtins

from astra_devops._rest.endpoints import customer_keys as endpoints
from astra_devops._rest.models.customer_keys import AwsKms, AzureKms, CustomerKey, CustomerKeySummary, GcpKms
from astra_devops._rest.models.customer_keys_requests import ExternalKms
from astra_devops._runtime import checks, deadline
from astra_devops._runtime.caller import Caller
from astra_devops.keys import AwsKey, AzureKey, GcpKey
from astra_devops.resources._identity import organization
from astra_devops.resources._outcome.lookups import outcome_check


class AsyncCustomerKeys:
    """Keys that encrypt the databases of the token's organization.

    There is one key per provider, region and kind of database: serverless by default, or classic
    with ``classic=True``. A key encrypts the databases that are created after its registration. The
    API cannot change or delete a registration; that takes a support ticket.

    >>> from astra_devops.keys import AwsKey
    >>> key = AwsKey("arn:aws:kms:us-east-1:111122223333:key/...", "us-east-1")
    >>> await astra.customer_keys.create(key)
    """

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def create(self, key: AwsKey | GcpKey | AzureKey, *, classic: bool = False) -> None:
        """Register a key for the databases of its provider and region that are created from now on.

        This cannot be undone. Before you register the key, grant the service's accounts access to
        it at the provider; ``cloud_accounts.list`` lists them.

        Needs ``org-cmk-write``; also ``org-cmk-read``, to find out whether a request took effect
        whose answer was lost.

        Args:
            key: An ``AwsKey``, ``GcpKey`` or ``AzureKey`` from ``astra_devops.keys``.
            classic: Use the key for classic databases instead of serverless ones.

        Raises:
            TypeError: ``key`` is not one of these.
            BadRequestError: A key is registered already for this provider, region and kind of
                database.
        """
        body = _registration(key)
        checks.flag(classic, "classic")

        async def is_listed() -> bool:
            registration = (_provider_of(key), key.region, key.key_id)
            listed_keys = await self.list(classic=classic)
            return any(((entry.cloud_provider or "").lower(), entry.region, entry.key_id) == registration for entry in listed_keys)

        with deadline.within(self._caller.options.timeout):
            # No document requires the organization for a token that belongs to one, but the
            # vendor's own Terraform provider always sends it.
            body.org_id = await organization.current_id(self._caller)
            send = endpoints.create_classic_key if classic else endpoints.create_serverless_key
            await send(self._caller, body=body, check_outcome=outcome_check(self._caller, is_listed))

    async def list(self, *, classic: bool = False) -> builtins.list[CustomerKeySummary]:
        """List the keys for serverless databases, or for classic ones. Needs ``org-cmk-read``."""
        checks.flag(classic, "classic")
        fetch = endpoints.list_classic_keys if classic else endpoints.list_serverless_keys
        return (await fetch(self._caller)).value

    async def get(self, provider: str, region: str, *, classic: bool = False) -> CustomerKey:
        """Fetch the key of a provider and region; it is in the field named after the provider.

        Needs ``org-cmk-read``.

        Args:
            provider: ``aws``, ``azure`` or ``gcp``, in any case.
            region: The provider's name of the region, such as ``us-east-1``.
            classic: Fetch the key for classic databases instead of serverless ones.

        Raises:
            ValueError: ``provider`` is not one of these, or ``region`` is empty.
            NotFoundError: No key is registered there.
        """
        cloud = checks.provider(provider, "provider").lower()
        checks.flag(classic, "classic")
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
