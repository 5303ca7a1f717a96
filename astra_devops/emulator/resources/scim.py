"""Users and groups by SCIM, separate from the users of the organization."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import attrs

from astra_devops.emulator import replies
from astra_devops.emulator.resources._scim_changes import GROUP_SCHEMA, USER_SCHEMA, apply_patch, check_patched, matcher
from astra_devops.emulator.resources._scim_documents import BASE, CONFIGURATION, GROUP_URN, RESOURCE_TYPES, SCHEMAS, USER_URN, listing
from astra_devops.emulator.state.stores import store
from astra_devops.emulator.world import Handler, Request, World, as_object

_DEFAULT_PAGE_SIZE: Final = 100


@attrs.define
class Resource:
    """One user or group: the attributes that clients have sent, and what the service adds."""

    id: str
    urn: str
    attributes: dict[str, Any]
    created: datetime
    changed: datetime

    @property
    def kind(self) -> str:
        """The type of resource: User or Group."""
        return self.urn.rpartition(":")[2]

    @property
    def location(self) -> str:
        """The path that the resource can be read from."""
        return f"{BASE}/{self.kind.lower()}s/{self.id}"

    def document(self) -> dict[str, Any]:
        """Return the document of the resource."""
        times = {"created": replies.timestamp(self.created), "lastModified": replies.timestamp(self.changed)}
        meta = {"resourceType": self.kind, **times, "location": self.location}
        return {**self.attributes, "schemas": [self.urn], "id": self.id, "meta": meta}


Resources = dict[str, Resource]


@store("scim")
@attrs.define
class Directory:
    """The provisioned users and groups by id, in the order of their creation."""

    users: Resources = attrs.field(factory=dict)
    groups: Resources = attrs.field(factory=dict)


def list_users(world: World, request: Request) -> replies.Reply:
    """Return one page of users."""
    return _page(world, request, world.store(Directory).users)


def create_user(world: World, request: Request) -> replies.Reply:
    """Create a user whose name is not in use."""
    users, body = world.store(Directory).users, as_object(request.body)
    _check_name(users, body, "")
    return replies.json(_add(world, users, USER_URN, body), 201)


def get_user(world: World, request: Request) -> replies.Reply:
    """Return one user."""
    return replies.json(_find(world.store(Directory).users, request.arguments["userID"]).document())


def replace_user(world: World, request: Request) -> replies.Reply:
    """Replace all attributes of a user."""
    users = world.store(Directory).users
    user, body = _find(users, request.arguments["userID"]), as_object(request.body)
    _check_name(users, body, user.id)
    return replies.json(_update(world, user, body))


def patch_user(world: World, request: Request) -> replies.Reply:
    """Change some attributes of a user."""
    users = world.store(Directory).users
    user = _find(users, request.arguments["userID"])
    attributes = apply_patch(user.document(), as_object(request.body)["Operations"])
    check_patched(attributes, USER_SCHEMA)
    _check_name(users, attributes, user.id)
    return replies.json(_update(world, user, attributes))


def delete_user(world: World, request: Request) -> replies.Reply:
    """Delete a user and remove them from every group."""
    directory = world.store(Directory)
    user = _find(directory.users, request.arguments["userID"])
    del directory.users[user.id]
    for group in directory.groups.values():
        group.attributes["members"] = [member for member in group.attributes["members"] if member["value"] != user.id]
    return replies.empty(204)


def list_groups(world: World, request: Request) -> replies.Reply:
    """Return one page of groups."""
    return _page(world, request, world.store(Directory).groups)


def create_group(world: World, request: Request) -> replies.Reply:
    """Create a group. Its name may be in use already."""
    directory, body = world.store(Directory), as_object(request.body)
    return replies.json(_add(world, directory.groups, GROUP_URN, {**body, "members": _members(directory, body)}), 201)


def get_group(world: World, request: Request) -> replies.Reply:
    """Return one group."""
    return replies.json(_find(world.store(Directory).groups, request.arguments["groupID"]).document())


def replace_group(world: World, request: Request) -> replies.Reply:
    """Replace all attributes and members of a group."""
    directory, body = world.store(Directory), as_object(request.body)
    group = _find(directory.groups, request.arguments["groupID"])
    return replies.json(_update(world, group, {**body, "members": _members(directory, body)}))


def patch_group(world: World, request: Request) -> replies.Reply:
    """Change some attributes or members of a group."""
    directory = world.store(Directory)
    group = _find(directory.groups, request.arguments["groupID"])
    attributes = apply_patch(group.document(), as_object(request.body)["Operations"])
    check_patched(attributes, GROUP_SCHEMA)
    return replies.json(_update(world, group, {**attributes, "members": _members(directory, attributes)}))


def delete_group(world: World, request: Request) -> replies.Reply:
    """Delete a group, not its members."""
    groups = world.store(Directory).groups
    del groups[_find(groups, request.arguments["groupID"]).id]
    return replies.empty(204)


def _page(world: World, request: Request, resources: Resources) -> replies.Reply:
    filter_text = request.query.get("filter")
    matches = [resource.document() for resource in resources.values()]
    if filter_text is not None:
        matches = list(filter(matcher(str(filter_text)), matches))
    start, count = int(request.query.get("startIndex", 1)), int(request.query.get("count", _DEFAULT_PAGE_SIZE))
    if world.quirks.short_scim_pages:
        count = (count + 1) // 2
    page = matches[start - 1 : start - 1 + count]
    document = listing(page, len(matches), start)
    if not page and world.quirks.no_resources_of_empty_page:
        del document["Resources"]
    return replies.json(document)


def _add(world: World, resources: Resources, urn: str, body: Mapping[str, Any]) -> dict[str, Any]:
    now = world.clock.now()
    resource = Resource(world.new_id(), urn, _attributes(body), now, now)
    resources[resource.id] = resource
    return resource.document()


def _update(world: World, resource: Resource, body: Mapping[str, Any]) -> dict[str, Any]:
    resource.attributes, resource.changed = _attributes(body), world.clock.now()
    return resource.document()


def _attributes(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return a body without the fields that the service sets itself."""
    return {name: value for name, value in body.items() if name not in ("schemas", "id", "meta")}


def _find(resources: Resources, resource_id: str) -> Resource:
    if resource_id not in resources:
        raise replies.refusal(404, f"Resource {resource_id} not found.")
    return resources[resource_id]


def _check_name(users: Resources, body: Mapping[str, Any], own_id: str) -> None:
    """Refuse the name of a user that is missing or in use by another user."""
    name = str(body.get("userName", "")).casefold()
    if not name:
        raise replies.refusal(400, "A user must have a userName.")
    if any(user.attributes["userName"].casefold() == name and user.id != own_id for user in users.values()):
        raise replies.refusal(409, f"User {body['userName']} exists already.")


def _members(directory: Directory, body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the members of a group as the service shows them; refuse those that are not users."""
    members = []
    for member in body.get("members", ()):
        user = directory.users.get(member["value"])
        if user is None:
            raise replies.refusal(400, f"Member {member['value']} is not a user.")
        members.append({"value": user.id, "$ref": user.location, "display": user.attributes["userName"]})
    return members


OPERATIONS: Final[dict[str, Handler]] = {
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
