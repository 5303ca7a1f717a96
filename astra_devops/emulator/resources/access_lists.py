"""Access lists of databases: who may reach which.

A change is accepted at once and shows a little later.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import attrs

from astra_devops.emulator import replies
from astra_devops.emulator.resources import _addresses
from astra_devops.emulator.resources._addresses import Entries
from astra_devops.emulator.state.delayed import DelayedValue
from astra_devops.emulator.state.stores import store
from astra_devops.emulator.world import Handler, Request, World, as_object, plain_refusal

TEMPLATE: dict[str, object] = {
    "addresses": [{"address": "137.187.23.0/24", "enabled": True, "description": "The office network"}],
    "configurations": {"accessListEnabled": True},
}

NO_LIST = "an access list is an object with a list of addresses"


@attrs.frozen
class AccessList:
    """The access list of one database."""

    entries: Entries = ()
    enabled: bool = False


@store("access_lists")
@attrs.define
class AccessLists:
    """Every access list, by the id of its database; None where one has been deleted."""

    by_database: dict[str, DelayedValue[AccessList | None]] = attrs.field(factory=dict)


def get_all(world: World, request: Request) -> replies.Reply:
    """List the access lists of all databases that have one."""
    now = world.clock.monotonic()
    shown = ((key, known.at(now)) for key, known in world.store(AccessLists).by_database.items())
    return replies.json([_document(world, key, listed) for key, listed in shown if listed is not None and _lives(world, key)])


def get(world: World, request: Request) -> replies.Reply:
    """Give the access list of a database."""
    database_id, known = _of_database(world, request)
    listed = known.at(world.clock.monotonic())
    if listed is None and world.quirks.missing_access_list_is_404:
        raise plain_refusal(world, 404, f"no access list found for database {database_id}")
    return replies.json(_document(world, database_id, listed or AccessList()))


def replace(world: World, request: Request) -> replies.Reply:
    """Set the whole list."""
    _, known = _of_database(world, request)
    body = as_object(request.body)
    enabled = (known.latest or AccessList()).enabled
    if not world.quirks.enabling_apart:
        enabled = _asked_for(body, False)
    return _set(world, known, AccessList(_addresses.merged((), _entries(world, body.get("addresses", ()))), enabled))


def add(world: World, request: Request) -> replies.Reply:
    """Add addresses, and make the list with the first."""
    _, known = _of_database(world, request)
    listed = known.latest or AccessList()
    new = _entries(world, request.body if isinstance(request.body, list) else ())
    return _set(world, known, attrs.evolve(listed, entries=_addresses.merged(listed.entries, new)))


def update(world: World, request: Request) -> replies.Reply:
    """Change what the body names, and leave the rest."""
    database_id, known = _of_database(world, request)
    body = as_object(request.body)
    listed = _existing(world, database_id, known)
    entries = _addresses.merged(listed.entries, _entries(world, body.get("addresses", ())))
    return _set(world, known, AccessList(entries, _asked_for(body, listed.enabled)))


def delete(world: World, request: Request) -> replies.Reply:
    """Delete the first of the addresses that are named, all of them if the service were without fault; the whole list if none is."""
    database_id, known = _of_database(world, request)
    listed = _existing(world, database_id, known)
    named = request.lists["addresses"]
    if not named:
        return _set(world, known, None)
    for problem in filter(None, map(_addresses.objection, named)):
        raise plain_refusal(world, 400, problem)
    to_remove = [_addresses.spelled(world, address) for address in named][: 1 if world.quirks.first_address_only else None]
    left = tuple(entry for entry in listed.entries if entry.address not in to_remove)
    if len(left) == len(listed.entries):
        raise plain_refusal(world, 404, f"{', '.join(to_remove)} is not on the access list of database {database_id}")
    return _set(world, known, attrs.evolve(listed, entries=left))


def template(world: World, request: Request) -> replies.Reply:
    """Give an example."""
    return replies.json(TEMPLATE)


def validate(world: World, request: Request) -> replies.Reply:
    """Say what is wrong with a list.

    The form of the body is not checked before: that is what this is for.
    """
    body: object = {} if request.body is None else request.body
    items = (body.get("addresses") or []) if isinstance(body, dict) else None
    failures = [problem for problem in map(_problem, items) if problem is not None] if isinstance(items, list) else [NO_LIST]
    return replies.json({"valid": not failures, "validationFailures": failures})


def _problem(item: object) -> str | None:
    missing = [name for name in ("address", "enabled", "description") if not isinstance(item, dict) or name not in item]
    if missing or not isinstance(item, dict):
        return f"an address lacks {', '.join(missing)}"
    return _addresses.objection(str(item["address"]))


def _entries(world: World, items: Iterable[Mapping[str, Any]]) -> Entries:
    return tuple(_addresses.read(world, item) for item in items)


def _asked_for(body: Mapping[str, Any], otherwise: bool) -> bool:
    return bool(body.get("configurations", {}).get("accessListEnabled", otherwise))


def _lives(world: World, database_id: str) -> bool:
    database = world.organization.databases.get(database_id)
    return database is not None and world.refresh(database).status != "TERMINATED"


def _of_database(world: World, request: Request) -> tuple[str, DelayedValue[AccessList | None]]:
    """Find what a database has.

    The list goes with its database, and is refused in the same plain text as one that was never
    made.
    """
    database_id = request.arguments["databaseID"]
    if not _lives(world, database_id):
        raise plain_refusal(world, 404, f"database {database_id} not found")
    return database_id, world.store(AccessLists).by_database.setdefault(database_id, DelayedValue(None))


def _existing(world: World, database_id: str, known: DelayedValue[AccessList | None]) -> AccessList:
    if known.latest is None:
        raise plain_refusal(world, 404, f"no access list found for database {database_id}")
    return known.latest


def _set(world: World, known: DelayedValue[AccessList | None], listed: AccessList | None) -> replies.Reply:
    known.set(listed, world.clock.monotonic() + world.quirks.access_list_lag)
    return replies.empty(204)


def _document(world: World, database_id: str, listed: AccessList) -> dict[str, object]:
    shown = [
        {
            "address": entry.address,
            "enabled": entry.enabled,
            "description": entry.description,
            "lastUpdateDateTime": _addresses.moment(world, entry.changed),
        }
        for entry in listed.entries
    ]
    return {
        "organizationId": world.organization.id,
        "databaseId": database_id,
        "addresses": shown,
        "configurations": {"accessListEnabled": listed.enabled},
    }


OPERATIONS: dict[str, Handler] = {
    "GetAllAccessListsForOrganization": get_all,
    "GetAccessListForDatabase": get,
    "UpsertAccessListForDatabase": replace,
    "AddAddressesToAccessListForDatabase": add,
    "UpdateAccessListForDatabase": update,
    "DeleteAddressesOrAccessListForDatabase": delete,
    "GetAccessListTemplate": template,
    "ValidateAccessList": validate,
}
