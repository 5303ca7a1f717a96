"""What changes of a database's access list are waited for: that they show."""

from collections.abc import Iterable
from typing import Final

from astra_devops import errors
from astra_devops._rest.endpoints import access_lists as endpoints
from astra_devops._rest.endpoints import databases as database_endpoints
from astra_devops._rest.models.access_lists import AccessList, AccessListAddress, AccessListConfigurations, AccessListEntry
from astra_devops._runtime import ip_ranges
from astra_devops._runtime.caller import Caller
from astra_devops.operations.kinds import Observation, OperationKind, Params, PollContext

_MINUTE: Final = 60.0


async def read(caller: Caller, database_id: str) -> AccessList:
    """Read the access list of a database; one that was never made is empty and disabled.

    The service answers 404 in plain text for a list that was never made, and for a database that it
    does not know just as well. So the database is asked for before such an answer is taken for an
    empty list.
    """
    try:
        return (await endpoints.get_access_list_for_database(caller, database_id=database_id)).value
    except errors.NotFoundError as error:
        missing = error
    if not _is_plain(missing):
        raise missing
    try:
        await database_endpoints.get_database(caller, database_id=database_id)
    except errors.NotFoundError:
        raise missing from None
    except errors.AstraDevOpsError as error:
        error.add_note("the access list answered 404; asking for the database was to tell whether it has none, or does not exist")
        raise
    return _none(database_id)


async def read_after_change(caller: Caller, database_id: str) -> AccessList:
    """Read the same after the service has accepted a change: so the database exists, and need not be asked for."""
    try:
        return (await endpoints.get_access_list_for_database(caller, database_id=database_id)).value
    except errors.NotFoundError as error:
        if not _is_plain(error):
            raise
        return _none(database_id)


def _is_plain(error: errors.APIStatusError) -> bool:
    return error.headers.get("content-type", "").startswith("text/plain")


def _none(database_id: str) -> AccessList:
    return AccessList(database_id=database_id, addresses=[], configurations=AccessListConfigurations(access_list_enabled=False))


def is_enabled(access_list: AccessList) -> bool:
    """Say whether a list is enforced."""
    return access_list.configurations is not None and access_list.configurations.access_list_enabled


def status(access_list: AccessList) -> str:
    """Name the state of a list as a wait tells it; the service has only a flag."""
    return "enabled" if is_enabled(access_list) else "disabled"


def written(entries: Iterable[AccessListEntry | AccessListAddress]) -> str:
    """Write entries as a parameter of an operation: addresses, with ``!`` before those that do not count.

    Descriptions are left out: they say nothing about who is let in, and the service might tidy them
    up.
    """
    return ",".join(sorted(f"{'' if entry.enabled else '!'}{ip_ranges.normalize(entry.address)}" for entry in entries))


async def shown(context: PollContext, params: Params) -> Observation[AccessList]:
    """Reached once the list shows what was asked for."""
    access_list = await read_after_change(context.caller, params["database_id"])
    enabled = status(access_list)
    listed = written(access_list.addresses or [])
    there = set(listed.split(",")) - {""}
    done = (
        params.get("exactly", listed) == listed
        and set(_items(params, "including")) <= there
        and not {item for address in _items(params, "excluding") for item in (address, f"!{address}")} & there
        and params.get("status", enabled) == enabled
    )
    return Observation(enabled, done, access_list)


async def deleted(context: PollContext, params: Params) -> Observation[None]:
    """Reached once there is no list."""
    access_list = await read_after_change(context.caller, params["database_id"])
    return Observation(status(access_list), not is_enabled(access_list) and not access_list.addresses)


def _items(params: Params, name: str) -> list[str]:
    return params[name].split(",") if params.get(name) else []


REPLACE: Final = OperationKind(name="access_lists.replace", condition=shown, timeout=5 * _MINUTE)
ADD: Final = OperationKind(name="access_lists.add", condition=shown, timeout=5 * _MINUTE)
UPDATE: Final = OperationKind(name="access_lists.update", condition=shown, timeout=5 * _MINUTE)
REMOVE: Final = OperationKind(name="access_lists.remove", condition=shown, timeout=5 * _MINUTE)
ENABLE: Final = OperationKind(name="access_lists.enable", condition=shown, timeout=5 * _MINUTE)
DISABLE: Final = OperationKind(name="access_lists.disable", condition=shown, timeout=5 * _MINUTE)
DELETE: Final = OperationKind(name="access_lists.delete", condition=deleted, timeout=5 * _MINUTE)
