"""Addresses as the methods of both access lists take them, and the guard against locking oneself out."""

from collections.abc import Iterable, Sequence

from astra_devops._rest.models.access_lists import AccessListAddress, AccessListEntry
from astra_devops._rest.models.devops_access_lists import DevOpsAccessListAddress
from astra_devops._runtime import ip_ranges as ip

Address = str | AccessListEntry | AccessListAddress | DevOpsAccessListAddress
"""An address or block (``203.0.113.7``, ``10.0.0.0/8``), one with a description, or an entry of a list that was read."""

Listed = AccessListEntry | AccessListAddress | DevOpsAccessListAddress


def entries(addresses: Sequence[Address], *, ipv6: bool = False) -> list[AccessListEntry]:
    """Check addresses and spell them as the service does.

    Raises:
        TypeError, ValueError: one is wrong, or stands there twice; the message says which.
    """
    if isinstance(addresses, str) or not isinstance(addresses, Iterable):
        raise TypeError(f"addresses must be a sequence of addresses, not one {type(addresses).__name__}")
    checked = [_entry(address, f"addresses[{index}]", ipv6) for index, address in enumerate(addresses)]
    seen: set[str] = set()
    for entry in checked:
        if entry.address in seen:
            raise ValueError(f"addresses must name {entry.address} once, not several times")
        seen.add(entry.address)
    return checked


def some_entries(addresses: Sequence[Address], *, ipv6: bool = False) -> list[AccessListEntry]:
    """Check addresses of which there must be at least one."""
    checked = entries(addresses, ipv6=ipv6)
    if not checked:
        raise ValueError("addresses must not be empty")
    return checked


def merged(old: Iterable[Listed], new: Iterable[AccessListEntry]) -> list[Listed]:
    """Lay entries over others: one with the same address takes its place."""
    return [*without(old, {entry.address for entry in new}), *new]


def without(old: Iterable[Listed], to_remove: set[str]) -> list[Listed]:
    """Leave out the entries with certain addresses."""
    return [entry for entry in old if ip.normalize(entry.address) not in to_remove]


def check_caller(calling_from: str | None) -> None:
    """Check the address that a caller says to be calling from."""
    if calling_from is not None:
        ip.contains((), calling_from, "calling_from")


def refuse_lock_out(calling_from: str | None, listed: Iterable[Listed]) -> None:
    """Refuse a list that would not let the caller in.

    An entry that does not say that it counts does not.

    Raises:
        ValueError: no entry that counts contains ``calling_from``.
    """
    if calling_from is None or ip.contains((entry.address for entry in listed if entry.enabled), calling_from, "calling_from"):
        return
    raise ValueError(f"calling_from {calling_from} would be locked out: no enabled address of the list that this makes contains it")


def _entry(address: Address, name: str, ipv6: bool) -> AccessListEntry:
    if isinstance(address, str):
        return AccessListEntry(address=ip.block(address, name, ipv6=ipv6), enabled=True, description="")
    if not isinstance(address, Listed):
        raise TypeError(f"{name} must be a str or an AccessListEntry, not {type(address).__name__}")
    text = ip.block(address.address or "", f"{name}.address", ipv6=ipv6)
    return AccessListEntry(address=text, enabled=address.enabled is not False, description=address.description or "")
