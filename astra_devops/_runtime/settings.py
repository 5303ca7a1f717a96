"""The service's addresses, and the settings that are composed once when a client is created.

A wrong setting raises when the client is created, naming the argument.
"""

import re
import sys
import warnings
from collections.abc import Mapping
from ssl import SSLContext
from typing import Final, Literal, TypeVar
from urllib.parse import urlsplit

from astra_devops._runtime import checks
from astra_devops._runtime.clock import Clock
from astra_devops._secret import Secret, hidden

T = TypeVar("T")
Environment = Literal["prod", "dev", "test"]

ORIGINS: Final[Mapping[str, str]] = {
    "prod": "https://api.astra.datastax.com",
    "dev": "https://api.dev.cloud.datastax.com",
    "test": "https://api.test.cloud.datastax.com",
}
TOKEN_VARIABLE: Final = "ASTRA_DB_APPLICATION_TOKEN"
LOG_VARIABLE: Final = "ASTRA_DEVOPS_LOG"
_HOST: Final = re.compile(r"[A-Za-z0-9._\-]+")


def origin(base_url: str | Secret | None, environment: str, allow_http: bool = False) -> str:
    """Return the URL that paths are appended to, with no slash at the end.

    Raises:
        TypeError: ``base_url`` is not a string, or ``allow_http`` is not a bool.
        ValueError: ``base_url`` is not an http or https URL, is plain http to another machine
            without ``allow_http``, or has credentials, a query or a fragment; or ``environment`` is
            unknown.
    """
    if not isinstance(environment, str) or environment not in ORIGINS:
        raise ValueError(f"environment must be one of {', '.join(map(repr, ORIGINS))}, not {environment!r}")
    checked_flag(allow_http, "allow_http")
    if base_url is None:
        return ORIGINS[environment]
    # A secret until it is known to hold no password, which a traceback with local variables shows.
    base_url = hidden(base_url)
    if not isinstance(base_url, Secret):
        raise TypeError(f"base_url must be a string, not {checks.type_name(base_url)}")
    base_url = Secret(base_url.reveal().strip())
    if problem := _problem(base_url):
        raise ValueError(f"base_url must {problem}")
    parts = urlsplit(base_url.reveal())
    checks.https_url(base_url.reveal(), "base_url", [parts.hostname or ""] if allow_http else ())
    # Clients in other languages expect a base URL with the API version; our paths include it.
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/').removesuffix('/v2')}"


def _problem(base_url: Secret) -> str | None:
    """Return what the address must be and is not; None if it can be used."""
    address = base_url.reveal()
    # urlsplit() silently drops line breaks, and takes a backslash for a part of the host.
    if not address.isascii() or not address.isprintable() or any(char in address for char in " \\"):
        return "be ASCII, without white space, control characters and backslashes"
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return "have a host that can be read, and a port from 1 to 65535"
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return "be an absolute http or https URL"
    if "@" in parts.netloc or parts.query or parts.fragment:
        return "not contain credentials, a query or a fragment"
    if port == 0 or parts.netloc.endswith(":") or not (_HOST.fullmatch(parts.hostname) or ":" in parts.hostname):
        return "have a host that can be read, and a port from 1 to 65535"
    return None


def plain_hosts(origin: str) -> frozenset[str]:
    """Return the host of the service if plain http to it has been allowed, and warn of it.

    The same host serves presigned URLs and data endpoints, if it is an emulator.
    """
    parts = urlsplit(origin)
    host = parts.hostname or ""
    if parts.scheme == "https" or checks.is_loopback(host):
        return frozenset()
    warnings.warn(f"allow_http: the token is sent to {host} unencrypted; use it with an emulator only", UserWarning, user_level())
    return frozenset({host})


def checked_ssl_context(context: SSLContext | None) -> SSLContext | None:
    """Check the SSL context. False, which stands for "no check" in aiohttp, is not accepted."""
    if context is not None and not isinstance(context, SSLContext):
        raise TypeError(f"ssl_context must be an ssl.SSLContext, not {type(context).__name__}")
    return context


def checked_factory(factory: T) -> T:
    """Check that the session factory is a function."""
    if factory is not None and not callable(factory):
        raise TypeError(f"session_factory must be a function that returns a session, not {type(factory).__name__}")
    return factory


def checked_flag(value: bool, name: str) -> bool:
    """Check a setting that is on or off."""
    if not isinstance(value, bool):
        raise TypeError(f"{name} must be True or False, not {type(value).__name__}")
    return value


def user_level() -> int:
    """Return the stack level of the code that made the client, as warnings count it."""
    frame, level = sys._getframe(1), 1
    while frame.f_back is not None and frame.f_globals.get("__name__", "").partition(".")[0] == __name__.partition(".")[0]:
        frame, level = frame.f_back, level + 1
    return level


def user_agent(version: str, suffix: str | None) -> str:
    """Return the value of the User-Agent header."""
    if suffix is None:
        return f"astra-devops/{version}"
    if not isinstance(suffix, str):
        raise TypeError(f"user_agent_suffix must be a string, not {type(suffix).__name__}")
    if not suffix.strip() or not suffix.isprintable() or not suffix.isascii():
        raise ValueError("user_agent_suffix must contain printable ASCII characters only, and at least one")
    return f"astra-devops/{version} {suffix}"


def checked_clock(clock: Clock) -> Clock:
    """Return a clock, checked for the methods that it must have.

    Raises:
        TypeError: ``clock`` lacks one of them.
    """
    if isinstance(clock, type) or not all(callable(getattr(clock, method, None)) for method in ("monotonic", "now", "sleep")):
        raise TypeError(f"clock must have the methods monotonic, now and sleep, as SystemClock() does; got {type(clock).__name__}")
    return clock
