"""Users and groups by SCIM: kept apart from the users of the organisation, and consistent among themselves."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import attrs

from astra_devops.emulator import replies
from astra_devops.emulator.resources import _scim_changes
from astra_devops.emulator.resources._scim_changes import check, matcher, patched
from astra_devops.emulator.resources._scim_documents import BASE, CONFIGURATION, GROUP, RESOURCE_TYPES, SCHEMAS, USER, listing
from astra_devops.emulator.state.stores import store
from astra_devops.emulator.world import Handler, Request, World, as_object

PAGE = 100


@attrs.define
class Resource:
    """One user or group: what was sent of it, and what the service adds."""

    id: str
    urn: str
    attributes: dict[str, Any]
    created: datetime
    changed: datetime

    @property
    def kind(self) -> str:
        """Whether it is a User or a Group."""
        return self.urn.rpartition(":")[2]

    @property
    def location(self) -> str:
        """Where it can be read."""
        return f"{BASE}/{self.kind.lower()}s/{self.id}"

    def document(self) -> dict[str, Any]:
        """Write it down."""
        times = {"created": replies.timestamp(self.created), "lastModified": replies.timestamp(self.changed)}
        meta = {"resourceType": self.kind, **times, "location": self.location}
        return {**self.attributes, "schemas": [self.urn], "id": self.id, "meta": meta}


Resources = dict[str, Resource]


@store("scim")
@attrs.define
class Directory:
    """What was provisioned, by id, in the order in which it was."""

    users: Resources = attrs.field(factory=dict)
    groups: Resources = attrs.field(factory=dict)


def list_users(world: World, request: Request) -> replies.Reply:
    """Give one page of users."""
    return _page(world, request, world.store(Directory).users)


def create_user(world: World, request: Request) -> replies.Reply:
    """Make a user under a name that is not taken."""
    users, body = world.store(Directory).users, as_object(request.body)
    _refuse_taken(users, body, "")
    return replies.json(_place(world, users, USER, body), 201)


def get_user(world: World, request: Request) -> replies.Reply:
    """Give one user."""
    return replies.json(_find(world.store(Directory).users, request.arguments["userID"]).document())


def replace_user(world: World, request: Request) -> replies.Reply:
    """Set all attributes of a user."""
    users = world.store(Directory).users
    user, body = _find(users, request.arguments["userID"]), as_object(request.body)
    _refuse_taken(users, body, user.id)
    return replies.json(_renew(world, user, body))


def patch_user(world: World, request: Request) -> replies.Reply:
    """Change some attributes of a user."""
    users = world.store(Directory).users
    user = _find(users, request.arguments["userID"])
    changed = patched(user.document(), as_object(request.body)["Operations"])
    check(changed, _scim_changes.USER)
    _refuse_taken(users, changed, user.id)
    return replies.json(_renew(world, user, changed))


def delete_user(world: World, request: Request) -> replies.Reply:
    """Delete a user, who leaves every group by that."""
    directory = world.store(Directory)
    user = _find(directory.users, request.arguments["userID"])
    del directory.users[user.id]
    for group in directory.groups.values():
        group.attributes["members"] = [member for member in group.attributes["members"] if member["value"] != user.id]
    return replies.empty(204)


def list_groups(world: World, request: Request) -> replies.Reply:
    """Give one page of groups."""
    return _page(world, request, world.store(Directory).groups)


def create_group(world: World, request: Request) -> replies.Reply:
    """Make a group. Its name may be taken already."""
    directory, body = world.store(Directory), as_object(request.body)
    return replies.json(_place(world, directory.groups, GROUP, {**body, "members": _members(directory, body)}), 201)


def get_group(world: World, request: Request) -> replies.Reply:
    """Give one group."""
    return replies.json(_find(world.store(Directory).groups, request.arguments["groupID"]).document())


def replace_group(world: World, request: Request) -> replies.Reply:
    """Set all attributes and members of a group."""
    directory, body = world.store(Directory), as_object(request.body)
    group = _find(directory.groups, request.arguments["groupID"])
    return replies.json(_renew(world, group, {**body, "members": _members(directory, body)}))


def patch_group(world: World, request: Request) -> replies.Reply:
    """Change some attributes or members of a group."""
    directory = world.store(Directory)
    group = _find(directory.groups, request.arguments["groupID"])
    changed = patched(group.document(), as_object(request.body)["Operations"])
    check(changed, _scim_changes.GROUP)
    return replies.json(_renew(world, group, {**changed, "members": _members(directory, changed)}))


def delete_group(world: World, request: Request) -> replies.Reply:
    """Delete a group; its members stay."""
    groups = world.store(Directory).groups
    del groups[_find(groups, request.arguments["groupID"]).id]
    return replies.empty(204)


def _page(world: World, request: Request, resources: Resources) -> replies.Reply:
    text = request.query.get("filter")
    found = [resource.document() for resource in resources.values()]
    if text is not None:
        found = list(filter(matcher(str(text)), found))
    start, count = int(request.query.get("startIndex", 1)), int(request.query.get("count", PAGE))
    if world.quirks.short_scim_pages:
        count = (count + 1) // 2
    page = found[start - 1 : start - 1 + count]
    document = listing(page, len(found), start)
    if not page and world.quirks.no_resources_of_empty_page:
        del document["Resources"]
    return replies.json(document)


def _place(world: World, resources: Resources, urn: str, body: Mapping[str, Any]) -> dict[str, Any]:
    now = world.clock.now()
    resource = Resource(world.new_id(), urn, _attributes(body), now, now)
    resources[resource.id] = resource
    return resource.document()


def _renew(world: World, resource: Resource, body: Mapping[str, Any]) -> dict[str, Any]:
    resource.attributes, resource.changed = _attributes(body), world.clock.now()
    return resource.document()


def _attributes(body: Mapping[str, Any]) -> dict[str, Any]:
    """Take out of a body what is not for the service to say."""
    return {name: value for name, value in body.items() if name not in ("schemas", "id", "meta")}


def _find(resources: Resources, identity: str) -> Resource:
    if identity not in resources:
        raise replies.refusal(404, f"Resource {identity} not found.")
    return resources[identity]


def _refuse_taken(users: Resources, body: Mapping[str, Any], own: str) -> None:
    name = str(body.get("userName", "")).casefold()
    if not name:
        raise replies.refusal(400, "A user must have a userName.")
    if any(user.attributes["userName"].casefold() == name and user.id != own for user in users.values()):
        raise replies.refusal(409, f"User {body['userName']} exists already.")


def _members(directory: Directory, body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Check that the members of a group are users, and write what is known of them."""
    members = []
    for member in body.get("members", ()):
        user = directory.users.get(member["value"])
        if user is None:
            raise replies.refusal(400, f"Member {member['value']} is not a user.")
        members.append({"value": user.id, "$ref": user.location, "display": user.attributes["userName"]})
    return members


OPERATIONS: dict[str, Handler] = {
    "getSCIMServiceProviderConfig": lambda world, request: replies.json(CONFIGURATION),
    "getSCIMSchemas": lambda world, request: replies.json(SCHEMAS),
    "getSCIMResourceTypes": lambda world, request: replies.json(RESOURCE_TYPES),
    "listSCIMUsers": list_users,
    "createSCIMUser": create_user,
    "getSCIMUser": get_user,
    "updateSCIMUser": replace_user,
    "patchSCIMUser": patch_user,
    "deleteSCIMUser": delete_user,
    "listSCIMGroups": list_groups,
    "createSCIMGroup": create_group,
    "getSCIMGroup": get_group,
    "updateSCIMGroup": replace_group,
    "patchSCIMGroup": patch_group,
    "deleteSCIMGroup": delete_group,
}
