"""Roles: the default ones, which cannot be changed, and those that clients have created."""

from typing import Any, Final

from astra_devops._json_bytes import codec
from astra_devops.emulator import replies
from astra_devops.emulator.resources import _permissions
from astra_devops.emulator.resources._permissions import CustomRoles, Role
from astra_devops.emulator.world import Handler, Request, World, as_object


def with_service_names(world: World, document: dict[str, Any]) -> dict[str, Any]:
    """Return a document of a user or role with names as the service writes them.

    That is ``UserID`` instead of ``userID``.
    """
    if not world.quirks.pascal_case_identity:
        return document
    return {"ID" if name == "id" else name[0].upper() + name[1:]: value for name, value in document.items()}


def _refusal(world: World, status: int, message: str) -> replies.Refusal:
    """Return the exception that answers as these operations do, with only a JSON string."""
    return replies.Refusal(replies.json(message, status)) if world.quirks.errors_in_text else replies.refusal(status, message)


def get_organization_roles(world: World, request: Request) -> replies.Reply:
    """List the roles, in one of the forms that the service has used."""
    documents = []
    for role in _permissions.roles_of(world).values():
        document = with_service_names(world, {"id": role.id, "name": role.name})
        if not world.quirks.bare_role_lists:
            if world.quirks.policy_as_text:
                document |= {"Type": "default" if role.default else "custom", "policy": codec.dumps(role.policy).decode()}
            else:
                document |= with_service_names(world, {"policy": role.policy})
        documents.append(document)
    return replies.json(documents)


def add_organization_role(world: World, request: Request) -> replies.Reply:
    """Create a role whose name is not in use."""
    body = as_object(request.body)
    _check_name(world, body["name"])
    role = _permissions.add_role(world, body["name"], body["policy"], changed_by=request.token.client_id)
    return replies.json(_document(world, role, pascal=world.quirks.pascal_case_identity), 201)


def get_organization_role(world: World, request: Request) -> replies.Reply:
    """Return one role, with the names as documented.

    This may need more permissions than the list.
    """
    if world.quirks.roles_need_more and not _permissions.has_permission(world, request.token, "org-read"):
        if world.quirks.null_without_permission:
            raise replies.Refusal(replies.NULL_UNAUTHORIZED)
        raise _refusal(world, 403, "The token lacks org-read.")
    return replies.json(_document(world, _find(world, request), pascal=False))


def update_role(world: World, request: Request) -> replies.Reply:
    """Replace the name and policy of a role."""
    role, body = _find(world, request), as_object(request.body)
    if role.default:
        raise _refusal(world, 403, f"Role {role.name} is a default role and cannot be changed.")
    if body["name"] != role.name:
        _check_name(world, body["name"])
    role.name, role.policy = body["name"], body["policy"]
    role.changed, role.changed_by = world.clock.now(), request.token.client_id
    return replies.empty(200)


def delete_organization_role(world: World, request: Request) -> replies.Reply:
    """Delete a role. Users and tokens keep its id, which no longer has any effect."""
    role = _find(world, request)
    if role.default:
        raise _refusal(world, 400, f"Role {role.name} is a default role and cannot be deleted.")
    del world.store(CustomRoles).by_id[role.id]
    return replies.empty(204)


def _find(world: World, request: Request) -> Role:
    role = _permissions.roles_of(world).get(request.arguments["roleID"])
    if role is None:
        raise _refusal(world, 404, f"Role {request.arguments['roleID']} not found.")
    return role


def _check_name(world: World, name: str) -> None:
    """Refuse the name of another role."""
    if any(role.name == name for role in _permissions.roles_of(world).values()):
        raise _refusal(world, 409, f"Role {name} exists already.")


def _document(world: World, role: Role, *, pascal: bool) -> dict[str, Any]:
    document: dict[str, Any] = {"id": role.id, "name": role.name, "policy": role.policy}
    if pascal:
        document = {"OrgID": world.organization.id, **with_service_names(world, document)}
    if role.changed is not None:
        document["LastUpdateDateTime" if pascal else "last_update_datetime"] = replies.timestamp(role.changed)
        document["LastUpdateUserID" if pascal else "last_update_userid"] = role.changed_by
    return document


OPERATIONS: Final[dict[str, Handler]] = {
    "getOrganizationRoles": get_organization_roles,
    "addOrganizationRole": add_organization_role,
    "getOrganizationRole": get_organization_role,
    "updateRole": update_role,
    "deleteOrganizationRole": delete_organization_role,
}
