"""Readers of single JSON values: strings, numbers, times, secrets, enums.

Each raises a ``ShapeError`` with an empty pointer, which is filled in later.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from enum import Enum
from types import NoneType
from typing import Any, Final

from astra_devops._json import decimals, times
from astra_devops._json.model_types import ShapeError, wrong_type
from astra_devops._secret import Secret

Reader = Callable[..., Any]
"""Returns the Python value for a JSON value. The second parameter is for cattrs, and not used."""


def read_string(value: object, _: object = None) -> str:
    """Read a string. A number is refused: the ids ``007`` and ``7`` would be the same."""
    if type(value) is not str:
        raise wrong_type(value, "a string")
    return value


def read_integer(value: object, _: object = None) -> int:
    """Read an integer. ``3.0`` is accepted, ``true`` is not."""
    if type(value) is int:
        return value
    if type(value) is float and value.is_integer():
        return int(value)
    raise wrong_type(value, "an integer")


def read_number(value: object, _: object = None) -> float:
    """Read a number as a float."""
    if type(value) is float:
        return value
    if type(value) is int:
        return float(value)
    raise wrong_type(value, "a number")


def read_boolean(value: object, _: object = None) -> bool:
    """Read ``true`` or ``false``."""
    if type(value) is not bool:
        raise wrong_type(value, "a boolean")
    return value


def read_null(value: object, _: object = None) -> None:
    """Read ``null``."""
    if value is not None:
        raise wrong_type(value, "null")


def read_anything(value: object, _: object = None) -> object:
    """Return a JSON value unchanged."""
    return value


def read_secret(value: object, _: object = None) -> Secret:
    """Read a string that must not be shown."""
    if type(value) is not str:
        raise wrong_type(value, "a string")
    return Secret(value)


def read_time_or_none(value: object, _: object = None) -> datetime | None:
    """Read a time. Return None for a value that means "never"."""
    if type(value) is not str:
        raise wrong_type(value, "a time")
    try:
        return times.read(value)
    except ValueError:
        pass
    raise ShapeError("", "a time", "a string in another format")


def read_time(value: object, _: object = None) -> datetime:
    """Read a time that must not mean "never"."""
    moment = read_time_or_none(value)
    if moment is None:
        raise ShapeError("", "a time", "empty or Go's zero time")
    return moment


SCALAR_READERS: Final[Mapping[Any, Reader]] = {
    str: read_string,
    int: read_integer,
    float: read_number,
    Decimal: decimals.read,
    bool: read_boolean,
    NoneType: read_null,
    object: read_anything,
    Any: read_anything,
    Secret: read_secret,
}
"""The reader for each type that contains no other type, except times."""


def members_by_value(*enums: type[Enum]) -> dict[object, Enum]:
    """Return the members of the enums by their wire values. The first enum wins."""
    return {member.value: member for enum in reversed(enums) for member in enum}


def open_enum_reader(*enums: type[Enum]) -> Reader:
    """Return a reader that accepts any string, and returns the enum member for a known one."""
    by_value = members_by_value(*enums)

    def read(value: object, _: object = None) -> object:
        if type(value) is not str:
            raise wrong_type(value, "a string")
        return by_value.get(value, value)

    return read


def closed_enum_reader(enum: type[Enum]) -> Reader:
    """Return a reader that accepts the values of an enum only."""
    by_value = members_by_value(enum)

    def read(value: object, _: object = None) -> object:
        if type(value) is not str:
            raise wrong_type(value, "a string")
        if value not in by_value:
            raise ShapeError("", f"one of {', '.join(map(repr, by_value))}", "another string")
        return by_value[value]

    return read
