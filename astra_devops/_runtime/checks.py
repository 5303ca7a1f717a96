"""Checks of arguments, shared by the client's settings and its resources.

Each returns the checked value, or raises an error that names the argument. Nothing has been sent
by then.
"""

import ipaddress
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Final, TypeVar
from urllib.parse import urlsplit

from astra_devops._secret import Secret

T = TypeVar("T")
V = TypeVar("V")

_DATABASE_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9&+\-_()<>.,@]{0,48}[A-Za-z0-9]")
_KEYSPACE_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_]{0,47}")
_RESERVED_KEYSPACES: Final = frozenset({"dse", "system"})
_PROVIDERS: Final = ("AWS", "AZURE", "GCP")
_HEADER_NAME: Final = re.compile(r"[A-Za-z0-9!#$%&'*+\-.^_`|~]+")
_HEADER_VALUE: Final = re.compile(r"[^\x00-\x08\x0a-\x1f\x7f\ud800-\udfff]*")
_CLIENT_HEADERS: Final = frozenset({"authorization", "host", "content-length", "content-type", "transfer-encoding", "accept-encoding"})


def optional(check: Callable[[V, str], T], value: V | None, name: str) -> T | None:
    """Apply a check to an argument that may be left out: None stays None."""
    return None if value is None else check(value, name)


def string(value: str, name: str) -> str:
    """Check a string that must not be blank."""
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a string, not {type(value).__name__}")
    if not value.strip():
        raise ValueError(f"{name} must not be empty")
    return value


def strings(value: Iterable[str], name: str, *, at_least: int = 0) -> list[str]:
    """Check a list of strings that must not be blank, and return it as a list.

    A single string is refused, although Python would take it for a list of letters.

    Raises:
        TypeError: ``value`` is a single string or not iterable, or an item is not a string.
        ValueError: An item is blank, or there are fewer than ``at_least`` items.
    """
    if isinstance(value, str):
        raise TypeError(f"{name} must be a list of strings, not a single string")
    if not isinstance(value, Iterable):
        raise TypeError(f"{name} must be a list of strings, not {type(value).__name__}")
    items = [string(item, f"{name}[{index}]") for index, item in enumerate(value)]
    if len(items) < at_least:
        raise ValueError(f"{name} must not be empty" if at_least == 1 else f"{name} must have at least {at_least} items, not {len(items)}")
    return items


def integer(value: int, name: str, least: int, most: int) -> int:
    """Check an integer that must be from ``least`` to ``most``."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{name} must be an integer, not {type(value).__name__}")
    if not least <= value <= most:
        raise ValueError(f"{name} must be from {least} to {most}, not {value}")
    return value


def positive(value: float, name: str) -> float:
    """Check a number of seconds, or a count, that must be finite and greater than 0."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(f"{name} must be a number, not {type(value).__name__}")
    if not 0 < value < float("inf"):
        raise ValueError(f"{name} must be finite and greater than 0, not {value!r}")
    return value


def moment(value: datetime, name: str) -> datetime:
    """Check a datetime, which must have a time zone."""
    if not isinstance(value, datetime):
        raise TypeError(f"{name} must be a datetime, not {type(value).__name__}")
    if value.utcoffset() is None:
        raise ValueError(f"{name} must have a time zone, as in datetime.now(UTC)")
    return value


def secret(value: str | Secret, name: str) -> Secret:
    """Check a secret that must not be empty or redacted, and return it as a ``Secret``."""
    if not isinstance(value, str | Secret):
        raise TypeError(f"{name} must be a string or a Secret, not {type(value).__name__}")
    if not value:
        raise ValueError(f"{name} must not be empty or redacted")
    return value if isinstance(value, Secret) else Secret(value)


def database_name(value: str) -> str:
    """Check a database name against the rules that the service documents."""
    if not _DATABASE_NAME.fullmatch(string(value, "name")):
        raise ValueError("name must be 2 to 50 letters, digits and characters of '&+-_()<>.,@', and start and end with a letter or digit")
    return value


def keyspace_name(value: str, argument: str = "name") -> str:
    """Check a keyspace name against the rules that the service documents."""
    if not _KEYSPACE_NAME.fullmatch(string(value, argument)):
        raise ValueError(f"{argument} must be 1 to 48 letters, digits and underscores, and start with a letter or digit")
    if value.lower() in _RESERVED_KEYSPACES:
        raise ValueError(f"{argument} must not be {value!r}, which the database reserves")
    return value


def provider(value: str, argument: str = "cloud_provider") -> str:
    """Check a cloud provider in any case, and return it in upper case, as most endpoints expect."""
    if string(value, argument).upper() not in _PROVIDERS:
        raise ValueError(f"{argument} must be one of {', '.join(_PROVIDERS)} in any case, not {value!r}")
    return value.upper()


def https_url(value: str, name: str, plain_hosts: Iterable[str] = ()) -> str:
    """Check a URL that must use https, unless its host is this machine or one of ``plain_hosts``."""
    parts = urlsplit(value)
    host = parts.hostname or ""
    if parts.scheme != "https" and not is_loopback(host) and host not in plain_hosts:
        raise ValueError(f"{name} must be an https URL; plain http is accepted for this machine only, or with allow_http=True")
    return value


def is_loopback(host: str) -> bool:
    """Return whether a host name or IP address is this machine's own."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def headers(value: Mapping[str, str]) -> dict[str, str]:
    """Check the user's own headers, which must not replace those that the client sets."""
    for name, text in value.items():
        if not isinstance(name, str) or not isinstance(text, str):
            raise TypeError("headers must map strings to strings")
        if not _HEADER_NAME.fullmatch(name):
            raise ValueError(f"headers must have names of letters, digits and the characters !#$%&'*+-.^_`|~, not {name!r}")
        if name.lower() in _CLIENT_HEADERS:
            raise ValueError(f"headers must not contain {name}: the client sets it")
        if not _HEADER_VALUE.fullmatch(text):
            raise ValueError(
                f"headers must have values without line breaks, other control characters and half surrogates, unlike that of {name}"
            )
    return dict(value)
