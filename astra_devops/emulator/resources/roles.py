"""Roles: those of the service, which stay as they are, and those that somebody has made."""

from typing import Any

import orjson

from astra_devops.emulator import replies
from astra_devops.emulator.resources import _permissions
from astra_devops.emulator.resources._permissions import CustomRoles, Role
from astra_devops.emulator.world import Handler, Request, World, as_object


def spelled(world: World, document: dict[str, Any]) -> dict[str, Any]:
    """Spell the names of users and roles as the service does, ``UserID`` for ``userID``."""
    if not world.quirks.pascal_case_identity:
        return document
    return {"ID" if name == "id" else name[0].upper() + name[1:]: value for name, value in document.items()}


def refusal(world: World, status: int, message: str) -> replies.Refusal:
    """Refuse in the way of these operations, with nothing but a JSON string."""
    return replies.Refusal(replies.json(message, status)) if world.quirks.errors_in_text else replies.refusal(status, message)


def get_organization_roles(world: World, request: Request) -> replies.Reply:
    """List the roles, in one of the forms in which the service has done it."""
    listed = []
    for role in _permissions.roles_of(world).values():
        document = spelled(world, {"id": role.id, "name": role.name})
        if not world.quirks.bare_role_lists:
            if world.quirks.policy_as_text:
                document |= {"Type": "default" if role.default else "custom", "policy": orjson.dumps(role.policy).decode()}
            else:
                document |= spelled(world, {"policy": role.policy})
        listed.append(document)
    return replies.json(listed)


def add_organization_role(world: World, request: Request) -> replies.Reply:
    """Make a role under a name that is not taken."""
    body = as_object(request.body)
    _refuse_taken(world, body["name"])
    role = _permissions.add_role(world, body["name"], body["policy"], by=request.token.client_id)
    return replies.json(_document(world, role, pascal=world.quirks.pascal_case_identity), 201)


def get_organization_role(world: World, request: Request) -> replies.Reply:
    """Give one role. That may need more than the list does, and spells its names as documented."""
    if world.quirks.roles_need_more and not _permissions.has(world, request.token, "org-read"):
        if world.quirks.null_without_permission:
            raise replies.Refusal(replies.NULL_UNAUTHORIZED)
        raise refusal(world, 403, "The token lacks org-read.")
    return replies.json(_document(world, _find(world, request), pascal=False))


def update_role(world: World, request: Request) -> replies.Reply:
    """Give a role another name and policy."""
    role, body = _find(world, request), as_object(request.body)
    if role.default:
        raise refusal(world, 403, f"Role {role.name} comes with the service and cannot be changed.")
    if body["name"] != role.name:
        _refuse_taken(world, body["name"])
    role.name, role.policy = body["name"], body["policy"]
    role.changed, role.changed_by = world.clock.now(), request.token.client_id
    return replies.empty(200)


def delete_organization_role(world: World, request: Request) -> replies.Reply:
    """Delete a role. Who has it keeps its id, which stands for nothing any more."""
    role = _find(world, request)
    if role.default:
        raise refusal(world, 400, f"Role {role.name} comes with the service and cannot be deleted.")
    del world.store(CustomRoles).by_id[role.id]
    return replies.empty(204)


def _find(world: World, request: Request) -> Role:
    role = _permissions.roles_of(world).get(request.arguments["roleID"])
    if role is None:
        raise refusal(world, 404, f"Role {request.arguments['roleID']} not found.")
    return role


def _refuse_taken(world: World, name: str) -> None:
    if any(role.name == name for role in _permissions.roles_of(world).values()):
        raise refusal(world, 409, f"Role {name} exists already.")


def _document(world: World, role: Role, *, pascal: bool) -> dict[str, Any]:
    document: dict[str, Any] = {"id": role.id, "name": role.name, "policy": role.policy}
    if pascal:
        document = {"OrgID": world.organization.id, **spelled(world, document)}
    if role.changed is not None:
        document["LastUpdateDateTime" if pascal else "last_update_datetime"] = replies.timestamp(role.changed)
        document["LastUpdateUserID" if pascal else "last_update_userid"] = role.changed_by
    return document


OPERATIONS: dict[str, Handler] = {
    "getOrganizationRoles": get_organization_roles,
    "addOrganizationRole": add_organization_role,
    "getOrganizationRole": get_organization_role,
    "updateRole": update_role,
    "deleteOrganizationRole": delete_organization_role,
}
