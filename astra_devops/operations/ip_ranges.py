"""IP addresses and blocks, in the form in which the service returns them. Pure functions."""

import ipaddress
from collections.abc import Iterable

Block = ipaddress.IPv4Network | ipaddress.IPv6Network


def block(text: str, name: str, *, ipv6: bool = False) -> str:
    """Check an address or block, and return it as a block, as the service does.

    Raises:
        TypeError: It is not a string.
        ValueError: It is not an address or block, is IPv6 where only IPv4 is accepted, or has bits
            set outside its mask.
    """
    if not isinstance(text, str):
        raise TypeError(f"{name} must be a string, not {type(text).__name__}")
    network = parse(text)
    if network is None:
        raise ValueError(f"{name} must be an IP address such as 203.0.113.7 or a block such as 10.0.0.0/8, not {text!r}")
    if network.version != 4 and not ipv6:
        raise ValueError(f"{name} must be an IPv4 address or block, since the service accepts no IPv6 here, not {text!r}")
    if "/" in text and ipaddress.ip_address(text.partition("/")[0]) != network.network_address:
        raise ValueError(f"{name}: {text!r} has bits set outside its mask; the block is {network}")
    return str(network)


def parse(text: str | None) -> Block | None:
    """Parse an address or block, ignoring bits outside its mask; return None if it is neither."""
    try:
        return ipaddress.ip_network(text, strict=False) if text else None
    except ValueError:
        return None


def normalize(text: str | None) -> str:
    """Return an address from the service in the form of a checked one, to compare the two."""
    network = parse(text)
    return str(network) if network else text or ""


def contains(blocks: Iterable[str | None], address: str, name: str) -> bool:
    """Return whether any of the blocks contains an address. A block that cannot be parsed does not.

    Raises:
        TypeError: ``address`` is not a string.
        ValueError: ``address`` is not a single IP address.
    """
    if not isinstance(address, str):
        raise TypeError(f"{name} must be a string, not {type(address).__name__}")
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        raise ValueError(f"{name} must be a single IP address such as 203.0.113.7, not {address!r}") from None
    return any(parsed in network for network in map(parse, blocks) if network)
