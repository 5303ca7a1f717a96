"""Customer keys: one per kind of database, provider and region."""

from collections.abc import Mapping
from typing import Any, Final

import attrs

from astra_devops.emulator import replies
from astra_devops.emulator.state import catalog
from astra_devops.emulator.state.stores import store
from astra_devops.emulator.world import Handler, Request, World, as_object

_SERVERLESS: Final = "serverless"
_CLASSIC: Final = "classic"


@store("customer_keys")
@attrs.define
class CustomerKeys:
    """Key ids by kind of database, provider and region."""

    by_place: dict[tuple[str, str, str], str] = attrs.field(factory=dict)


def create(kind: str) -> Handler:
    """Return the handler that registers a key. A registered key is never replaced."""

    def handler(world: World, request: Request) -> replies.Reply:
        body = as_object(request.body)
        if body.get("orgId", world.organization.id) != world.organization.id:
            raise replies.refusal(403, f"Organization {body['orgId']} is not that of the token.")
        keys = world.store(CustomerKeys).by_place
        requested = {(kind, provider, key["region"]): key["keyID"] for provider, key in _read_keys(body)}
        for _, provider, region in requested:
            if (provider.upper(), region) not in catalog.REGIONS_BY_NAME:
                raise replies.refusal(400, f"no region {region} of {provider}")
            if (kind, provider, region) in keys:
                raise replies.refusal(400, f"There is a key for {kind} databases in {provider} {region} already.")
        keys.update(requested)
        return replies.empty(201 if world.quirks.created_key_is_201 else 200)

    return handler


def get_all(kind: str) -> Handler:
    """Return the handler that lists the keys of a kind of database."""

    def handler(world: World, request: Request) -> replies.Reply:
        return replies.json(
            [
                {"OrganizationID": world.organization.id, "CloudProvider": provider, "KeyID": key_id, "Region": region}
                for (kind_of_key, provider, region), key_id in world.store(CustomerKeys).by_place.items()
                if kind_of_key == kind
            ]
        )

    return handler


def get(kind: str) -> Handler:
    """Return the handler that returns the key of a provider and region."""

    def handler(world: World, request: Request) -> replies.Reply:
        provider, region = request.arguments["provider"].lower(), request.arguments["region"]
        key_id = world.store(CustomerKeys).by_place.get((kind, provider, region))
        if key_id is None:
            raise replies.refusal(404, f"There is no key for {kind} databases in {provider} {region}.")
        return replies.json({"orgId": world.organization.id, provider: {"keyID": key_id, "region": region}})

    return handler


def _read_keys(body: Mapping[str, Any]) -> list[tuple[str, Mapping[str, str]]]:
    """Return the providers of a request and their keys."""
    keys = [(name, body[name]) for name in ("aws", "gcp", "azure") if body.get(name)]
    if not keys:
        raise replies.refusal(400, "The key of at least one provider must be given.")
    if not all(key.get("keyID") and key.get("region") for _, key in keys):
        raise replies.refusal(400, "keyID and region must be given.")
    return keys


OPERATIONS: Final[dict[str, Handler]] = {
    "CreateServerlessKey": create(_SERVERLESS),
    "createServerlessKeyAlternate": create(_SERVERLESS),
    "CreateClassicKey": create(_CLASSIC),
    "ListServerlessKeys": get_all(_SERVERLESS),
    "listServerlessKeysAlternate": get_all(_SERVERLESS),
    "ListClassicKeys": get_all(_CLASSIC),
    "GetServerlessKey": get(_SERVERLESS),
    "GetClassicKey": get(_CLASSIC),
}
