"""Users and groups by SCIM: kept apart from the users of the organisation, and consistent among themselves."""

from collections.abc import Mapping
from typing import Any

import attrs

from astra_devops.emulator import scim_changes, wire
from astra_devops.emulator.scim_changes import check, matcher, patched
from astra_devops.emulator.scim_documents import BASE, CONFIGURATION, GROUP, RESOURCE_TYPES, SCHEMAS, USER, listing
from astra_devops.emulator.world import Ask, Handler, World, as_object

PAGE = 100

Resources = dict[str, dict[str, Any]]


@attrs.define
class Directory:
    """What was provisioned, by id, in the order in which it was."""

    users: Resources = attrs.field(factory=dict)
    groups: Resources = attrs.field(factory=dict)


def list_users(world: World, ask: Ask) -> wire.Reply:
    """Give one page of users."""
    return _page(world, ask, world.shelf(Directory).users)


def create_user(world: World, ask: Ask) -> wire.Reply:
    """Make a user under a name that is not taken."""
    users, body = world.shelf(Directory).users, as_object(ask.body)
    _refuse_taken(users, body, "")
    return wire.json(_place(world, users, USER, body), 201)


def get_user(world: World, ask: Ask) -> wire.Reply:
    """Give one user."""
    return wire.json(_find(world.shelf(Directory).users, ask.arguments["userID"]))


def replace_user(world: World, ask: Ask) -> wire.Reply:
    """Set all attributes of a user."""
    users = world.shelf(Directory).users
    user, body = _find(users, ask.arguments["userID"]), as_object(ask.body)
    _refuse_taken(users, body, user["id"])
    return wire.json(_renew(world, users, user, body))


def patch_user(world: World, ask: Ask) -> wire.Reply:
    """Change some attributes of a user."""
    users = world.shelf(Directory).users
    user = _find(users, ask.arguments["userID"])
    changed = patched(user, as_object(ask.body)["Operations"])
    check(changed, scim_changes.USER)
    _refuse_taken(users, changed, user["id"])
    return wire.json(_renew(world, users, user, changed))


def delete_user(world: World, ask: Ask) -> wire.Reply:
    """Delete a user, who leaves every group by that."""
    directory = world.shelf(Directory)
    user = _find(directory.users, ask.arguments["userID"])
    del directory.users[user["id"]]
    for group in directory.groups.values():
        group["members"] = [member for member in group["members"] if member["value"] != user["id"]]
    return wire.empty(204)


def list_groups(world: World, ask: Ask) -> wire.Reply:
    """Give one page of groups."""
    return _page(world, ask, world.shelf(Directory).groups)


def create_group(world: World, ask: Ask) -> wire.Reply:
    """Make a group. Its name may be taken already."""
    directory, body = world.shelf(Directory), as_object(ask.body)
    return wire.json(_place(world, directory.groups, GROUP, {**body, "members": _members(directory, body)}), 201)


def get_group(world: World, ask: Ask) -> wire.Reply:
    """Give one group."""
    return wire.json(_find(world.shelf(Directory).groups, ask.arguments["groupID"]))


def replace_group(world: World, ask: Ask) -> wire.Reply:
    """Set all attributes and members of a group."""
    directory, body = world.shelf(Directory), as_object(ask.body)
    group = _find(directory.groups, ask.arguments["groupID"])
    return wire.json(_renew(world, directory.groups, group, {**body, "members": _members(directory, body)}))


def patch_group(world: World, ask: Ask) -> wire.Reply:
    """Change some attributes or members of a group."""
    directory = world.shelf(Directory)
    group = _find(directory.groups, ask.arguments["groupID"])
    changed = patched(group, as_object(ask.body)["Operations"])
    check(changed, scim_changes.GROUP)
    return wire.json(_renew(world, directory.groups, group, {**changed, "members": _members(directory, changed)}))


def delete_group(world: World, ask: Ask) -> wire.Reply:
    """Delete a group; its members stay."""
    groups = world.shelf(Directory).groups
    del groups[_find(groups, ask.arguments["groupID"])["id"]]
    return wire.empty(204)


def _page(world: World, ask: Ask, resources: Resources) -> wire.Reply:
    text = ask.query.get("filter")
    found = list(resources.values()) if text is None else list(filter(matcher(str(text)), resources.values()))
    start, count = int(ask.query.get("startIndex", 1)), int(ask.query.get("count", PAGE))
    if world.quirks.short_scim_pages:
        count = (count + 1) // 2
    page = found[start - 1 : start - 1 + count]
    document = listing(page, len(found), start)
    if not page and world.quirks.no_resources_of_empty_page:
        del document["Resources"]
    return wire.json(document)


def _place(world: World, resources: Resources, urn: str, body: Mapping[str, Any]) -> dict[str, Any]:
    now, identity = wire.timestamp(world.clock.now()), world.new_id()
    kind = urn.rpartition(":")[2]
    meta = {"resourceType": kind, "created": now, "lastModified": now, "location": f"{BASE}/{kind.lower()}s/{identity}"}
    resources[identity] = {**body, "schemas": [urn], "id": identity, "meta": meta}
    return resources[identity]


def _renew(world: World, resources: Resources, old: Mapping[str, Any], body: Mapping[str, Any]) -> dict[str, Any]:
    meta = {**old["meta"], "lastModified": wire.timestamp(world.clock.now())}
    resources[old["id"]] = {**body, "schemas": old["schemas"], "id": old["id"], "meta": meta}
    return resources[old["id"]]


def _find(resources: Resources, identity: str) -> dict[str, Any]:
    if identity not in resources:
        raise wire.refusal(404, f"Resource {identity} not found.")
    return resources[identity]


def _refuse_taken(users: Resources, body: Mapping[str, Any], own: str) -> None:
    name = str(body.get("userName", "")).casefold()
    if not name:
        raise wire.refusal(400, "A user must have a userName.")
    if any(user["userName"].casefold() == name and user["id"] != own for user in users.values()):
        raise wire.refusal(409, f"User {body['userName']} exists already.")


def _members(directory: Directory, body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Check that the members of a group are users, and write what is known of them."""
    members = []
    for member in body.get("members", ()):
        user = directory.users.get(member["value"])
        if user is None:
            raise wire.refusal(400, f"Member {member['value']} is not a user.")
        members.append({"value": user["id"], "$ref": user["meta"]["location"], "display": user["userName"]})
    return members


OPERATIONS: dict[str, Handler] = {
    "getSCIMServiceProviderConfig": lambda world, ask: wire.json(CONFIGURATION),
    "getSCIMSchemas": lambda world, ask: wire.json(SCHEMAS),
    "getSCIMResourceTypes": lambda world, ask: wire.json(RESOURCE_TYPES),
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
