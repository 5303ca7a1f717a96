"""Tokens: created, listed and revoked, by two families of operations on the same tokens."""

from datetime import datetime
from typing import Final

from astra_devops.emulator import replies
from astra_devops.emulator.resources._default_roles import ADMINISTRATOR
from astra_devops.emulator.resources.users import check_roles
from astra_devops.emulator.state.tokens import Token
from astra_devops.emulator.world import Handler, Request, World, as_object, plain_refusal


def create_token(world: World, request: Request) -> replies.Reply:
    """Create a token that works at once. Only this answer contains its secrets."""
    body = as_object(request.body)
    world = _find_organization(world, request, body.get("orgId", world.organization.id))
    expiry = body.get("tokenExpiry")
    try:
        expires = None if expiry is None else datetime.fromisoformat(expiry)
    except ValueError:
        expires = None
    if expiry is not None and (expires is None or expires.tzinfo is None):
        raise plain_refusal(world, 400, f"tokenExpiry {expiry} is not a time")
    roles = tuple(check_roles(world, body["roles"]))
    description = body.get("description", "")
    organization_id = world.organization.id
    token = world.platform.token_store.issue(
        world.rng,
        world.clock.now(),
        organization_id,
        roles=roles,
        description=description,
        expires=expires,
        enterprise=world.is_enterprise,
    )
    extra_fields = {"secret": token.secret, "token": token.value, "orgId": organization_id}
    return replies.json({**_document(world, token), **extra_fields})


def get_tokens(world: World, request: Request) -> replies.Reply:
    """List the tokens of the organization without their secrets."""
    return replies.json({"clients": [_document(world, token) for token in world.platform.token_store.of(world.organization.id)]})


def delete_token(world: World, request: Request) -> replies.Reply:
    """Revoke a token, which may be that of the request."""
    token = world.platform.token_store.find(world.organization.id, request.arguments["clientId"])
    if token is None:
        raise replies.refusal(404, f"Client {request.arguments['clientId']} not found.")
    del world.platform.token_store.tokens[token.value]
    return replies.empty(204 if world.quirks.deleted_token_is_204 else 200)


def _find_organization(world: World, request: Request, organization_id: str) -> World:
    """Find the organization to create a token in.

    It is that of the request's token, or with an enterprise token any other.

    Raises:
        Refusal: There is no such organization, or the request's token may not create tokens in it.
    """
    if organization_id != world.organization.id and not (request.token.enterprise and organization_id in world.platform.worlds):
        raise plain_refusal(world, 403, "The token may not create tokens for another organization.")
    return world.platform.worlds[organization_id]


def _document(world: World, token: Token) -> dict[str, object]:
    roles = [world.organization.roles[ADMINISTRATOR]] if token.unlimited else list(token.roles)
    return {
        "clientId": token.client_id,
        "roles": roles,
        "description": token.description,
        "generatedOn": f"{token.generated:%Y-%m-%dT%H:%M:%S.%f}554Z" if world.quirks.nanoseconds else replies.timestamp(token.generated),
        "tokenExpiry": None if token.expires is None else replies.timestamp(token.expires),
    }


OPERATIONS: Final[dict[str, Handler]] = {
    "createToken": create_token,
    "getTokensForOrg": get_tokens,
    "deleteToken": delete_token,
    "generateTokenForClient": create_token,
    "getClientsForOrg": get_tokens,
    "deleteTokenForClient": delete_token,
}
