"""Under which names an emulator can be reached."""

import ipaddress
import re
from collections.abc import Collection
from contextvars import ContextVar
from typing import Final

_NAME: Final = re.compile(r"|[a-z0-9_]([a-z0-9._-]*[a-z0-9_.])?", re.IGNORECASE | re.ASCII)
_USABLE: Final = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}
requested_host: ContextVar[str | None] = ContextVar("astra_devops_emulator_host", default=None)
"""The host that the request which is being answered was sent to, with brackets around IPv6."""


def check_host(host: str, name: str = "host") -> str:
    """Return an address or a name to listen on or to answer to, without the brackets of IPv6.

    Raises:
        TypeError: It is not a string.
        ValueError: It is neither an address nor a name: it has a scheme or a port, for example.
    """
    if not isinstance(host, str):
        raise TypeError(f"{name} must be a string, not {type(host).__name__}")
    bare = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    try:
        return str(ipaddress.ip_address(bare))
    except ValueError:
        pass
    if bare != host or not _NAME.fullmatch(host):
        raise ValueError(f"{name} must be an address or a host name without scheme and port, not {host!r}")
    return host.lower()


def is_any(host: str) -> bool:
    """Return whether this address stands for all addresses of the machine."""
    return host in _USABLE


def url(host: str, port: int) -> str:
    """Return a URL that this machine can use: all addresses become the loopback one."""
    return f"http://{bracketed(_USABLE.get(host, host))}:{port}"


def bracketed(host: str) -> str:
    """Put an IPv6 address into brackets."""
    return f"[{host}]" if ":" in host and not host.startswith("[") else host


def is_loopback(host: str) -> bool:
    """Return whether a name or address is this machine's own."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def host_of(header: str) -> str:
    """Return the host of a ``Host`` header, without the port, in lower case."""
    name, colon, port = header.strip().lower().rpartition(":")
    host = name if colon and port.isdecimal() else header.strip().lower()
    return host.rstrip(".")


def check_allowed(names: Collection[str]) -> tuple[str, ...]:
    """Return further names to answer to.

    Raises:
        TypeError: ``allowed_hosts`` is a single string, or a name is not a string.
        ValueError: One is neither an address nor a name.
    """
    if isinstance(names, str):
        raise TypeError("allowed_hosts must be a list of names, not a single string")
    return tuple(check_host(name, "each of allowed_hosts") for name in names)


class Names:
    """The names that a server answers to.

    A page in a browser may let its own name lead to this machine, and would then read and change
    everything here. So a server that listens on loopback answers to loopback names only, and to
    those that were allowed.
    """

    def __init__(self, host: str, allowed: Collection[str] = ()) -> None:
        names = check_allowed(allowed)
        self._is_open: bool = not is_loopback(host) and not allowed
        self._allowed: frozenset[str] = frozenset(bracketed(name).rstrip(".") for name in (host, *names))

    def refusal(self, header: str | None) -> str | None:
        """Return why a request with this ``Host`` header is refused; None if it is not."""
        if self._is_open or header is None:
            return None
        host = host_of(header)
        if is_loopback(host) or host in self._allowed:
            return None
        return f"this emulator does not answer to the host {host[:100]!r}; to allow it, start it with --allow-host or allowed_hosts="
