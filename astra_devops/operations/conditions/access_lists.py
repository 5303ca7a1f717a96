"""Conditions of changes to a database's access list: that the list shows them."""

from collections.abc import Iterable
from operator import itemgetter
from typing import Final

from astra_devops import errors
from astra_devops._rest.endpoints import access_lists as endpoints
from astra_devops._rest.endpoints import databases as database_endpoints
from astra_devops._rest.models.access_lists import AccessList, AccessListAddress, AccessListConfigurations, AccessListEntry
from astra_devops._runtime.caller import Caller
from astra_devops._runtime.details import add_detail
from astra_devops.operations import ip_ranges
from astra_devops.operations.kinds import MINUTE, Observation, OperationKind, Params, PollContext

_BLANK: Final = "the answer has neither addresses nor settings"


async def get_access_list(caller: Caller, database_id: str) -> AccessList:
    """Fetch the access list of a database; an empty, disabled one if the database has none.

    The service gives the same answer, a 404 in plain text, for a database without a list and for a
    database that does not exist. So such an answer is taken for an empty list only if the database
    can be fetched.
    """
    try:
        return (await endpoints.get_access_list_for_database(caller, database_id=database_id)).value
    except errors.NotFoundError as error:
        not_found = error
    if not _is_plain_text(not_found):
        raise not_found
    try:
        await database_endpoints.get_database(caller, database_id=database_id)
    except errors.NotFoundError:
        raise not_found from None
    except errors.AstraDevOpsError as error:
        add_detail(error, "the access list answered 404; the database was fetched to see whether it exists")
        raise
    return _empty_list(database_id)


async def _get_after_change(caller: Caller, database_id: str) -> AccessList:
    """Fetch the access list of a database that exists, since the service has accepted a change."""
    try:
        return (await endpoints.get_access_list_for_database(caller, database_id=database_id)).value
    except errors.NotFoundError as error:
        if not _is_plain_text(error):
            raise
        return _empty_list(database_id)


def _is_plain_text(error: errors.APIStatusError) -> bool:
    return error.headers.get("content-type", "").startswith("text/plain")


def _empty_list(database_id: str) -> AccessList:
    return AccessList(database_id=database_id, addresses=[], configurations=AccessListConfigurations(access_list_enabled=False))


def _is_blank(access_list: AccessList) -> bool:
    """Return whether an answer says nothing of a list, which is no proof that there is none."""
    return access_list.addresses is None and access_list.configurations is None


def is_enabled(access_list: AccessList) -> bool:
    """Return whether a list is enforced."""
    return access_list.configurations is not None and access_list.configurations.access_list_enabled


def status_name(enabled: bool) -> str:
    """Return the status of a list as waits report it; the service has only a flag."""
    return "enabled" if enabled else "disabled"


def format_entries(entries: Iterable[AccessListEntry | AccessListAddress]) -> str:
    """Format entries as a parameter of an operation: addresses, with ``!`` before disabled ones.

    Descriptions are left out: they have no effect on access, and the service might reformat them.
    """
    return ",".join(sorted(f"{'' if entry.enabled else '!'}{ip_ranges.normalize(entry.address)}" for entry in entries))


async def shows_change(context: PollContext, params: Params) -> Observation[AccessList]:
    """Check whether the list shows the requested entries and status."""
    access_list = await _get_after_change(context.caller, params["database_id"])
    if _is_blank(access_list):
        return Observation(None, problem=_BLANK)
    status = status_name(is_enabled(access_list))
    entries = format_entries(access_list.addresses or [])
    items = set(entries.split(",")) - {""}
    done = (
        params.get("exactly", entries) == entries
        and set(_items(params, "including")) <= items
        and not {item for address in _items(params, "excluding") for item in (address, f"!{address}")} & items
        and params.get("status", status) == status
    )
    return Observation(status, done, access_list)


async def is_deleted(context: PollContext, params: Params) -> Observation[None]:
    """Check whether the list is gone."""
    access_list = await _get_after_change(context.caller, params["database_id"])
    if _is_blank(access_list):
        return Observation(None, problem=_BLANK)
    enabled = is_enabled(access_list)
    return Observation(status_name(enabled), not enabled and not access_list.addresses)


def _items(params: Params, name: str) -> list[str]:
    return params[name].split(",") if params.get(name) else []


def _change(method: str, *effects: str) -> OperationKind[AccessList]:
    """Return the kind of a change that has these effects, which may be empty but not absent."""
    return OperationKind(
        name=f"access_lists.{method}",
        condition=shows_change,
        timeout=5 * MINUTE,
        optional=(*effects, "status"),
        parse=itemgetter(*effects),
    )


REPLACE: Final = _change("replace", "exactly", "status")
ADD: Final = _change("add", "including")
UPDATE: Final = _change("update", "including")
REMOVE: Final = _change("remove", "excluding")
ENABLE: Final = _change("enable", "status")
DISABLE: Final = _change("disable", "status")
DELETE: Final = OperationKind(name="access_lists.delete", condition=is_deleted, timeout=5 * MINUTE)
