"""Entries of access lists, those of databases and that of the DevOps API."""

import ipaddress
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import attrs

from astra_devops.emulator import replies
from astra_devops.emulator.world import World, plain_refusal


@attrs.frozen
class Entry:
    """One address or block, as the service keeps it."""

    address: str
    description: str
    enabled: bool
    changed: datetime
    created: datetime

    def lets_in(self, sender: str) -> bool:
        """Tell whether the entry counts and contains an address."""
        return self.enabled and ipaddress.ip_address(sender) in ipaddress.ip_network(self.address)


Entries = tuple[Entry, ...]


def objection(address: str) -> str | None:
    """Say what is wrong with an address, or None."""
    try:
        ipaddress.ip_network(address, strict=False)
    except ValueError:
        return f"{address} is not a valid address"
    return None


def spelled(world: World, address: str) -> str:
    """Spell an address as it is kept: a bare one is a block of one."""
    network = ipaddress.ip_network(address, strict=False)
    bare = network.num_addresses == 1 and not world.quirks.bare_address_with_mask
    return str(network.network_address) if bare else str(network)


def read(world: World, item: Mapping[str, Any]) -> Entry:
    """Read one entry of a body.

    Raises:
        Refusal: it has no address, or what it has is none.
    """
    address = str(item.get("address", ""))
    if (problem := objection(address)) is not None:
        raise plain_refusal(world, 400, problem)
    now = world.clock.now()
    return Entry(spelled(world, address), str(item.get("description", "")), bool(item.get("enabled", True)), now, now)


def merged(old: Entries, new: Iterable[Entry]) -> Entries:
    """Lay entries over others: one with the same address takes its place, any other goes to the end."""
    found = {entry.address: entry for entry in old}
    for entry in new:
        known = found.get(entry.address)
        found[entry.address] = entry if known is None else attrs.evolve(entry, created=known.created)
    return tuple(found.values())


def moment(world: World, when: datetime) -> str:
    """Spell a time in the way of access lists: as Go prints one by default, which is not RFC 3339."""
    if not world.quirks.go_times_in_access_lists:
        return replies.timestamp(when)
    return f"{when:%Y-%m-%d %H:%M:%S}.{when.microsecond // 1000:03d} +0000 UTC"
