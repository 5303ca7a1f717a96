"""Access lists of databases: which addresses may reach a database.

A change is accepted at once and shows a little later, except that a deleted list is gone.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import attrs

from astra_devops.emulator import replies
from astra_devops.emulator.resources import _addresses
from astra_devops.emulator.resources._addresses import Entries
from astra_devops.emulator.state.delayed import DelayedValue
from astra_devops.emulator.state.stores import store
from astra_devops.emulator.world import Handler, Request, World, as_object, plain_refusal

_TEMPLATE: Final[dict[str, object]] = {
    "addresses": [{"address": "137.187.23.0/24", "enabled": True, "description": "The office network"}],
    "configurations": {"accessListEnabled": True},
}

_NOT_A_LIST: Final = "an access list is an object with a list of addresses"


@attrs.frozen
class AccessList:
    """The access list of one database."""

    entries: Entries = ()
    enabled: bool = False


@store("access_lists")
@attrs.define
class AccessLists:
    """Every access list, by the id of its database; None where the list has been deleted."""

    by_database: dict[str, DelayedValue[AccessList | None]] = attrs.field(factory=dict)


def get_all(world: World, request: Request) -> replies.Reply:
    """List the access lists of all databases that have one."""
    now = world.clock.monotonic()
    current = ((database_id, value.at(now)) for database_id, value in world.store(AccessLists).by_database.items())
    return replies.json(
        [
            _document(world, database_id, access_list)
            for database_id, access_list in current
            if access_list is not None and _is_living(world, database_id)
        ]
    )


def get(world: World, request: Request) -> replies.Reply:
    """Return the access list of a database."""
    database_id, value = _find(world, request)
    access_list = value.at(world.clock.monotonic())
    if access_list is None and world.quirks.missing_access_list_is_404:
        raise plain_refusal(world, 404, f"no access list found for database {database_id}")
    return replies.json(_document(world, database_id, access_list or AccessList()))


def replace(world: World, request: Request) -> replies.Reply:
    """Replace the whole list."""
    _, value = _find(world, request)
    body = as_object(request.body)
    enabled = (value.latest or AccessList()).enabled
    if not world.quirks.enabling_apart:
        enabled = _read_enabled(body, False)
    return _set(world, value, AccessList(_addresses.merge_entries((), _entries(world, body.get("addresses", ()))), enabled))


def add(world: World, request: Request) -> replies.Reply:
    """Add addresses; the first ones create the list."""
    _, value = _find(world, request)
    access_list = value.latest or AccessList()
    entries = _entries(world, request.body if isinstance(request.body, list) else ())
    return _set(world, value, attrs.evolve(access_list, entries=_addresses.merge_entries(access_list.entries, entries)))


def update(world: World, request: Request) -> replies.Reply:
    """Change what the body names, and keep the rest."""
    database_id, value = _find(world, request)
    body = as_object(request.body)
    access_list = _latest(world, database_id, value)
    entries = _addresses.merge_entries(access_list.entries, _entries(world, body.get("addresses", ())))
    return _set(world, value, AccessList(entries, _read_enabled(body, access_list.enabled)))


def delete(world: World, request: Request) -> replies.Reply:
    """Delete the addresses that the query names, or the whole list if it names none.

    Deletes only the first address unless the quirk ``first_address_only`` is off.
    """
    database_id, value = _find(world, request)
    access_list = _latest(world, database_id, value)
    addresses = request.lists["addresses"]
    if not addresses:
        value.set(None, world.clock.monotonic())
        return replies.empty(204)
    for problem in filter(None, map(_addresses.objection, addresses)):
        raise plain_refusal(world, 400, problem)
    to_remove = [_addresses.stored_address(world, address) for address in addresses][: 1 if world.quirks.first_address_only else None]
    remaining = tuple(entry for entry in access_list.entries if entry.address not in to_remove)
    if len(remaining) == len(access_list.entries):
        raise plain_refusal(world, 404, f"{', '.join(to_remove)} is not on the access list of database {database_id}")
    return _set(world, value, attrs.evolve(access_list, entries=remaining))


def template(world: World, request: Request) -> replies.Reply:
    """Return an example of an access list."""
    return replies.json(_TEMPLATE)


def validate(world: World, request: Request) -> replies.Reply:
    """Report what is wrong with a list.

    The form of the body is not checked before this: reporting that is what the operation is for.
    """
    body: object = {} if request.body is None else request.body
    items = (body.get("addresses") or []) if isinstance(body, dict) else None
    failures = [problem for problem in map(_objection, items) if problem is not None] if isinstance(items, list) else [_NOT_A_LIST]
    return replies.json({"valid": not failures, "validationFailures": failures})


def _objection(item: object) -> str | None:
    missing = [name for name in ("address", "enabled", "description") if not isinstance(item, dict) or name not in item]
    if missing or not isinstance(item, dict):
        return f"an address lacks {', '.join(missing)}"
    return _addresses.objection(str(item["address"]))


def _entries(world: World, items: Iterable[Mapping[str, Any]]) -> Entries:
    return tuple(_addresses.read_entry(world, item) for item in items)


def _read_enabled(body: Mapping[str, Any], default: bool) -> bool:
    return bool(body.get("configurations", {}).get("accessListEnabled", default))


def _is_living(world: World, database_id: str) -> bool:
    database = world.organization.databases.get(database_id)
    return database is not None and world.refresh(database).status != "TERMINATED"


def _find(world: World, request: Request) -> tuple[str, DelayedValue[AccessList | None]]:
    """Find the id and the access list of a database.

    The list of a terminated database is gone, and refused in the same plain text as one that was
    never created.
    """
    database_id = request.arguments["databaseID"]
    if not _is_living(world, database_id):
        raise plain_refusal(world, 404, f"database {database_id} not found")
    return database_id, world.store(AccessLists).by_database.setdefault(database_id, DelayedValue(None))


def _latest(world: World, database_id: str, value: DelayedValue[AccessList | None]) -> AccessList:
    if value.latest is None:
        raise plain_refusal(world, 404, f"no access list found for database {database_id}")
    return value.latest


def _set(world: World, value: DelayedValue[AccessList | None], access_list: AccessList) -> replies.Reply:
    value.set(access_list, world.clock.monotonic() + world.quirks.access_list_lag)
    return replies.empty(204)


def _document(world: World, database_id: str, access_list: AccessList) -> dict[str, object]:
    addresses = [
        {
            "address": entry.address,
            "enabled": entry.enabled,
            "description": entry.description,
            "lastUpdateDateTime": _addresses.format_time(world, entry.changed),
        }
        for entry in access_list.entries
    ]
    return {
        "organizationId": world.organization.id,
        "databaseId": database_id,
        "addresses": addresses,
        "configurations": {"accessListEnabled": access_list.enabled},
    }


OPERATIONS: Final[dict[str, Handler]] = {
    "GetAllAccessListsForOrganization": get_all,
    "GetAccessListForDatabase": get,
    "UpsertAccessListForDatabase": replace,
    "AddAddressesToAccessListForDatabase": add,
    "UpdateAccessListForDatabase": update,
    "DeleteAddressesOrAccessListForDatabase": delete,
    "GetAccessListTemplate": template,
    "ValidateAccessList": validate,
}
