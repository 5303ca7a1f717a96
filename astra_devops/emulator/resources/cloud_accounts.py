"""Cloud accounts: the identities that customers share their keys with."""

from typing import Final

import attrs

from astra_devops.emulator import replies
from astra_devops.emulator.state import catalog
from astra_devops.emulator.state.stores import store
from astra_devops.emulator.world import Handler, Request, World


@store("cloud_accounts")
@attrs.define
class CloudAccounts:
    """The accounts that have been assigned for classic databases, by provider."""

    by_provider: dict[str, list[str]] = attrs.field(factory=dict)


def get_serverless_accounts(world: World, request: Request) -> replies.Reply:
    """Return the account for serverless databases, one for each region."""
    provider, region = _place(request)
    return _list(world, provider, [f"astra-{provider}-{region}"])


def get_classic_accounts(world: World, request: Request) -> replies.Reply:
    """List the accounts that have been assigned for classic databases."""
    provider, _ = _place(request)
    return _list(world, provider, world.store(CloudAccounts).by_provider.get(provider, []))


def assign_account(world: World, request: Request) -> replies.Reply:
    """Assign another account for classic databases."""
    provider = _provider(request)
    account_id = f"{world.rng.getrandbits(39) % 10**12:012d}"
    world.store(CloudAccounts).by_provider.setdefault(provider, []).append(account_id)
    return replies.empty(201)


def _provider(request: Request) -> str:
    provider = request.arguments["provider"].lower()
    if provider.upper() not in catalog.PROVIDERS:
        raise replies.refusal(400, f"no provider {provider}")
    return provider


def _place(request: Request) -> tuple[str, str]:
    """Return the provider and region of a request; refuse unknown ones."""
    provider, region = _provider(request), request.arguments["region"]
    if (provider.upper(), region) not in catalog.REGIONS_BY_NAME:
        raise replies.refusal(404, f"no region {region} of {provider}")
    return provider, region


def _list(world: World, provider: str, account_ids: list[str]) -> replies.Reply:
    organization_id = world.organization.id
    return replies.json(
        [{"organization_id": organization_id, "provider_id": account_id, "provider": provider} for account_id in account_ids]
    )


OPERATIONS: Final[dict[str, Handler]] = {
    "GetServerlessCloudAccounts": get_serverless_accounts,
    "GetClassicCloudAccounts": get_classic_accounts,
    "AssignCloudAccount": assign_account,
}
