"""The slow way through a document that could not be read: walks both the document and the shape, to say where they part."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

import attrs

from astra_devops._json import scalars, unions
from astra_devops._json.model_types import (
    ShapeError,
    describe,
    is_dict,
    is_list,
    is_open_enum,
    item_of,
    members,
    model_of,
    optional,
    refused,
    respelled,
    step,
)
from astra_devops._json.reading import reader_of

T = TypeVar("T")


def locate(value: object, shape: Any, pointer: str = "") -> None:
    """Raise a ``ShapeError`` for the first place that does not fit; return if all of it does."""
    shape, nullable = optional(shape)
    if value is None and (nullable or is_list(shape)):
        return
    if attrs.has(shape):
        _locate_in_model(value, shape, pointer)
    elif is_list(shape):
        for index, item in enumerate(_of_type(value, list, "an array", pointer)):
            locate(item, item_of(shape), step(pointer, index))
    elif is_dict(shape):
        for key, item in _of_type(value, dict, "an object", pointer).items():
            locate(item, item_of(shape), step(pointer, key))
    elif len(members(shape)) > 1 and not is_open_enum(shape):
        locate(value, _at(pointer, unions.chooser(shape), value), pointer)
    else:
        _at(pointer, scalars.moment_or_none if nullable and shape is datetime else reader_of(shape), value)


def _locate_in_model(value: object, cls: Any, pointer: str) -> None:
    document, model = _of_type(value, dict, "an object", pointer), model_of(cls)
    spelled = respelled(document, (name for name in document if name not in model.known), model)
    for field in model.fields:
        name = spelled.get(field.wire, field.wire)
        if name in document:
            locate(document[name], field.shape, step(pointer, name))
        elif field.required:
            raise ShapeError(step(pointer, name), describe(field.shape), "missing")


def _of_type(value: object, kind: type[T], expected: str, pointer: str) -> T:
    if not isinstance(value, kind):
        raise refused(value, expected).at(pointer)
    return value


def _at(pointer: str, check: Callable[[object], Any], value: object) -> Any:
    """Call a check whose errors do not know their place, and tell them."""
    try:
        return check(value)
    except ShapeError as error:
        found = error
    raise found.at(pointer)
