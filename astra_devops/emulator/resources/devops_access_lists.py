"""The access list of the DevOps API itself.

Whoever is not on it is not even let in to change it.
"""

from collections.abc import Mapping
from typing import Any

import attrs

from astra_devops.emulator import replies
from astra_devops.emulator.resources import _addresses
from astra_devops.emulator.resources._addresses import Entries
from astra_devops.emulator.state.delayed import DelayedValue
from astra_devops.emulator.state.stores import store
from astra_devops.emulator.world import Handler, Request, World, as_object


@store("devops_access_list")
@attrs.define
class DevOpsAccessList:
    """The list; without entries there is none, and everybody is let in."""

    entries: DelayedValue[Entries] = attrs.field(factory=lambda: DelayedValue(()))


def refuse_unless_let_in(world: World, sender: str) -> None:
    """Turn away a caller whose address is not on the list.

    Raises:
        Refusal: there is a list, and no entry that counts contains the address.
    """
    entries = world.store(DevOpsAccessList).entries.at(world.clock.monotonic())
    if world.quirks.enforce_devops_access_list and entries and not any(entry.lets_in(sender) for entry in entries):
        raise replies.refusal(403, f"The access list of the organization does not let {sender} in.")


def get(world: World, request: Request) -> replies.Reply:
    """Give the list; 404 if there is none."""
    entries = _list(world, request).at(world.clock.monotonic())
    if not entries:
        raise replies.refusal(404, "The organization has no access list.")
    return _document(world, entries)


def add(world: World, request: Request) -> replies.Reply:
    """Add entries, and make the list with the first; an address that is on it already is a conflict."""
    known = _list(world, request)
    new = tuple(_addresses.read(world, item) for item in _items(request))
    taken = {entry.address for entry in known.latest} & {entry.address for entry in new}
    if taken:
        raise replies.refusal(409, f"{', '.join(sorted(taken))} is on the access list already.")
    return _set(world, known, known.latest + new, status=201)


def replace(world: World, request: Request) -> replies.Reply:
    """Set the whole list, and make it where there is none."""
    return _set(world, _list(world, request), _addresses.merged((), (_addresses.read(world, item) for item in _items(request))))


def update(world: World, request: Request) -> replies.Reply:
    """Change the one entry that the body names; what the body leaves out stays."""
    known = _list(world, request)
    body = as_object(request.body)
    address = _addresses.read(world, body).address
    old = next((entry for entry in known.latest if entry.address == address), None)
    if old is None:
        raise replies.refusal(404, f"{address} is not on the access list.")
    described, enabled = body.get("description", old.description), body.get("enabled", old.enabled)
    new = attrs.evolve(old, description=described, enabled=enabled, changed=world.clock.now())
    return _set(world, known, _addresses.merged(known.latest, [new]))


def delete(world: World, request: Request) -> replies.Reply:
    """Accept to take the list away; it is in force a little longer."""
    _list(world, request).set((), world.clock.monotonic() + world.quirks.access_list_lag)
    return replies.empty(202)


def _list(world: World, request: Request) -> DelayedValue[Entries]:
    if request.arguments["orgId"] != world.organization.id:
        raise replies.refusal(404, f"Organization {request.arguments['orgId']} could not be found.")
    return world.store(DevOpsAccessList).entries


def _items(request: Request) -> list[Mapping[str, Any]]:
    return request.body if isinstance(request.body, list) else []


def _set(world: World, known: DelayedValue[Entries], entries: Entries, *, status: int = 200) -> replies.Reply:
    known.set(entries, world.clock.monotonic())
    return _document(world, entries, status)


def _document(world: World, entries: Entries, status: int = 200) -> replies.Reply:
    listed = [
        {
            "address": entry.address,
            "description": entry.description,
            "enabled": entry.enabled,
            "lastUpdateDateTime": _addresses.moment(world, entry.changed),
            "createdAt": _addresses.moment(world, entry.created),
        }
        for entry in entries
    ]
    return replies.json({"addresses": listed}, status)


OPERATIONS: dict[str, Handler] = {
    "getDevOpsAccessList": get,
    "addDevOpsAccessListAddresses": add,
    "replaceDevOpsAccessList": replace,
    "updateDevOpsAccessListAddress": update,
    "deleteDevOpsAccessList": delete,
}
