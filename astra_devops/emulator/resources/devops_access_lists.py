"""The access list of the DevOps API itself.

It applies to all operations, including those that change it.
"""

from collections.abc import Mapping
from typing import Any, Final

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
    """The list. Without entries there is no list, and every address is allowed."""

    entries: DelayedValue[Entries] = attrs.field(factory=lambda: DelayedValue(()))


def check_sender(world: World, sender: str) -> None:
    """Refuse a request from an address that is not on the list.

    Raises:
        Refusal: There is a list, and no enabled entry contains the address.
    """
    entries = world.store(DevOpsAccessList).entries.at(world.clock.monotonic())
    if world.quirks.enforce_devops_access_list and entries and not any(entry.admits(sender) for entry in entries):
        raise replies.refusal(403, f"The access list of the organization does not allow {sender}.")


def get(world: World, request: Request) -> replies.Reply:
    """Return the list; 404 if there is none."""
    entries = _find(world, request).at(world.clock.monotonic())
    if not entries:
        raise replies.refusal(404, "The organization has no access list.")
    return _document(world, entries)


def add(world: World, request: Request) -> replies.Reply:
    """Add entries; the first ones create the list.

    An address that is on the list already is a conflict.
    """
    value = _find(world, request)
    new = tuple(_addresses.read_entry(world, item) for item in _items(request))
    duplicates = {entry.address for entry in value.latest} & {entry.address for entry in new}
    if duplicates:
        raise replies.refusal(409, f"{', '.join(sorted(duplicates))} is on the access list already.")
    return _set(world, value, value.latest + new, status=201)


def replace(world: World, request: Request) -> replies.Reply:
    """Replace the whole list, or create it."""
    return _set(
        world, _find(world, request), _addresses.merge_entries((), (_addresses.read_entry(world, item) for item in _items(request)))
    )


def update(world: World, request: Request) -> replies.Reply:
    """Change the one entry that the body names, and keep the fields that the body leaves out."""
    value = _find(world, request)
    body = as_object(request.body)
    address = _addresses.read_entry(world, body).address
    old = next((entry for entry in value.latest if entry.address == address), None)
    if old is None:
        raise replies.refusal(404, f"{address} is not on the access list.")
    description, enabled = body.get("description", old.description), body.get("enabled", old.enabled)
    new = attrs.evolve(old, description=description, enabled=enabled, changed=world.clock.now())
    return _set(world, value, _addresses.merge_entries(value.latest, [new]))


def delete(world: World, request: Request) -> replies.Reply:
    """Accept the deletion of the list; it stays in force a little longer."""
    _find(world, request).set((), world.clock.monotonic() + world.quirks.access_list_lag)
    return replies.empty(202)


def _find(world: World, request: Request) -> DelayedValue[Entries]:
    if request.arguments["orgId"] != world.organization.id:
        raise replies.refusal(404, f"Organization {request.arguments['orgId']} could not be found.")
    return world.store(DevOpsAccessList).entries


def _items(request: Request) -> list[Mapping[str, Any]]:
    return request.body if isinstance(request.body, list) else []


def _set(world: World, value: DelayedValue[Entries], entries: Entries, *, status: int = 200) -> replies.Reply:
    value.set(entries, world.clock.monotonic())
    return _document(world, entries, status)


def _document(world: World, entries: Entries, status: int = 200) -> replies.Reply:
    addresses = [
        {
            "address": entry.address,
            "description": entry.description,
            "enabled": entry.enabled,
            "lastUpdateDateTime": _addresses.format_time(world, entry.changed),
            "createdAt": _addresses.format_time(world, entry.created),
        }
        for entry in entries
    ]
    return replies.json({"addresses": addresses}, status)


OPERATIONS: Final[dict[str, Handler]] = {
    "getDevOpsAccessList": get,
    "addDevOpsAccessListAddresses": add,
    "replaceDevOpsAccessList": replace,
    "updateDevOpsAccessListAddress": update,
    "deleteDevOpsAccessList": delete,
}
