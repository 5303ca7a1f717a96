"""The access list of the organization's DevOps API."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

import attrs

from astra_devops.desired.change import Change
from astra_devops.desired.kinds.addresses import UNCHECKED, Address, check_caller, declared_addresses, observed
from astra_devops.desired.kinds.kind import Found, IsPruned, Kind
from astra_devops.desired.present import Present
from astra_devops.desired.state import State


@attrs.frozen(kw_only=True, init=False)
class DevOpsAccessList:
    """The addresses that may call the DevOps API of the organization, and no others.

    Args:
        addresses: The addresses and blocks, as strings, or as ``Address`` with a description; at
            least one.
        calling_from: The public address from which plans are applied, which the list must admit:
            a list without it locks you out of undoing it. Or ``"unchecked"``.

    Raises:
        TypeError: An argument has the wrong type.
        ValueError: An argument is not valid, or ``calling_from`` would be locked out.
    """

    addresses: tuple[Address, ...]
    calling_from: str

    def __init__(self, addresses: Iterable[str | Address | Mapping[str, Any]], *, calling_from: str) -> None:
        entries = declared_addresses(addresses, ipv6=True, at_least=1)
        self.__attrs_init__(  # pyright: ignore[reportAttributeAccessIssue]
            addresses=entries, calling_from=check_caller(calling_from, entries, is_enforced=True)
        )


@attrs.frozen(kw_only=True)
class DevOpsAccessListState(State):
    """The access list of an organization.

    Attributes:
        addresses: Its entries, sorted.
    """

    addresses: tuple[Address, ...]


class DevOpsAccessListKind(Kind[DevOpsAccessList, DevOpsAccessListState]):
    """The access list of the organization, which has one or none."""

    name = "devops_access_list"
    table = "devops_access_list"
    words = "DevOps access list"
    is_single = True
    declared_class = DevOpsAccessList
    state_class = DevOpsAccessListState

    def name_of(self, entry: DevOpsAccessList) -> str:
        """Return the name of all such lists."""
        return self.name

    def label(self, name: str) -> str:
        """Return what texts call the list."""
        return self.words

    def key(self, name: str) -> str:
        """Return the name, since there is only one."""
        return self.name

    async def read(self, present: Present, names: Collection[str] | None) -> dict[str, Found[DevOpsAccessListState]]:
        """Read the list, if there is one."""
        addresses = observed((await present.client.devops_access_lists.get()).addresses)
        if not addresses:
            return {}
        return {self.name: Found(id=await present.organization_id(), state=DevOpsAccessListState(addresses=addresses))}

    async def after(
        self, present: Present, entry: DevOpsAccessList, found: Found[DevOpsAccessListState] | None, is_pruned: IsPruned
    ) -> DevOpsAccessListState:
        """Return the declared list."""
        return DevOpsAccessListState(addresses=tuple(sorted(entry.addresses, key=str)))

    def declare(self, name: str, state: DevOpsAccessListState) -> DevOpsAccessList:
        """Declare the list as it is."""
        return DevOpsAccessList(state.addresses, calling_from=UNCHECKED)

    async def look(self, present: Present, change: Change, *, is_continued: bool) -> Found[DevOpsAccessListState] | None:
        """Read the list again."""
        return (await self.read(present, None)).get(self.name)

    async def write(
        self, present: Present, change: Change, found: Found[DevOpsAccessListState] | None, after: DevOpsAccessListState
    ) -> None:
        """Replace the list. That ``calling_from`` is on it was checked when it was declared."""
        if found is None or found.state != after:
            await present.client.devops_access_lists.replace([entry.request for entry in after.addresses], calling_from=None)


DEVOPS_ACCESS_LIST: Final = DevOpsAccessListKind()
