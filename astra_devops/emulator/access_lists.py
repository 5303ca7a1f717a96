"""Access lists of databases: who may reach which. A change is accepted at once and shows a little later."""

from collections.abc import Iterable, Mapping
from typing import Any

import attrs

from astra_devops.emulator import addresses, wire
from astra_devops.emulator.addresses import Entries
from astra_devops.emulator.lagging import Lagging
from astra_devops.emulator.world import Ask, Handler, World, as_object

TEMPLATE: dict[str, object] = {
    "addresses": [{"address": "137.187.23.0/24", "enabled": True, "description": "The office network"}],
    "configurations": {"accessListEnabled": True},
}


@attrs.frozen
class AccessList:
    """The access list of one database."""

    entries: Entries = ()
    enabled: bool = False


@attrs.define
class AccessLists:
    """Every access list, by the id of its database; None where one has been deleted."""

    by_database: dict[str, Lagging[AccessList | None]] = attrs.field(factory=dict)


def get_all(world: World, ask: Ask) -> wire.Reply:
    """List the access lists of all databases that have one."""
    now = world.clock.monotonic()
    shown = ((key, known.at(now)) for key, known in world.shelf(AccessLists).by_database.items())
    return wire.json([_document(world, key, listed) for key, listed in shown if listed is not None and _lives(world, key)])


def get(world: World, ask: Ask) -> wire.Reply:
    """Give the access list of a database."""
    database_id, known = _of_database(world, ask)
    listed = known.at(world.clock.monotonic())
    if listed is None and world.quirks.missing_access_list_is_404:
        raise wire.Refusal(wire.text(404, f"no access list found for database {database_id}"))
    return wire.json(_document(world, database_id, listed or AccessList()))


def replace(world: World, ask: Ask) -> wire.Reply:
    """Set the whole list."""
    _, known = _of_database(world, ask)
    body = as_object(ask.body)
    enabled = (known.latest or AccessList()).enabled
    if not world.quirks.enabling_apart:
        enabled = _asked_for(body, False)
    return _set(world, known, AccessList(addresses.merged((), _entries(world, body.get("addresses", ()))), enabled))


def add(world: World, ask: Ask) -> wire.Reply:
    """Add addresses, and make the list with the first."""
    _, known = _of_database(world, ask)
    listed = known.latest or AccessList()
    new = _entries(world, ask.body if isinstance(ask.body, list) else ())
    return _set(world, known, attrs.evolve(listed, entries=addresses.merged(listed.entries, new)))


def update(world: World, ask: Ask) -> wire.Reply:
    """Change what the body names, and leave the rest."""
    database_id, known = _of_database(world, ask)
    body = as_object(ask.body)
    listed = _existing(database_id, known)
    entries = addresses.merged(listed.entries, _entries(world, body.get("addresses", ())))
    return _set(world, known, AccessList(entries, _asked_for(body, listed.enabled)))


def delete(world: World, ask: Ask) -> wire.Reply:
    """Delete the first of the addresses that are named, all of them if the service were without fault; the whole list if none is."""
    database_id, known = _of_database(world, ask)
    listed = _existing(database_id, known)
    named = ask.lists["addresses"]
    if not named:
        return _set(world, known, None)
    for problem in filter(None, map(addresses.objection, named)):
        raise wire.Refusal(wire.text(400, problem))
    doomed = [addresses.spelled(world, address) for address in named][: 1 if world.quirks.first_address_only else None]
    left = tuple(entry for entry in listed.entries if entry.address not in doomed)
    if len(left) == len(listed.entries):
        raise wire.Refusal(wire.text(404, f"{', '.join(doomed)} is not on the access list of database {database_id}"))
    return _set(world, known, attrs.evolve(listed, entries=left))


def template(world: World, ask: Ask) -> wire.Reply:
    """Give an example."""
    return wire.json(TEMPLATE)


def validate(world: World, ask: Ask) -> wire.Reply:
    """Say what is wrong with a list. The form of the body is not checked before: that is what this is for."""
    items = as_object(ask.body).get("addresses") or []
    if isinstance(items, list) and isinstance(ask.body, dict | None):
        failures = [problem for problem in map(_problem, items) if problem is not None]
    else:
        failures = ["an access list is an object with a list of addresses"]
    return wire.json({"valid": not failures, "validationFailures": failures})


def _problem(item: object) -> str | None:
    missing = [name for name in ("address", "enabled", "description") if not isinstance(item, dict) or name not in item]
    if missing or not isinstance(item, dict):
        return f"an address lacks {', '.join(missing)}"
    return addresses.objection(str(item["address"]))


def _entries(world: World, items: Iterable[Mapping[str, Any]]) -> Entries:
    return tuple(addresses.read(world, item) for item in items)


def _asked_for(body: Mapping[str, Any], otherwise: bool) -> bool:
    return bool(body.get("configurations", {}).get("accessListEnabled", otherwise))


def _lives(world: World, database_id: str) -> bool:
    database = world.organization.databases.get(database_id)
    return database is not None and world.look(database).status != "TERMINATED"


def _of_database(world: World, ask: Ask) -> tuple[str, Lagging[AccessList | None]]:
    """Find what a database has. The list goes with its database, and is refused in the same plain text as one that was never made."""
    database_id = ask.arguments["databaseID"]
    if not _lives(world, database_id):
        raise wire.Refusal(wire.text(404, f"database {database_id} not found"))
    return database_id, world.shelf(AccessLists).by_database.setdefault(database_id, Lagging(None))


def _existing(database_id: str, known: Lagging[AccessList | None]) -> AccessList:
    if known.latest is None:
        raise wire.Refusal(wire.text(404, f"no access list found for database {database_id}"))
    return known.latest


def _set(world: World, known: Lagging[AccessList | None], listed: AccessList | None) -> wire.Reply:
    known.set(listed, world.clock.monotonic() + world.quirks.access_list_lag)
    return wire.empty(204)


def _document(world: World, database_id: str, listed: AccessList) -> dict[str, object]:
    shown = [
        {
            "address": entry.address,
            "enabled": entry.enabled,
            "description": entry.description,
            "lastUpdateDateTime": addresses.moment(world, entry.changed),
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
