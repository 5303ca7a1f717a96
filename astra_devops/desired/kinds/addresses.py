"""Addresses of both kinds of access lists."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import attrs

from astra_devops._rest.models.access_lists import AccessListAddress, AccessListEntry
from astra_devops._rest.models.devops_access_lists import DevOpsAccessListAddress
from astra_devops._runtime import checks
from astra_devops.desired.kinds.values import check_names, refuse_repeated
from astra_devops.operations import ip_ranges
from astra_devops.resources._addresses import check_calling_from, refuse_lock_out

UNCHECKED: Final = "unchecked"
"""Stands for ``calling_from`` where it is not known."""


@attrs.frozen
class Address:
    """An entry of an access list.

    Attributes:
        address: An IP address or block; kept as a block, such as ``203.0.113.7/32``.
        description: The purpose of the entry.
        enabled: Whether it has an effect.
    """

    address: str
    description: str = ""
    enabled: bool = True

    def __str__(self) -> str:
        return self.address + (f" ({self.description})" if self.description else "") + ("" if self.enabled else " (disabled)")

    @property
    def request(self) -> AccessListEntry:
        """The entry as the client sends it."""
        return AccessListEntry(address=self.address, description=self.description, enabled=self.enabled)


def declared_addresses(addresses: Iterable[Any], *, ipv6: bool, at_least: int = 0) -> tuple[Address, ...]:
    """Check addresses: strings, ``Address`` objects, or mappings with the fields of one."""
    items = checks.items(addresses, "addresses", "addresses", at_least=at_least)
    entries = [_checked(item, f"addresses[{index}]", ipv6) for index, item in enumerate(items)]
    refuse_repeated([entry.address for entry in entries], "addresses")
    return tuple(entries)


def _checked(value: Any, name: str, ipv6: bool) -> Address:
    if isinstance(value, Mapping):
        check_names(value, [field.name for field in attrs.fields(Address)], f"{name}.")
        if "address" not in value:
            raise ValueError(f"{name}.address must be given")
        value = Address(**value)
    elif isinstance(value, str):
        value = Address(value)
    elif not isinstance(value, Address):
        raise TypeError(f"{name} must be a string, a table or an Address, not {checks.type_name(value)}")
    return Address(
        ip_ranges.block(value.address, f"{name}.address", ipv6=ipv6),
        checks.text(value.description, f"{name}.description"),
        checks.flag(value.enabled, f"{name}.enabled"),
    )


def check_caller(calling_from: str, addresses: Iterable[Address], *, is_enforced: bool) -> str:
    """Check ``calling_from``: an address that a list admits, or :data:`UNCHECKED`."""
    if checks.string(calling_from, "calling_from") != UNCHECKED:
        check_calling_from(calling_from)
        if is_enforced:
            refuse_lock_out(calling_from, [entry.request for entry in addresses])
    return calling_from


def observed(entries: Iterable[AccessListAddress | DevOpsAccessListAddress] | None) -> tuple[Address, ...]:
    """Return the entries of a list as the service describes them, sorted."""
    found = (Address(ip_ranges.normalize(entry.address), entry.description or "", entry.enabled is True) for entry in entries or [])
    return tuple(sorted(found, key=str))
