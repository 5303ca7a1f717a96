"""Addresses for both kinds of access lists, and the check that the caller is not locked out."""

from collections.abc import Iterable, Sequence

from astra_devops._rest.models.access_lists import AccessListAddress, AccessListEntry
from astra_devops._rest.models.devops_access_lists import DevOpsAccessListAddress
from astra_devops._runtime import checks
from astra_devops.operations import ip_ranges

Address = str | AccessListEntry | AccessListAddress | DevOpsAccessListAddress
"""An address or block (``203.0.113.7``, ``10.0.0.0/8``) as a string, or an entry of a list."""

ListEntry = AccessListEntry | AccessListAddress | DevOpsAccessListAddress


def check_addresses(addresses: Sequence[Address], *, ipv6: bool = False, at_least: int = 0) -> list[AccessListEntry]:
    """Check addresses, and return entries in the service's format.

    Raises:
        TypeError: ``addresses`` is a single address, or an item is not an address.
        ValueError: An item is not a valid address, an address occurs twice, or there are fewer than
            ``at_least`` items.
    """
    items = checks.items(addresses, "addresses", "addresses", at_least=at_least)
    entries = [_check_entry(address, f"addresses[{index}]", ipv6) for index, address in enumerate(items)]
    unique_addresses: set[str] = set()
    for entry in entries:
        if entry.address in unique_addresses:
            raise ValueError(f"addresses must not contain {entry.address} more than once")
        unique_addresses.add(entry.address)
    return entries


def merge(old: Iterable[ListEntry], new: Iterable[AccessListEntry]) -> list[ListEntry]:
    """Return old and new entries; a new one replaces an old one with the same address."""
    return [*exclude(old, {entry.address for entry in new}), *new]


def exclude(entries: Iterable[ListEntry], addresses: set[str]) -> list[ListEntry]:
    """Return the entries without those for certain addresses."""
    return [entry for entry in entries if ip_ranges.normalize(entry.address) not in addresses]


def check_calling_from(calling_from: str | None) -> None:
    """Check the ``calling_from`` argument, which is one IP address or None."""
    if calling_from is not None:
        ip_ranges.contains((), calling_from, "calling_from")


def refuse_lock_out(calling_from: str | None, entries: Iterable[ListEntry]) -> None:
    """Refuse a list that would not admit the caller. Only enabled entries count.

    Raises:
        ValueError: No enabled entry contains ``calling_from``.
    """
    enabled_addresses = (entry.address for entry in entries if entry.enabled)
    if calling_from is None or ip_ranges.contains(enabled_addresses, calling_from, "calling_from"):
        return
    raise ValueError(f"calling_from {calling_from} would be locked out: no enabled address of the resulting list contains it")


def _check_entry(address: Address, name: str, ipv6: bool) -> AccessListEntry:
    if isinstance(address, str):
        return AccessListEntry(address=ip_ranges.block(address, name, ipv6=ipv6), enabled=True, description="")
    if not isinstance(address, ListEntry):
        raise TypeError(f"{name} must be a string or an AccessListEntry, not {type(address).__name__}")
    block = ip_ranges.block(address.address or "", f"{name}.address", ipv6=ipv6)
    enabled = checks.optional(checks.flag, address.enabled, f"{name}.enabled") is not False
    return AccessListEntry(
        address=block, enabled=enabled, description=checks.optional(checks.text, address.description, f"{name}.description") or ""
    )
