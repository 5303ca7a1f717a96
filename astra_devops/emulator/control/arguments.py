"""The arguments of control requests: JSON objects whose every member is checked by name."""

import math
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from astra_devops._json_bytes import codec
from astra_devops._json_bytes.reading import problem

Check = Callable[[str, Any], Any]
"""Takes the name and value of an argument; returns the value, or raises ValueError."""


def read(body: bytes) -> Any:
    """Read the JSON document of a body.

    Raises:
        ValueError: It is not JSON.
    """
    try:
        return codec.loads(body)
    except codec.JSONDecodeError:
        raise ValueError(f"the body must be JSON: {problem(body)}" if body else "the body must be JSON, but it is empty") from None


def arguments(body: bytes, required: Mapping[str, Check], optional: Mapping[str, Check] | None = None) -> dict[str, Any]:
    """Read an object that has some arguments and may have others.

    Raises:
        ValueError: It is not such an object.
    """
    document, checks = read(body), {**required, **(optional or {})}
    if not isinstance(document, dict):
        raise ValueError(f"the body must be a JSON object with {', '.join(checks)}")
    for name in document:
        if name not in checks:
            raise ValueError(f"{name!r} is not an argument; the arguments are {', '.join(checks)}")
    for name in required:
        if name not in document:
            raise ValueError(f"{name!r} is missing")
    return {name: checks[name](name, value) for name, value in document.items()}


def string(name: str, value: Any) -> str:
    """Check a string."""
    if not isinstance(value, str):
        raise ValueError(f"{name} must be a string, not {value!r}")
    return value


def strings(name: str, value: Any) -> list[str]:
    """Check a list of strings."""
    if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
        raise ValueError(f"{name} must be a list of strings, not {value!r}")
    return value


def seconds(name: str, value: Any) -> float:
    """Check a number of seconds."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= _LONGEST:
        raise ValueError(f"{name} must be a number of seconds from 0 to {_LONGEST:g}, not {value!r}")
    return float(value)


def moment(name: str, value: Any) -> datetime:
    """Check a time of day, such as ``2026-01-01T00:00:00Z``."""
    try:
        return datetime.fromisoformat(string(name, value))
    except ValueError:
        raise ValueError(f"{name} must be a time such as '2026-01-01T00:00:00Z', not {value!r}") from None


_LONGEST: Final = math.ceil(100 * 365.25 * 86_400)
"""A hundred years: beyond some point a clock has no date."""
