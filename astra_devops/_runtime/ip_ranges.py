"""IP addresses and blocks as the service spells them. Pure functions."""

import ipaddress
from collections.abc import Iterable

Block = ipaddress.IPv4Network | ipaddress.IPv6Network


def block(text: str, name: str, *, ipv6: bool = False) -> str:
    """Check an address or block, and spell it as the service does: a bare address as the block of one.

    Raises:
        TypeError: it is not a string.
        ValueError: it is no address or block, is one of IPv6 where only IPv4 is taken, or has bits
            set behind its mask.
    """
    if not isinstance(text, str):
        raise TypeError(f"{name} must be a str, not {type(text).__name__}")
    network = read(text)
    if network is None:
        raise ValueError(f"{name} must be an IP address such as 203.0.113.7 or a block such as 10.0.0.0/8, not {text!r}")
    if network.version != 4 and not ipv6:
        raise ValueError(f"{name} must be of IPv4, which is all that the service takes here, not {text!r}")
    if "/" in text and ipaddress.ip_address(text.partition("/")[0]) != network.network_address:
        raise ValueError(f"{name}: {text!r} has bits set behind its mask; the block is {network}")
    return str(network)


def read(text: str | None) -> Block | None:
    """Read an address or block, whatever bits are set behind its mask; None if it is neither."""
    try:
        return ipaddress.ip_network(text, strict=False) if text else None
    except ValueError:
        return None


def spelled(text: str | None) -> str:
    """Spell an address that was read from the service like one that was checked, so that the two can be compared."""
    network = read(text)
    return str(network) if network else text or ""


def contains(blocks: Iterable[str | None], address: str, name: str) -> bool:
    """Say whether any of some blocks contains an address; what cannot be read contains nothing.

    Raises:
        TypeError: ``address`` is not a string.
        ValueError: ``address`` is not one IP address.
    """
    if not isinstance(address, str):
        raise TypeError(f"{name} must be a str, not {type(address).__name__}")
    try:
        wanted = ipaddress.ip_address(address)
    except ValueError:
        raise ValueError(f"{name} must be one IP address such as 203.0.113.7, not {address!r}") from None
    return any(wanted in network for network in map(read, blocks) if network)
