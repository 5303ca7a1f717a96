"""Checks of arguments, shared by the client's settings and its resources.

Each returns the checked value, or raises an error that names the argument. Nothing has been sent
by then.
"""

import ipaddress
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from enum import Enum
from typing import Final, TypeVar
from urllib.parse import urlsplit

from astra_devops._json.convert import writing
from astra_devops._secret import Secret, uncovered

T = TypeVar("T")
V = TypeVar("V")

_DATABASE_NAME: Final = r"[A-Za-z0-9][A-Za-z0-9&+\-_()<>.,@]{0,48}[A-Za-z0-9]"
_KEYSPACE_NAME: Final = r"[A-Za-z0-9][A-Za-z0-9_]{0,47}"
_RESERVED_KEYSPACES: Final = frozenset({"dse", "system"})
_CONTROL: Final = r"[\x00-\x1f\x7f]"
_SURROGATE: Final = "[\ud800-\udfff]"
_TOKEN: Final = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
_PROVIDERS: Final = ("AWS", "AZURE", "GCP")
_CLIENT_HEADERS: Final = frozenset({"authorization", "host", "content-length", "content-type", "transfer-encoding", "accept-encoding"})


def optional(check: Callable[[V, str], T], value: V | None, name: str) -> T | None:
    """Apply a check to an argument that may be left out: None stays None."""
    return None if value is None else check(value, name)


def text(value: str, name: str) -> str:
    """Check a string that may be empty."""
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a string, not {type_name(value)}")
    return _sendable(value, name)


def string(value: str, name: str) -> str:
    """Check a string that must not be blank."""
    if not text(value, name).strip():
        raise ValueError(f"{name} must not be empty")
    return value


def choice(value: str, name: str, kind: type[Enum]) -> str:
    """Check a string that is one of an enum, or one that this version does not know.

    The member of another enum is a mistake.
    """
    if isinstance(value, Enum) and not isinstance(value, kind):
        raise TypeError(f"{name} must be a {kind.__name__} or a string, not {type_name(value)}")
    return string(value, name)


def identifier(value: str, name: str) -> str:
    """Check an id, or a name that becomes a segment of a path.

    Servers and proxies resolve ``.`` and ``..`` to another path, and nothing has control characters
    in its id: a line break is left over from the file that the id was read from. A token is refused
    because logs of this client, of proxies and of the service show paths.
    """
    if text(value, name).lstrip().startswith("AstraCS:"):
        raise ValueError(f"{name} must be an id, not a token")
    if string(value, name) in (".", ".."):
        raise ValueError(f"{name} must not be empty, '.' or '..'")
    if re.search(_CONTROL, value):
        raise ValueError(f"{name} must not contain control characters such as line breaks")
    return value


def flag(value: bool, name: str) -> bool:
    """Check a bool. Numbers and strings are refused, although Python would take them for one."""
    if not isinstance(value, bool):
        raise TypeError(f"{name} must be True or False, not {type_name(value)}")
    return value


def instance(value: T, name: str, cls: type[T]) -> T:
    """Check an object that must be an instance of a class."""
    if not isinstance(value, cls):
        raise TypeError(f"{name} must be a {cls.__name__}, not {type_name(value)}")
    return value


def model(value: T, name: str, cls: type[T]) -> T:
    """Check a model to be sent, and each of its fields.

    Raises:
        TypeError: It is not an instance of ``cls``, or a field has the wrong type.
        ValueError: A field has a value that cannot be sent.
    """
    writing.unstructure(instance(value, name, cls), name)
    return value


def callback(value: V, name: str) -> V:
    """Check a function."""
    if not callable(value):
        raise TypeError(f"{name} must be callable, not {type_name(value)}")
    return value


def mapping(value: Mapping[str, V], name: str) -> dict[str, V]:
    """Check a mapping with names as keys, and return it as a dict."""
    if not isinstance(value, Mapping):
        raise TypeError(f"{name} must be a mapping of names to values, not {type_name(value)}")
    return {string(key, f"{name}: a key"): item for key, item in value.items()}


def items(value: Iterable[T], name: str, kind: str, *, at_least: int = 0) -> list[T]:
    """Check a list of anything, and return it as a list.

    A single string and a mapping are refused, although Python would iterate over their letters and
    keys.

    Raises:
        TypeError: ``value`` is a single string, a mapping or not iterable.
        ValueError: There are fewer than ``at_least`` items.
    """
    if isinstance(value, str):
        raise TypeError(f"{name} must be a list of {kind}, not a single string")
    if isinstance(value, bytes | Mapping) or not isinstance(value, Iterable):
        raise TypeError(f"{name} must be a list of {kind}, not {type_name(value)}")
    checked = list(value)
    if len(checked) < at_least:
        found = "must not be empty" if at_least == 1 else f"must have at least {at_least} items, not {len(checked)}"
        raise ValueError(f"{name} {found}")
    return checked


