"""The users of the organization: its owner, and those who have been invited."""

from typing import Final

import attrs

from astra_devops.emulator import replies
from astra_devops.emulator.resources import _permissions
from astra_devops.emulator.resources._default_roles import ADMINISTRATOR
from astra_devops.emulator.resources.roles import with_service_names
from astra_devops.emulator.state.stores import store
from astra_devops.emulator.world import Handler, Request, World, as_object


@attrs.define
class User:
    """One user. ``roles`` holds ids, or whatever a request sent as ids."""

    id: str
    email: str
    roles: list[str]
    status: str = "invited"


@store("users")
@attrs.define
class Users:
    """The users by id. The owner is added when the users are first read."""

    by_id: dict[str, User] = attrs.field(factory=dict)
    owner_added: bool = False


def users_of(world: World) -> dict[str, User]:
    """Return the users by id."""
    users, organization = world.store(Users), world.organization
    if not users.owner_added:
        owner = User(organization.owner_id, organization.owner_email, [organization.roles[ADMINISTRATOR]], "active")
        users.by_id[owner.id], users.owner_added = owner, True
    return users.by_id


def check_roles(world: World, roles: list[str]) -> list[str]:
    """Return the roles of a request if they are valid.

    They are ids. With the quirk ``role_names_taken_for_ids`` names are accepted too, but grant
    nothing.

    Raises:
        Refusal: There is no such role.
    """
    existing = _permissions.roles_of(world)
    for role in roles:
        looks_like_id = len(role) == 36 and role.count("-") == 4
        if role not in existing and (looks_like_id or not world.quirks.role_names_taken_for_ids):
            raise replies.refusal(400, f"Role ID not found: {role}")
    return roles


def accept_invitation(world: World, email: str) -> bool:
    """Make an invited user active. Return whether there is such a user."""
    invited = [user for user in users_of(world).values() if user.email.lower() == email.lower()]
    for user in invited:
        user.status = "active"
    return bool(invited)


def get_organization_users(world: World, request: Request) -> replies.Reply:
    """List the users, with the name of the organization."""
    organization = world.organization
    name = organization.owner_email if world.quirks.organization_named_by_email else organization.name
    users = [_document(world, user) for user in users_of(world).values()]
    return replies.json(with_service_names(world, {"orgID": organization.id, "orgName": name, "users": users}))


def invite_user(world: World, request: Request) -> replies.Reply:
    """Invite a user, or replace the roles of one that exists. An invitation does not expire."""
    body = as_object(request.body)
    if body.get("orgID", body.get("OrgID")) != world.organization.id:
        raise replies.refusal(404, "There is no such organization.")
    roles = check_roles(world, body["roles"])
    existing = next((user for user in users_of(world).values() if user.email.lower() == body["email"].lower()), None)
    if existing is not None:
        existing.roles = roles
        return replies.empty(200)
    user = User(world.new_id(), body["email"], roles)
    users_of(world)[user.id] = user
    return replies.empty(200)


def get_organization_user(world: World, request: Request) -> replies.Reply:
    """Return one user."""
    return replies.json(_document(world, _find(world, request)))


def remove_user(world: World, request: Request) -> replies.Reply:
    """Remove a user from the organization."""
    del users_of(world)[_find(world, request).id]
    return replies.empty(204)


def set_roles(world: World, request: Request) -> replies.Reply:
    """Replace the roles of a user."""
    user = _find(world, request)
    user.roles = check_roles(world, as_object(request.body)["roles"])
    return replies.empty(204)


def _find(world: World, request: Request) -> User:
    user = users_of(world).get(request.arguments["userID"])
    if user is None:
        raise replies.refusal(404, f"User {request.arguments['userID']} not found.")
    return user


def _document(world: World, user: User) -> dict[str, object]:
    existing = _permissions.roles_of(world)
    roles = [with_service_names(world, {"id": role, "name": existing[role].name if role in existing else "N/A"}) for role in user.roles]
    return with_service_names(world, {"userID": user.id, "email": user.email, "status": user.status, "roles": roles})


OPERATIONS: Final[dict[str, Handler]] = {
    "getOrganizationUsers": get_organization_users,
    "inviteUserToOrganization": invite_user,
    "getOrganizationUser": get_organization_user,
    "removeUserFromOrganization": remove_user,
    "UpdateRolesForUserInOrganization": set_roles,
}
