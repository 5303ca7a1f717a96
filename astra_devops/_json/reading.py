"""Reading: a cattrs converter with a reader for each annotation of the models, made at first use and kept."""

import functools
import threading
from datetime import datetime
from typing import Any, Final

import attrs
from cattrs import BaseConverter

from astra_devops._json import scalars, unions
from astra_devops._json.compile_reader import compile_reader
from astra_devops._json.model_types import is_dict, is_enum, is_list, is_open_enum, item_of, members, model_of, optional, refused
from astra_devops._json.scalars import LEAVES, Reader

_converter: Final = BaseConverter()
_building: Final = threading.RLock()
_under_way: Final[set[Any]] = set()


@functools.cache
def reader_of(shape: Any) -> Reader:
    """Give the function that reads a JSON value as ``shape``.

    Its errors do not know yet where in the document they are.
    """
    if shape in LEAVES:
        return LEAVES[shape]
    if is_enum(shape):  # the converter would take a StrEnum for a str
        return scalars.closed_enum(shape)
    read: Reader = _converter.get_structure_hook(shape)
    return read


def _within(shape: Any) -> Reader:
    """Give the reader of a part of a model.

    A model within itself is looked up when it is first met: now its reader is not there yet.
    """
    if shape in _under_way:
        return lambda value, _=None: reader_of(shape)(value)
    return reader_of(shape)


def _read_model(cls: Any) -> Reader:
    with _building:
        _under_way.add(cls)
        try:
            return compile_reader(model_of(cls), _within)
        finally:
            _under_way.discard(cls)


def _read_list(shape: Any) -> Reader:
    read_item = _within(item_of(shape))

    def read(value: object, _: object = None) -> list[Any]:
        if value is None:  # Go spells an empty list so
            return []
        if type(value) is not list:
            raise refused(value, "an array")
        return [read_item(item) for item in value]

    return read


def _read_dict(shape: Any) -> Reader:
    read_item = _within(item_of(shape))

    def read(value: object, _: object = None) -> dict[str, Any]:
        if type(value) is not dict:
            raise refused(value, "an object")
        return {key: read_item(item) for key, item in value.items()}

    return read


def _read_union(shape: Any) -> Reader:
    rest, nullable = optional(shape)
    if nullable:
        return _read_optional(rest)
    if is_open_enum(shape):
        return scalars.open_enum(*filter(is_enum, members(shape)))
    choose = unions.chooser(shape)
    return lambda value, _=None: reader_of(choose(value))(value)


def _read_optional(shape: Any) -> Reader:
    if is_list(shape):
        return _within(shape)
    read = scalars.moment_or_none if shape is datetime else _within(shape)
    return lambda value, _=None: None if value is None else read(value)


def _refuse(shape: Any) -> Reader:
    raise TypeError(f"{shape!r} is no annotation of a model")


for _applies, _factory in (
    (lambda shape: True, _refuse),
    (attrs.has, _read_model),
    (is_list, _read_list),
    (is_dict, _read_dict),
    (lambda shape: len(members(shape)) > 1, _read_union),
):  # the converter asks the last one first
    _converter.register_structure_hook_factory(_applies, _factory)
