"""Checks of arguments that several resources take.

Each error names the argument; nothing has been sent by then.
"""

import re
from datetime import datetime
from typing import Final

from astra_devops._secret import Secret

_DATABASE_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9&+\-_()<>.,@]{0,48}[A-Za-z0-9]")
_KEYSPACE_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_]{0,47}")
_RESERVED_KEYSPACES: Final = frozenset({"dse", "system"})
_PROVIDERS: Final = ("AWS", "AZURE", "GCP")


def string(value: str, name: str) -> str:
    """Check a string that must say something."""
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a str, not {type(value).__name__}")
    if not value.strip():
        raise ValueError(f"{name} must not be empty")
    return value


def integer(value: int, name: str, least: int, most: int) -> int:
    """Check a whole number."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{name} must be an int, not {type(value).__name__}")
    if not least <= value <= most:
        raise ValueError(f"{name} must be from {least} to {most}, not {value}")
    return value


def moment(value: datetime, name: str) -> datetime:
    """Check a point in time, which must have a time zone."""
    if not isinstance(value, datetime):
        raise TypeError(f"{name} must be a datetime, not {type(value).__name__}")
    if value.utcoffset() is None:
        raise ValueError(f"{name} must have a time zone, as in datetime.now(UTC)")
    return value


def secret(value: str | Secret, name: str) -> Secret:
    """Check a secret that must say something, and hide it from view."""
    if not isinstance(value, str | Secret):
        raise TypeError(f"{name} must be a str or a Secret, not {type(value).__name__}")
    if not value:
        raise ValueError(f"{name} must not be empty, nor withheld by where it came from")
    return value if isinstance(value, Secret) else Secret(value)


def database_name(value: str) -> str:
    """Check the name of a database, by the rules of the service's documentation."""
    if not _DATABASE_NAME.fullmatch(string(value, "name")):
        raise ValueError("name must be 2 to 50 letters, digits and characters of '&+-_()<>.,@', and start and end with a letter or digit")
    return value


def keyspace_name(value: str, argument: str = "name") -> str:
    """Check the name of a keyspace, by the rules of the service's documentation."""
    if not _KEYSPACE_NAME.fullmatch(string(value, argument)):
        raise ValueError(f"{argument} must be at most 48 letters, digits and underscores, and start with a letter or digit")
    if value.lower() in _RESERVED_KEYSPACES:
        raise ValueError(f"{argument} must not be {value!r}, which the database keeps for itself")
    return value


def provider(value: str, argument: str = "cloud_provider") -> str:
    """Check a cloud provider, in any case, and return it in upper case, as most of the service wants it."""
    if string(value, argument).upper() not in _PROVIDERS:
        raise ValueError(f"{argument} must be one of {', '.join(_PROVIDERS)} in any case, not {value!r}")
    return value.upper()
