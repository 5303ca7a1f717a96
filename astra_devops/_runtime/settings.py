"""Checks of a client's settings: everything wrong is said at construction, by the name of the argument."""

import ipaddress
from collections.abc import Mapping
from typing import Final, Literal
from urllib.parse import urlsplit

Environment = Literal["prod", "dev", "test"]

ORIGINS: Final[Mapping[str, str]] = {
    "prod": "https://api.astra.datastax.com",
    "dev": "https://api.dev.cloud.datastax.com",
    "test": "https://api.test.cloud.datastax.com",
}

_OURS: Final = frozenset({"authorization", "host", "content-length", "content-type", "transfer-encoding", "accept-encoding"})


def origin(base_url: str | None, environment: str) -> str:
    """Return the scheme and host that paths are appended to.

    Raises:
        ValueError: the address is not one, or is plain http to another machine.
    """
    if environment not in ORIGINS:
        raise ValueError(f"environment must be one of {', '.join(map(repr, ORIGINS))}, not {environment!r}")
    if base_url is None:
        return ORIGINS[environment]
    if not isinstance(base_url, str):
        raise TypeError(f"base_url must be a str, not {type(base_url).__name__}")
    parts = urlsplit(base_url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("base_url must be an absolute http or https address")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError("base_url must not carry credentials, a query or a fragment")
    check_tls(base_url, "base_url")
    # Clients of other languages take the address with its version; the contract's paths bring their
    # own.
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/').removesuffix('/v2')}"


def check_tls(url: str, name: str) -> None:
    """Refuse plain http, except to this machine."""
    parts = urlsplit(url)
    if parts.scheme != "https" and not is_loopback(parts.hostname or ""):
        raise ValueError(f"{name} must be https: plain http is for this machine only")


def is_loopback(host: str) -> bool:
    """Say whether a host name or address is this machine's own."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def positive(value: float, name: str) -> float:
    """Check a number of seconds, or a count."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(f"{name} must be a number, not {type(value).__name__}")
    if not 0 < value < float("inf"):
        raise ValueError(f"{name} must be greater than 0 and finite, not {value!r}")
    return value


def checked_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Check headers of the user's own."""
    for name, value in headers.items():
        if not isinstance(name, str) or not isinstance(value, str):
            raise TypeError("headers must map str to str")
        if name.lower() in _OURS:
            raise ValueError(f"headers must not set {name}: this client does")
        if any(char in name + value for char in "\r\n\0"):
            raise ValueError(f"headers must not contain line breaks ({name!r})")
    return dict(headers)


def user_agent(version: str, suffix: str | None) -> str:
    """Compose the User-Agent header."""
    if suffix is None:
        return f"astra-devops/{version}"
    if not suffix.isprintable() or not suffix.isascii():
        raise ValueError("user_agent_suffix must be printable ASCII")
    return f"astra-devops/{version} {suffix}"
