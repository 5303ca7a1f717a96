"""Registering the keys of customers, and the accounts that those keys are shared with."""

from collections.abc import Mapping
from typing import Any

import attrs

from astra_devops.emulator import replies
from astra_devops.emulator.state import catalog
from astra_devops.emulator.state.stores import store
from astra_devops.emulator.world import Handler, Request, World, as_object

SERVERLESS, CLASSIC = "serverless", "classic"


@store("customer_keys")
@attrs.define
class Keys:
    """Keys by kind of database, provider and region; the classic accounts that were assigned, by provider."""

    registered: dict[tuple[str, str, str], str] = attrs.field(factory=dict)
    assigned: dict[str, list[str]] = attrs.field(factory=dict)


def create(kind: str) -> Handler:
    """Make the operation that registers a key; there is one for each kind of database, provider and region, for good."""

    def handler(world: World, request: Request) -> replies.Reply:
        body = as_object(request.body)
        if body.get("orgId", world.organization.id) != world.organization.id:
            raise replies.refusal(403, f"Organization {body['orgId']} is not that of the token.")
        provider, key = _only_key(body)
        if (provider.upper(), key["region"]) not in catalog.REGIONS_BY_NAME:
            raise replies.refusal(400, f"no region {key['region']} of {provider}")
        place = (kind, provider, key["region"])
        registered = world.store(Keys).registered
        if place in registered:
            raise replies.refusal(400, f"There is a key for {kind} databases in {provider} {key['region']} already.")
        registered[place] = key["keyID"]
        return replies.empty(201 if world.quirks.created_key_is_201 else 200)

    return handler


def get_all(kind: str) -> Handler:
    """Make the operation that lists the keys of a kind."""

    def handler(world: World, request: Request) -> replies.Reply:
        found = [(provider, region, key) for (known, provider, region), key in world.store(Keys).registered.items() if known == kind]
        return replies.json([_summary(world, *entry) for entry in found])

    return handler


def get(kind: str) -> Handler:
    """Make the operation that gives the key of a provider and region."""

    def handler(world: World, request: Request) -> replies.Reply:
        provider, region = request.arguments["provider"].lower(), request.arguments["region"]
        key = world.store(Keys).registered.get((kind, provider, region))
        if key is None:
            raise replies.refusal(404, f"There is no key for {kind} databases in {provider} {region}.")
        return replies.json({"orgId": world.organization.id, provider: {"keyID": key, "region": region}})

    return handler


def get_accounts(kind: str) -> Handler:
    """Make the operation that lists accounts: one for serverless databases, and for classic ones those that were assigned."""

    def handler(world: World, request: Request) -> replies.Reply:
        provider, region = _provider(request), request.arguments["region"]
        if (provider.upper(), region) not in catalog.REGIONS_BY_NAME:
            raise replies.refusal(404, f"no region {region} of {provider}")
        identities = [f"astra-{provider}-{region}"] if kind == SERVERLESS else world.store(Keys).assigned.get(provider, [])
        organization = world.organization.id
        return replies.json([{"organization_id": organization, "provider_id": name, "provider": provider} for name in identities])

    return handler


def assign_account(world: World, request: Request) -> replies.Reply:
    """Set another account aside for classic databases."""
    provider = _provider(request)
    world.store(Keys).assigned.setdefault(provider, []).append(f"{world.rng.getrandbits(39) % 10**12:012d}")
    return replies.empty(201)


def _only_key(body: Mapping[str, Any]) -> tuple[str, Mapping[str, str]]:
    given = [(name, body[name]) for name in ("aws", "gcp", "azure") if body.get(name)]
    if len(given) != 1:
        raise replies.refusal(400, "The key of exactly one provider must be given.")
    ((provider, key),) = given
    if not (key.get("keyID") and key.get("region")):
        raise replies.refusal(400, "keyID and region must be given.")
    return provider, key


def _summary(world: World, provider: str, region: str, key: str) -> dict[str, str]:
    return {"OrganizationID": world.organization.id, "CloudProvider": provider, "KeyID": key, "Region": region}


def _provider(request: Request) -> str:
    provider = request.arguments["provider"].lower()
    if provider.upper() not in catalog.PROVIDERS:
        raise replies.refusal(400, f"no provider {provider}")
    return provider


OPERATIONS: dict[str, Handler] = {
    "CreateServerlessKey": create(SERVERLESS),
    "createServerlessKeyAlternate": create(SERVERLESS),
    "CreateClassicKey": create(CLASSIC),
    "ListServerlessKeys": get_all(SERVERLESS),
    "listServerlessKeysAlternate": get_all(SERVERLESS),
    "ListClassicKeys": get_all(CLASSIC),
    "GetServerlessKey": get(SERVERLESS),
    "GetClassicKey": get(CLASSIC),
    "GetServerlessCloudAccounts": get_accounts(SERVERLESS),
    "GetClassicCloudAccounts": get_accounts(CLASSIC),
    "AssignCloudAccount": assign_account,
}
