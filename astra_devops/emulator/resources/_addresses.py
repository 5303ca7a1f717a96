"""Entries of access lists: of databases and of the DevOps API."""

import ipaddress
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import attrs

from astra_devops.emulator import replies
from astra_devops.emulator.world import World, plain_refusal


@attrs.frozen
class Entry:
    """One address or block, as the service stores it."""

    address: str
    description: str
    enabled: bool
    changed: datetime
    created: datetime

    def admits(self, sender: str) -> bool:
        """Return whether the entry is enabled and contains an address."""
        return self.enabled and ipaddress.ip_address(sender) in ipaddress.ip_network(self.address)


Entries = tuple[Entry, ...]


def objection(address: str) -> str | None:
    """Return what is wrong with an address, or None if it is valid."""
    try:
        ipaddress.ip_network(address, strict=False)
    except ValueError:
        return f"{address} is not a valid address"
    return None


def stored_address(world: World, address: str) -> str:
    """Return an address as the service stores it: without a mask it becomes a block of one."""
    network = ipaddress.ip_network(address, strict=False)
    bare = network.num_addresses == 1 and not world.quirks.bare_address_with_mask
    return str(network.network_address) if bare else str(network)


def read_entry(world: World, item: Mapping[str, Any]) -> Entry:
    """Read one entry of a request body.

    Raises:
        Refusal: The address is missing or not valid.
    """
    address = str(item.get("address", ""))
    if (problem := objection(address)) is not None:
        raise plain_refusal(world, 400, problem)
    now = world.clock.now()
    return Entry(stored_address(world, address), str(item.get("description", "")), bool(item.get("enabled", True)), now, now)


def merge_entries(old: Entries, new: Iterable[Entry]) -> Entries:
    """Return the old entries with the new ones merged in.

    A new entry replaces the one with the same address, and keeps its time of creation. An entry
    with another address goes to the end.
    """
    by_address = {entry.address: entry for entry in old}
    for entry in new:
        replaced = by_address.get(entry.address)
        by_address[entry.address] = entry if replaced is None else attrs.evolve(entry, created=replaced.created)
    return tuple(by_address.values())


def format_time(world: World, time: datetime) -> str:
    """Format a time as access lists do: as Go prints one by default, which is not RFC 3339."""
    if not world.quirks.go_times_in_access_lists:
        return replies.timestamp(time)
    return f"{time:%Y-%m-%d %H:%M:%S}.{time.microsecond // 1000:03d} +0000 UTC"
