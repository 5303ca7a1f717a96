"""The people of the organisation: its owner, those who were invited, and those who have accepted."""

import attrs

from astra_devops.emulator import replies
from astra_devops.emulator.resources import _permissions
from astra_devops.emulator.resources._default_roles import ADMINISTRATOR
from astra_devops.emulator.resources.roles import spelled
from astra_devops.emulator.state.stores import store
from astra_devops.emulator.world import Handler, Request, World, as_object


@attrs.define
class User:
    """One user. ``roles`` are ids, or what was sent for ids."""

    id: str
    email: str
    roles: list[str]
    status: str = "invited"


@store("users")
@attrs.define
class People:
    """The users by id. The owner joins when they are first asked for."""

    by_id: dict[str, User] = attrs.field(factory=dict)
    begun: bool = False


def people(world: World) -> dict[str, User]:
    """Give the users by id."""
    people, organization = world.store(People), world.organization
    if not people.begun:
        owner = User(organization.owner_id, organization.owner_email, [organization.roles[ADMINISTRATOR]], "active")
        people.by_id[owner.id], people.begun = owner, True
    return people.by_id


def checked_roles(world: World, roles: list[str]) -> list[str]:
    """Take role ids, and names too if the service of this world does: it grants nothing for them.

    Raises:
        Refusal: one is no role's.
    """
    known = _permissions.roles_of(world)
    for role in roles:
        looks_like_id = len(role) == 36 and role.count("-") == 4
        if role not in known and (looks_like_id or not world.quirks.role_names_taken_for_ids):
            raise replies.refusal(400, f"Role ID not found: {role}")
    return roles


def accept(world: World, email: str) -> bool:
    """Let an invited user join; tell whether there is one."""
    invited = [user for user in people(world).values() if user.email.lower() == email.lower()]
    for user in invited:
        user.status = "active"
    return bool(invited)


def get_organization_users(world: World, request: Request) -> replies.Reply:
    """List the users, and tell the organisation's name."""
    organization = world.organization
    name = organization.owner_email if world.quirks.organization_named_by_email else organization.name
    users = [_document(world, user) for user in people(world).values()]
    return replies.json(spelled(world, {"orgID": organization.id, "orgName": name, "users": users}))


def invite_user(world: World, request: Request) -> replies.Reply:
    """Invite somebody, or somebody again with other roles; the invitation counts until it is accepted."""
    body = as_object(request.body)
    if body.get("orgID", body.get("OrgID")) != world.organization.id:
        raise replies.refusal(404, "There is no such organization.")
    roles = checked_roles(world, body["roles"])
    known = next((user for user in people(world).values() if user.email.lower() == body["email"].lower()), None)
    if known is not None:
        known.roles = roles
        return replies.empty(200)
    user = User(world.new_id(), body["email"], roles)
    people(world)[user.id] = user
    return replies.empty(200)


def get_organization_user(world: World, request: Request) -> replies.Reply:
    """Give one user."""
    return replies.json(_document(world, _find(world, request)))


def remove_user(world: World, request: Request) -> replies.Reply:
    """Take somebody out of the organisation."""
    del people(world)[_find(world, request).id]
    return replies.empty(204)


def set_roles(world: World, request: Request) -> replies.Reply:
    """Replace the roles of a user."""
    user = _find(world, request)
    user.roles = checked_roles(world, as_object(request.body)["roles"])
    return replies.empty(204)


def _find(world: World, request: Request) -> User:
    user = people(world).get(request.arguments["userID"])
    if user is None:
        raise replies.refusal(404, f"User {request.arguments['userID']} not found.")
    return user


def _document(world: World, user: User) -> dict[str, object]:
    known = _permissions.roles_of(world)
    roles = [spelled(world, {"id": role, "name": known[role].name if role in known else "N/A"}) for role in user.roles]
    return spelled(world, {"userID": user.id, "email": user.email, "status": user.status, "roles": roles})


OPERATIONS: dict[str, Handler] = {
    "getOrganizationUsers": get_organization_users,
    "inviteUserToOrganization": invite_user,
    "getOrganizationUser": get_organization_user,
    "removeUserFromOrganization": remove_user,
    "UpdateRolesForUserInOrganization": set_roles,
}
