"""Access lists of databases."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

import attrs

from astra_devops._rest.models.access_lists import AccessList as Existing
from astra_devops._runtime import checks
from astra_devops.desired.change import Change
from astra_devops.desired.kinds.addresses import UNCHECKED, Address, check_caller, declared_addresses, observed
from astra_devops.desired.kinds.database_part import DatabasePart, find_database_id
from astra_devops.desired.kinds.kind import Found, IsPruned
from astra_devops.desired.present import Present
from astra_devops.desired.state import State


@attrs.frozen(kw_only=True, init=False)
class AccessList:
    """The access list that a database should have, with exactly these addresses.

    Args:
        database: The name of the database.
        addresses: The addresses and blocks that may reach it, as strings, or as ``Address`` with a
            description.
        calling_from: The address from which you reach the database, which the list must admit; or
            ``"unchecked"``, such as where you never connect to it.
        enabled: Whether the list is enforced.

    Raises:
        TypeError: An argument has the wrong type.
        ValueError: An argument is not valid, or ``calling_from`` would be locked out.
    """

    database: str
    addresses: tuple[Address, ...]
    calling_from: str
    enabled: bool = True

    def __init__(
        self, database: str, addresses: Iterable[str | Address | Mapping[str, Any]], *, calling_from: str, enabled: bool = True
    ) -> None:
        entries = declared_addresses(addresses, ipv6=False)
        is_enforced = checks.flag(enabled, "enabled")
        self.__attrs_init__(  # pyright: ignore[reportAttributeAccessIssue]
            database=checks.string(database, "database"),
            addresses=entries,
            calling_from=check_caller(calling_from, entries, is_enforced=is_enforced),
            enabled=is_enforced,
        )


@attrs.frozen(kw_only=True)
class AccessListState(State):
    """The access list of a database; that of one without a list is empty and not enabled.

    Attributes:
        enabled: Whether it is enforced.
        addresses: Its entries, sorted.
    """

    enabled: bool
    addresses: tuple[Address, ...]


class AccessListKind(DatabasePart[AccessList, AccessListState]):
    """Access lists of databases."""

    name = "access_list"
    table = "access_lists"
    words = "access list"
    declared_class = AccessList
    state_class = AccessListState

    def can_declare(self, state: AccessListState) -> bool:
        """Return whether a database has a list."""
        return state.enabled or bool(state.addresses)

    async def read(self, present: Present, names: Collection[str] | None) -> dict[str, Found[AccessListState]]:
        """Read all lists at once."""
        ids = await present.database_ids(names)
        lists = {found.database_id: found for found in await present.once("access lists", present.client.access_lists.list)} if ids else {}
        return {name: Found(id=database_id, state=_state_of(lists.get(database_id))) for name, database_id in ids.items()}

    async def read_part(self, present: Present, database_id: str) -> AccessListState:
        """Read one list."""
        return _state_of(await present.client.access_lists.get(database_id))

    async def after(
        self, present: Present, entry: AccessList, found: Found[AccessListState] | None, is_pruned: IsPruned
    ) -> AccessListState:
        """Return the declared list."""
        return AccessListState(enabled=entry.enabled, addresses=tuple(sorted(entry.addresses, key=str)))

    def declare(self, name: str, state: AccessListState) -> AccessList:
        """Declare a list as it is."""
        return AccessList(name, state.addresses, calling_from=UNCHECKED, enabled=state.enabled)

    async def write(self, present: Present, change: Change, found: Found[AccessListState] | None, after: AccessListState) -> None:
        """Replace the list. That ``calling_from`` is on it was checked when it was declared."""
        database_id = await find_database_id(present, found.id if found else change.id, change.name)
        addresses = [entry.request for entry in after.addresses]
        await (await present.client.access_lists.replace(database_id, addresses, enabled=after.enabled, calling_from=None)).wait()


def _state_of(access_list: Existing | None) -> AccessListState:
    if access_list is None:
        return AccessListState(enabled=False, addresses=())
    return AccessListState(enabled=access_list.enabled is True, addresses=observed(access_list.addresses))


ACCESS_LISTS: Final = AccessListKind()
