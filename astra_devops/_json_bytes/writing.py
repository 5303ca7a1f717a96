"""Writing JSON with the standard library, where orjson is not installed.

Accepts and refuses what orjson does, with the same words. The encoder of the standard library
would write NaN, numbers of any size and half a surrogate pair, and some floats in other digits.
"""

import dataclasses
import math
from collections.abc import Iterable
from datetime import date, datetime, time
from enum import Enum
from json.encoder import encode_basestring
from typing import Any, Final
from uuid import UUID

_DEEPEST: Final = 254
_LEAST: Final = -(2**63)
_MOST: Final = 2**64 - 1


def dumps(value: object) -> bytes:
    """Return a value as JSON in UTF-8, without white space.

    NaN and infinities become null.

    Raises:
        TypeError: A value cannot be written.
    """
    return _encode(value, "")


def dumps_indented(value: object) -> bytes:
    """Return a value as JSON in UTF-8, for people: a line per value, indented by two spaces.

    Raises:
        TypeError: A value cannot be written.
    """
    return _encode(value, "\n")


def _encode(value: object, newline: str) -> bytes:
    try:
        return _write(value, newline, 0).encode()
    except UnicodeEncodeError:
        message = "str is not valid UTF-8: surrogates not allowed"
    except RecursionError:
        message = "Recursion limit reached"
    raise TypeError(message)


def _write(value: Any, newline: str, depth: int) -> str:
    if isinstance(value, str):
        return encode_basestring(value)
    if value is None or isinstance(value, bool):
        return "null" if value is None else "true" if value else "false"
    if isinstance(value, Enum):
        return _write(value.value, newline, depth)
    if isinstance(value, int):
        if not _LEAST <= value <= _MOST:
            raise TypeError("Integer exceeds 64-bit range")
        return int.__repr__(value)
    if type(value) is float:
        return _write_float(value)
    if isinstance(value, dict):
        return _write_object(value.items(), newline, depth)
    if isinstance(value, list) or type(value) is tuple:
        inner = newline and newline + "  "
        return _join("[]", [_write(item, inner, _deeper(depth)) for item in value], newline)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return _write_object(_attributes(value), newline, depth)
    return encode_basestring(_special(value))


def _write_object(items: Iterable[tuple[Any, Any]], newline: str, depth: int) -> str:
    inner = newline and newline + "  "
    colon = ": " if newline else ":"
    return _join("{}", [f"{_write_key(key)}{colon}{_write(item, inner, _deeper(depth))}" for key, item in items], newline)


def _write_key(key: object) -> str:
    if type(key) is not str:
        raise TypeError("Dict key must be str")
    return encode_basestring(key)


def _join(brackets: str, parts: list[str], newline: str) -> str:
    if not parts:
        return brackets
    inner = newline and newline + "  "
    return f"{brackets[0]}{inner}{f',{inner}'.join(parts)}{newline}{brackets[1]}"


def _deeper(depth: int) -> int:
    if depth == _DEEPEST:
        raise TypeError("Recursion limit reached")
    return depth + 1


def _write_float(number: float) -> str:
    if not math.isfinite(number):
        return "null"
    digits, _, exponent = repr(number).partition("e-")
    if not exponent:
        return digits
    # Python changes to exponents one digit earlier, and pads them.
    if exponent == "05":
        sign, digits = ("-", digits[1:]) if number < 0 else ("", digits)
        return f"{sign}0.0000{digits.replace('.', '')}"
    return f"{digits}e-{exponent.lstrip('0')}"


def _attributes(value: Any) -> Iterable[tuple[str, object]]:
    names = value.__dict__ if hasattr(value, "__dict__") else [field.name for field in dataclasses.fields(value)]
    return [(name, getattr(value, name)) for name in names if not name.startswith("_")]


def _special(value: object) -> str:
    """Return the text for what JSON has no type for."""
    if type(value) is time and value.tzinfo is not None:
        raise TypeError("datetime.time must not have tzinfo set")
    if isinstance(value, datetime | date | time) and type(value) in (datetime, date, time):
        return value.isoformat()
    if type(value) is UUID:
        return str(value)
    raise TypeError(f"Type is not JSON serializable: {type(value).__name__}")
