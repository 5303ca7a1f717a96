"""Finding where a document does not fit its shape, by walking through both."""

from collections.abc import Callable
from typing import Any, TypeVar

import attrs

from astra_devops._json import scalars, times, unions
from astra_devops._json.model_types import (
    ShapeError,
    child,
    describe,
    is_dict,
    is_list,
    is_open_enum,
    item_of,
    members,
    model_of,
    split_optional,
    variant_names,
    wrong_type,
)
from astra_devops._json.reading import reader_of

T = TypeVar("T")


def locate(value: object, shape: Any, pointer: str = "") -> None:
    """Raise a ``ShapeError`` for the first place that does not fit."""
    shape, nullable = split_optional(shape)
    if value is None and (nullable or is_list(shape)):
        return
    if attrs.has(shape):
        _locate_in_model(value, shape, pointer)
    elif is_list(shape):
        for index, item in enumerate(_require_type(value, list, "an array", pointer)):
            if item is not None or not attrs.has(item_of(shape)):
                locate(item, item_of(shape), child(pointer, index))
    elif is_dict(shape):
        for key, item in _require_type(value, dict, "an object", pointer).items():
            locate(item, item_of(shape), child(pointer, key))
    elif len(members(shape)) > 1 and not is_open_enum(shape):
        locate(value, _with_pointer(pointer, unions.chooser(shape), value), pointer)
    else:
        _with_pointer(pointer, scalars.read_time_or_none if nullable and times.is_time(shape) else reader_of(shape), value)


def _locate_in_model(value: object, cls: Any, pointer: str) -> None:
    document, model = _require_type(value, dict, "an object", pointer), model_of(cls)
    variants = variant_names(document, (name for name in document if name not in model.wire_names), model)
    for field in model.fields:
        name = variants.get(field.wire, field.wire)
        if field.if_absent is not None and document.get(name) is None:
            continue
        if name in document:
            locate(document[name], field.shape, child(pointer, name))
        elif field.required:
            raise ShapeError(child(pointer, name), describe(field.shape), "missing")


def _require_type(value: object, kind: type[T], expected: str, pointer: str) -> T:
    if not isinstance(value, kind):
        raise wrong_type(value, expected).at(pointer)
    return value


def _with_pointer(pointer: str, check: Callable[[object], Any], value: object) -> Any:
    """Call a check, and add the pointer to its error."""
    try:
        return check(value)
    except ShapeError as error:
        mismatch = error
    raise mismatch.at(pointer)
