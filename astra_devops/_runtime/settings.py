"""The service's addresses, and the settings that are composed once when a client is created.

A wrong setting raises when the client is created, naming the argument.
"""

from collections.abc import Mapping
from typing import Final, Literal
from urllib.parse import urlsplit

from astra_devops._runtime import checks

Environment = Literal["prod", "dev", "test"]

ORIGINS: Final[Mapping[str, str]] = {
    "prod": "https://api.astra.datastax.com",
    "dev": "https://api.dev.cloud.datastax.com",
    "test": "https://api.test.cloud.datastax.com",
}


def origin(base_url: str | None, environment: str) -> str:
    """Return the URL that paths are appended to, with no slash at the end.

    Raises:
        TypeError: ``base_url`` is not a string.
        ValueError: ``base_url`` is not an http or https URL, is plain http to another machine, or
            has credentials, a query or a fragment; or ``environment`` is unknown.
    """
    if environment not in ORIGINS:
        raise ValueError(f"environment must be one of {', '.join(map(repr, ORIGINS))}, not {environment!r}")
    if base_url is None:
        return ORIGINS[environment]
    if not isinstance(base_url, str):
        raise TypeError(f"base_url must be a string, not {type(base_url).__name__}")
    base_url = base_url.strip()
    parts = urlsplit(base_url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("base_url must be an absolute http or https URL")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError("base_url must not contain credentials, a query or a fragment")
    checks.https_url(base_url, "base_url")
    # Clients in other languages expect a base URL with the API version; our paths include it.
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/').removesuffix('/v2')}"


def user_agent(version: str, suffix: str | None) -> str:
    """Return the value of the User-Agent header."""
    if suffix is None:
        return f"astra-devops/{version}"
    if not suffix.isprintable() or not suffix.isascii():
        raise ValueError("user_agent_suffix must contain printable ASCII characters only")
    return f"astra-devops/{version} {suffix}"
