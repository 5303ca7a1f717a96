"""The names of short-lived databases: prefix, owner, expiry and a random part.

An example is ``ci+mara+20261126T160000Z+7f3a``. The service has no tags, so a name holds what a
sweep has to know. It has at most 50 characters and only those that the service accepts. The expiry
is in UTC. The random part makes the name unique, so that a lost answer to the creation can be
settled.
"""

import getpass
import re
import secrets
from datetime import UTC, datetime
from typing import Final

import attrs

from astra_devops._runtime import checks

_LONGEST_PREFIX: Final = 12
_LONGEST_OWNER: Final = 15
_EXPIRY: Final = "%Y%m%dT%H%M%SZ"
_PART: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
_NAME: Final = re.compile(r"([A-Za-z0-9][A-Za-z0-9_.-]*)\+([A-Za-z0-9][A-Za-z0-9_.-]*)\+(\d{8}T\d{6}Z)\+[0-9a-f]{4}", re.ASCII)
_NOT_IN_A_PART: Final = re.compile(r"[^A-Za-z0-9_.-]+")


@attrs.frozen
class ShortLivedName:
    """What the name of a short-lived database says."""

    prefix: str
    owner: str
    expires_at: datetime


def new_name(prefix: str, owner: str, expires_at: datetime) -> str:
    """Return a new name. The expiry is cut to whole seconds."""
    return f"{prefix}+{owner}+{expires_at.astimezone(UTC).strftime(_EXPIRY)}+{secrets.token_hex(2)}"


def parse_name(name: str) -> ShortLivedName | None:
    """Read the name of a database; None if it is not that of a short-lived one."""
    match = _NAME.fullmatch(name)
    if match is None:
        return None
    try:
        expires_at = datetime.strptime(match[3], _EXPIRY).replace(tzinfo=UTC)
    except ValueError:
        return None
    return ShortLivedName(match[1], match[2], expires_at)


def check_prefix(prefix: str) -> str:
    """Check the first part of a name."""
    return _check_part(prefix, "prefix", _LONGEST_PREFIX)


def check_owner(owner: str) -> str:
    """Check the second part of a name."""
    return _check_part(owner, "owner", _LONGEST_OWNER)


def default_owner() -> str:
    """Return the user of this process, without characters that a name cannot have."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError, ImportError):
        user = ""  # A container may have no entry for its user.
    return _NOT_IN_A_PART.sub("-", user).strip("-_.")[:_LONGEST_OWNER] or "unknown"


def _check_part(value: str, argument: str, longest: int) -> str:
    if not _PART.fullmatch(checks.string(value, argument)) or len(value) > longest:
        raise ValueError(
            f"{argument} must be 1 to {longest} letters, digits and characters of '_.-', and start with a letter or digit, not {value!r}"
        )
    return value
