"""Writing request models as JSON, and query arguments as strings.

This is strict, since a mistake here is the caller's.
"""

import math
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from enum import Enum
from types import NoneType
from typing import Any, Final

import attrs

from astra_devops._json import decimals, times
from astra_devops._json.model_types import is_dict, is_list, item_of, members, model_of
from astra_devops._secret import Secret

_TYPE_NAMES: Final[Mapping[Any, str]] = {str: "a string", int: "an integer", float: "a number", Decimal: "a Decimal", bool: "a boolean"}

# What the JSON encoder can write.
_LEAST: Final = -(2**63)
_MOST: Final = 2**64 - 1
_DEEPEST: Final = 200


def unstructure(value: object, name: str = "body") -> object:
    """Turn a request body into JSON values, and check each field against its annotation.

    Optional fields that are ``None`` are left out, and so is ``extra``. A :class:`Secret` is
    revealed. Times are written in UTC.

    Raises:
        TypeError: A value does not have the type of its field. The message has the path to the
            field, which starts with ``name``.
        ValueError: A value cannot be sent: a time without a zone, NaN, a redacted secret, an
            integer of more than 64 bits, an amount with more digits than a float holds, or what is
            nested too deeply.
    """
    try:
        return _write(value, name)
    except RecursionError:
        raise ValueError(f"{name} is nested too deeply, or contains itself") from None


def _write(value: object, name: str) -> object:
    # Each level adds a bracket or a dot to the name.
    if name.count("[") + name.count(".") > _DEEPEST:
        raise RecursionError
    if attrs.has(type(value)):
        return _write_model(value, name)
    if isinstance(value, list | tuple):
        return [_write(item, f"{name}[{index}]") for index, item in enumerate(value)]
    if isinstance(value, Mapping):
        return {_check_key(key, name): _write(item, f"{name}[{key!r}]") for key, item in value.items()}
    return _write_scalar(value, name)


def query_pairs(name: str, value: object) -> list[tuple[str, str]]:
    """Return the pairs for a query argument: none for ``None``, one per item of a list, or one.

    Raises:
        TypeError: It cannot be part of a URL. This includes a :class:`Secret`, since proxies log
            URLs.
        ValueError: It is a time without a zone, or NaN.
    """
    if value is None:
        return []
    if isinstance(value, list | tuple):
        return [(name, _query_text(item, f"{name}[{index}]")) for index, item in enumerate(value)]
    return [(name, _query_text(value, name))]


def header_text(name: str, value: object) -> str:
    """Return the text of a header or cookie; the items of a list are joined by commas.

    Raises:
        TypeError: It cannot be part of a header.
        ValueError: It is a time without a zone, or has characters other than visible ASCII and
            spaces.
    """
    if isinstance(value, list | tuple):
        text = ",".join(_query_text(item, f"{name}[{index}]") for index, item in enumerate(value))
    else:
        text = value.reveal() if isinstance(value, Secret) else _query_text(value, name)
    if not (text.isascii() and text.isprintable()):
        raise ValueError(f"{name} must have visible ASCII characters and spaces only, since it is sent as a header")
    return text


def _query_text(value: object, name: str) -> str:
    if isinstance(value, Secret) or value is None or not isinstance(value, str | int | float | datetime | Enum):
        raise TypeError(f"{name} must be a string, a number, a boolean, a datetime or a list of these, not {type(value).__name__}")
    plain = _write_scalar(value, name)
    if isinstance(plain, bool):
        return "true" if plain else "false"
    return str(plain)


def _write_model(value: Any, name: str) -> dict[str, object]:
    document = {}
    for field in model_of(value.__class__).fields:
        content = getattr(value, field.name)
        if content is not None or field.required:
            document[field.wire] = _write_as(content, members(field.shape), f"{name}.{field.name}")
    return document


def _write_as(value: object, allowed: tuple[Any, ...], name: str) -> object:
    """Write a value that must have one of the allowed types.

    If two kinds of list are allowed, the items may be of either kind.
    """
    matching = [shape for shape in allowed if _is_a(value, shape)]
    if not matching:
        raise TypeError(f"{name} must be {_type_names(allowed)}, not {type(value).__name__}")
    if object in matching or Any in matching:
        return _write(value, name)
    if isinstance(value, list | tuple):
        items = tuple(member for shape in matching for member in members(item_of(shape)))
        return [_write_as(item, items, f"{name}[{index}]") for index, item in enumerate(value)]
    if isinstance(value, Mapping):
        items = tuple(member for shape in matching for member in members(item_of(shape)))
        return {_check_key(key, name): _write_as(item, items, f"{name}[{key!r}]") for key, item in value.items()}
    return _write(value, name)


def _is_a(value: object, shape: Any) -> bool:
    if shape is object or shape is Any:
        return True
    if is_list(shape):
        return isinstance(value, list | tuple)
    if is_dict(shape):
        return isinstance(value, Mapping)
    if shape is int or shape is float or shape is Decimal:
        return isinstance(value, int | shape) and not isinstance(value, bool)
    return isinstance(value, shape)


def _type_names(allowed: tuple[Any, ...]) -> str:
    """Return the names of types as an error message has them: ``an integer or a string``."""
    return " or ".join(_TYPE_NAMES.get(shape) or _with_article(shape) for shape in allowed if shape is not NoneType)


def _with_article(shape: Any) -> str:
    name = "datetime" if times.is_time(shape) else getattr(shape, "__name__", str(shape))
    return f"an {name}" if name[0] in "aeiouAEIO" else f"a {name}"


def _write_scalar(value: object, name: str) -> object:
    if isinstance(value, Enum):
        return _write_scalar(value.value, name)
    if isinstance(value, str):
        return _check_encodable(value, name)
    if isinstance(value, int) and not _LEAST <= value <= _MOST:
        raise ValueError(f"{name} must be an integer of at most 64 bits")
    if isinstance(value, bool | int | NoneType):
        return value
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError(f"{name} must be a finite number")
        return value
    if isinstance(value, Decimal):
        return _write_amount(value, name)
    if isinstance(value, Secret):
        return _reveal(value, name)
    if isinstance(value, datetime):
        return _write_time(value, name)
    raise TypeError(f"{name} cannot be sent: {type(value).__name__} cannot be written as JSON")


def _write_amount(amount: Decimal, name: str) -> int | float:
    if not amount.is_finite():
        raise ValueError(f"{name} must be a finite number")
    number = decimals.write(amount)
    if decimals.read(number) != amount:
        raise ValueError(f"{name} must have at most 15 digits")
    return number


def _check_encodable(text: str, name: str) -> str:
    if not text.isascii() and any("\ud800" <= letter <= "\udfff" for letter in text):
        raise ValueError(f"{name} has an unpaired surrogate, which cannot be written as UTF-8")
    return text


def _reveal(secret: Secret, name: str) -> str:
    try:
        return _check_encodable(secret.reveal(), name)
    except ValueError as error:
        raise ValueError(f"{name} cannot be sent: {error}") from None


def _write_time(moment: datetime, name: str) -> str:
    try:
        return times.write(moment)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{name} {error}") from None


def _check_key(key: object, name: str) -> str:
    if not isinstance(key, str):
        raise TypeError(f"the keys of {name} must be strings, not {type(key).__name__}")
    return key
