"""Reading of single JSON values: text, numbers, times, secrets, enums.

Each raises a ``ShapeError`` whose pointer is still empty.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from enum import Enum
from types import NoneType
from typing import Any, Final

from astra_devops._json import times
from astra_devops._json.model_types import ShapeError, refused
from astra_devops._secret import Secret

Reader = Callable[..., Any]
"""Takes a JSON value (and, when cattrs calls it, the type again) and gives the Python value."""


def text(value: object, _: object = None) -> str:
    """Read a string. A number is none: ``007`` and ``7`` would be one id."""
    if type(value) is not str:
        raise refused(value, "a string")
    return value


def integer(value: object, _: object = None) -> int:
    """Read an integer; ``3.0`` is one, ``true`` is not."""
    if type(value) is int:
        return value
    if type(value) is float and value.is_integer():
        return int(value)
    raise refused(value, "an integer")


def number(value: object, _: object = None) -> float:
    """Read a number as a float."""
    if type(value) is float:
        return value
    if type(value) is int:
        return float(value)
    raise refused(value, "a number")


def boolean(value: object, _: object = None) -> bool:
    """Read ``true`` or ``false``."""
    if type(value) is not bool:
        raise refused(value, "a boolean")
    return value


def nothing(value: object, _: object = None) -> None:
    """Read ``null``."""
    if value is not None:
        raise refused(value, "null")


def anything(value: object, _: object = None) -> object:
    """Pass a JSON value on as it is."""
    return value


def secret(value: object, _: object = None) -> Secret:
    """Read a string that must not be shown."""
    if type(value) is not str:
        raise refused(value, "a string")
    return Secret(value)


def moment_or_none(value: object, _: object = None) -> datetime | None:
    """Read a point in time, or one of the spellings of "never"."""
    if type(value) is not str:
        raise refused(value, "a time")
    try:
        return times.read(value)
    except ValueError:
        pass
    raise ShapeError("", "a time", "a string of another form")


def moment(value: object, _: object = None) -> datetime:
    """Read a point in time where there must be one."""
    found = moment_or_none(value)
    if found is None:
        raise ShapeError("", "a time", "the spelling of no time")
    return found


LEAVES: Final[Mapping[Any, Reader]] = {
    str: text,
    int: integer,
    float: number,
    bool: boolean,
    NoneType: nothing,
    object: anything,
    Any: anything,
    Secret: secret,
    datetime: moment,
}
"""The reader of each type that holds no other."""


def known_values(*enums: type[Enum]) -> dict[object, Enum]:
    """Map the wire values of some enums to their members; the first enum wins."""
    return {member.value: member for enum in reversed(enums) for member in enum}


def open_enum(*enums: type[Enum]) -> Reader:
    """Make a reader that gives the member of a known value, and an unknown string as it is."""
    known = known_values(*enums)

    def read(value: object, _: object = None) -> object:
        if type(value) is not str:
            raise refused(value, "a string")
        return known.get(value, value)

    return read


def closed_enum(enum: type[Enum]) -> Reader:
    """Make a reader that refuses what no member stands for."""
    known = known_values(enum)

    def read(value: object, _: object = None) -> object:
        if type(value) is not str:
            raise refused(value, "a string")
        if value not in known:
            raise ShapeError("", f"one of {', '.join(map(repr, known))}", "another string")
        return known[value]

    return read
