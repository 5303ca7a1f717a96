"""Reading what the service writes otherwise than documented: the slow second pass.

The compiled readers are strict, because that is fast. A document that they refuse is read again
here, part by part, and only the part that is odd costs time. What identifies an object must be
there. Any other field may be absent, or have the type of a neighbor: a number as text and back, an
object or a value in an array of one. A value that makes no sense even so is kept in ``extra``, and
its attribute is empty. An array of several where one object belongs is read where that needs no
choice between them.
"""

import json
import math
import re
from typing import Any, Final

import attrs

from astra_devops._json import unions
from astra_devops._json.decimals import NUMBER
from astra_devops._json.model_types import (
    Field,
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
from astra_devops._secret import NO_EXTRA, Extra, Secret

_INTEGER: Final = r"(?a)\s*-?\d{1,18}\s*"
_BOOLEANS: Final = {"true": True, "false": False}


class _NoIdentityError(ShapeError):
    """What identifies an object is not there, so the object cannot be read."""


def read(value: object, shape: Any, pointer: str = "", odd: list[object] | None = None) -> Any:
    """Read a JSON value as the type in an annotation, or as close to it as possible.

    Items of an array that make no sense are added to ``odd``; without it they are an error.

    Raises:
        ShapeError: The value does not fit. The error has the place and the type of what was found
            there, but never the value.
    """
    strict = reader_of(shape)
    try:
        return strict(value)
    except (KeyError, TypeError, ValueError) as error:
        problem = error.args[1:] if isinstance(error, ShapeError) else None
    shape = split_optional(shape)[0]
    if type(value) is dict:
        if attrs.has(shape):
            return _read_model(value, shape, pointer)
        if is_dict(shape):
            return {key: read(item, item_of(shape), child(pointer, key)) for key, item in value.items()}
    if type(value) is list:
        if is_list(shape):
            return _read_items(value, item_of(shape), pointer, odd)
        if attrs.has(shape) and (wrapped := _wrapped_list(shape)) is not None:
            return _read_model(_joined(value, wrapped, shape), shape, pointer)
        if len(value) > 1 and _is_shown_once(shape):
            return _read_first(value, shape, pointer)
        if len(value) == 1 and not any(map(is_list, members(shape))):
            return read(value[0], shape, child(pointer, 0))
    if len(members(shape)) > 1 and not is_open_enum(shape):
        return _read_union(value, shape, pointer)
    neighbor = _neighbor(value, shape)
    if neighbor is not value:
        return read(neighbor, shape, pointer)
    error_type = _NoIdentityError if _has_identity(shape) else ShapeError
    # Readers of objects that come often raise a plain TypeError for what is none, others do not.
    expected = "an object" if attrs.has(shape) else describe(shape)
    raise error_type(pointer, *(problem or wrong_type(value, expected).args[1:]))


def _read_model(document: dict[str, object], cls: Any, pointer: str) -> Any:
    model = model_of(cls)
    unknown = [name for name in document if name not in model.wire_names]
    variants = variant_names(document, unknown, model)
    extra = {name: document[name] for name in unknown if name not in variants.values()}
    instance: Any = object.__new__(cls)
    for field in model.fields:
        name = variants.get(field.wire, field.wire)
        setattr(instance, field.name, _read_field(document, name, field, child(pointer, name), extra))
    if model.extra is not None:
        setattr(instance, model.extra, Extra(extra) if extra else NO_EXTRA)
    return instance


def _read_field(document: dict[str, object], name: str, field: Field, pointer: str, extra: dict[str, object]) -> Any:
    """Return the value of a field. What cannot be read of it is added to ``extra``."""
    if name not in document:
        return _absent(field, pointer, "missing")
    value = document[name]
    if value is None and field.if_absent is not None:
        return _absent(field, pointer, "null")
    odd: list[object] = []
    try:
        content = read(value, field.shape, pointer, odd)
    except _NoIdentityError:
        raise
    except ShapeError as error:
        if field.is_identity:
            raise _NoIdentityError(*error.args) from None
        extra[name] = value
        return _absent(field, pointer, "unreadable")
    if odd:
        extra[name] = odd
    return content


def _absent(field: Field, pointer: str, actual: str) -> Any:
    """Return the value of a field that is not there, or makes no sense."""
    if not field.required:
        return None if field.default is None else field.default()
    if field.is_identity:
        raise _NoIdentityError(pointer, describe(field.shape), actual)
    return reader_of(field.shape)(field.if_absent)


def _read_items(values: list[Any], shape: Any, pointer: str, odd: list[object] | None) -> list[Any]:
    if all(type(value) is list for value in values):
        values = [item for value in values for item in value]  # An array of an array is that array.
    items = []
    for index, value in enumerate(values):
        if value is None and not split_optional(shape)[1]:
            continue  # It says nothing.
        try:
            items.append(read(value, shape, child(pointer, index)))
        except ShapeError as error:
            if odd is None or isinstance(error, _NoIdentityError):
                raise
            odd.append(value)
    return items


def _wrapped_list(cls: Any) -> Field | None:
    """Return the only field of a model that does nothing but wrap a list."""
    model = model_of(cls)
    only = model.fields[0] if len(model.fields) == 1 and model.is_empty_if_null else None
    return only if only is not None and is_list(split_optional(only.shape)[0]) else None


def _joined(values: list[Any], wrapped: Field, cls: Any) -> dict[str, object]:
    """Return one object that wraps a list, from an array of such objects or of its items."""
    items: list[object] = []
    others: dict[str, list[object]] = {}
    for value in values:
        names = variant_names(value, value, model_of(cls)) if type(value) is dict else {}
        name = names.get(wrapped.wire, wrapped.wire)
        if type(value) is not dict or (value and name not in value):
            items.append(value)
            continue
        content = value.get(name)
        items += content if type(content) is list else [content]
        for other in value.keys() - {name}:
            others.setdefault(other, []).append(value[other])
    return {wrapped.wire: items, **{name: found[0] if len(found) == 1 else found for name, found in others.items()}}


def _is_shown_once(shape: Any) -> bool:
    """Return whether a secret identifies the objects of a shape: the service shows it only once."""
    return attrs.has(shape) and any(field.is_identity and field.shape is Secret for field in model_of(shape).fields)


def _read_first(values: list[Any], cls: Any, pointer: str) -> Any:
    """Read the first of several objects, and keep the others in its ``extra``."""
    first = read(values[0], cls, child(pointer, 0))
    first.extra = Extra({**first.extra, "others": values[1:]})
    return first


def _read_union(value: object, shape: Any, pointer: str) -> Any:
    models = [member for member in members(shape) if attrs.has(member)]
    if type(value) is dict and len(models) == 1:
        return _read_model(value, models[0], pointer)
    try:
        member = unions.chooser(shape)(value)
    except ShapeError as error:
        mismatch = error
    else:
        return read(value, member, pointer)
    for member in members(shape):
        neighbor = _neighbor(value, member)
        if neighbor is not value:
            return read(neighbor, member, pointer)
    raise mismatch.at(pointer)


def _neighbor(value: object, shape: Any) -> object:
    """Return the value in the type that belongs there, if it says the same; or the value itself."""
    kind = type(value)
    if (shape is str or shape is Secret or is_open_enum(shape)) and kind in (int, float):
        return json.dumps(value)
    if not isinstance(value, str):
        return value
    if shape is bool:
        return _BOOLEANS.get(value.strip().lower(), value)
    if shape is int and re.fullmatch(_INTEGER, value):
        return int(value)
    if shape in (int, float) and re.fullmatch(NUMBER, value) and math.isfinite(float(value)):
        return float(value)
    return value


def _has_identity(shape: Any) -> bool:
    """Return whether a shape is a model, or a list of a model, that something identifies."""
    shape = item_of(shape) if is_list(shape) else shape
    return attrs.has(shape) and any(field.is_identity for field in model_of(shape).fields)