def strings(value: Iterable[str], name: str, *, at_least: int = 0) -> list[str]:
    """Check a list of strings that must not be blank, and return it as a list.

    Raises:
        TypeError: ``value`` is a single string or not iterable, or an item is not a string.
        ValueError: An item is blank, or there are fewer than ``at_least`` items.
    """
    return [string(item, f"{name}[{index}]") for index, item in enumerate(items(value, name, "strings", at_least=at_least))]


def objects(value: Iterable[T], name: str, cls: type[T], *, at_least: int = 0) -> list[T]:
    """Check a list of instances of a class, and return it as a list.

    Raises:
        TypeError: ``value`` is a single object or not iterable, or an item is of another class.
        ValueError: There are fewer than ``at_least`` items.
    """
    checked = items(value, name, f"{cls.__name__} objects", at_least=at_least)
    return [instance(item, f"{name}[{index}]", cls) for index, item in enumerate(checked)]


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
    if not 0 < value <= sys.float_info.max:
        raise ValueError(f"{name} must be finite and greater than 0, not {value!r}")
    return value


def not_negative(value: float, name: str) -> float:
    """Check a number of seconds that must be finite and not less than 0."""
    return value if value == 0 and not isinstance(value, bool) else positive(value, name)


def moment(value: datetime, name: str) -> datetime:
    """Check a datetime, which must have a time zone."""
    if not isinstance(value, datetime):
        raise TypeError(f"{name} must be a datetime, not {type(value).__name__}")
    if value.utcoffset() is None:
        raise ValueError(f"{name} must have a time zone, as in datetime.now(UTC)")
    try:
        value.astimezone(UTC)
    except (OverflowError, ValueError):
        raise ValueError(f"{name} must be a time that UTC can express, not {value.isoformat()}") from None
    return value


def secret(value: str | Secret, name: str) -> Secret:
    """Check a secret that must not be empty or redacted, and return it as a ``Secret``."""
    if not isinstance(value, str | Secret):
        raise TypeError(f"{name} must be a string or a Secret, not {type_name(value)}")
    checked = value if isinstance(value, Secret) else Secret(value)
    if not checked or not checked.reveal().strip():
        raise ValueError(f"{name} must not be empty or redacted")
    _sendable(checked.reveal(), name)
    return checked


def database_name(value: str) -> str:
    """Check a database name against the rules that the service documents."""
    if not re.fullmatch(_DATABASE_NAME, string(value, "name")):
        raise ValueError("name must be 2 to 50 letters, digits and characters of '&+-_()<>.,@', and start and end with a letter or digit")
    return value


def keyspace_name(value: str, argument: str = "name") -> str:
    """Check a keyspace name against the rules that the service documents."""
    if not re.fullmatch(_KEYSPACE_NAME, string(value, argument)):
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
    """Check a URL: it must use https unless its host is this machine or a plain host."""
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


def headers(value: object) -> dict[str, str | Secret]:
    """Check the user's own headers, which must not replace those that the client sets.

    Names are tokens of HTTP (RFC 9110, section 5.6.2); values have no control characters but tabs.
    They may be credentials, so no frame that shows them is in the traceback of the error.
    """
    if problem := _problem_of_headers(uncovered(value)):
        raise problem
    return dict(uncovered(value))


def _problem_of_headers(value: object) -> Exception | None:
    if not isinstance(value, Mapping):
        return TypeError(f"headers must be a mapping of names to values, not {type_name(value)}")
    return next((problem for name in value if (problem := _problem_of_header(name, value[name]))), None)


def _problem_of_header(name: object, content: object) -> Exception | None:
    content = content.reveal() if isinstance(content, Secret) else content
    if not isinstance(name, str) or not isinstance(content, str):
        return TypeError("headers must map strings to strings or Secrets")
    if not re.fullmatch(_TOKEN, name):
        return ValueError(f'headers must have names of ASCII letters, digits and characters of "!#$%&\'*+-.^_`|~", not {name!r}')
    if name.lower() in _CLIENT_HEADERS:
        return ValueError(f"headers must not contain {name}: the client sets it")
    if re.search(_CONTROL, content.replace("\t", " ")):
        return ValueError(f"headers must not contain line breaks or other control characters ({name!r})")
    return problem_of_text(content, f"headers[{name!r}]")


def _sendable(value: str, name: str) -> str:
    """Check that a text can be written as UTF-8 and has no NUL, which ends strings elsewhere."""
    if problem := problem_of_text(value, name):
        raise problem
    return value


def problem_of_text(value: str, name: str) -> ValueError | None:
    """Return why a text cannot be sent; None if it can be."""
    if "\0" in value:
        return ValueError(f"{name} must not contain NUL characters")
    if not value.isascii() and re.search(_SURROGATE, value):
        return ValueError(f"{name} must not contain unpaired surrogates, which cannot be written as UTF-8")
    return None


def type_name(value: object) -> str:
    """Return the name of the type of an argument."""
    return type(uncovered(value)).__name__
