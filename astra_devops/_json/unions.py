"""Finding the member of a union for a JSON value: by its type, and for a model by its names."""

import functools
import operator
from collections.abc import Callable, Mapping
from types import NoneType
from typing import Any, Final

import attrs

from astra_devops._json import times
from astra_devops._json.model_types import (
    ShapeError,
    describe,
    is_dict,
    is_enum,
    is_list,
    item_of,
    members,
    model_of,
    variant_names,
    wrong_type,
)
from astra_devops._secret import Secret

Chooser = Callable[[object], Any]

_JSON_TYPES: Final = (NoneType, bool, int, float, str, list, dict)


def chooser(shape: Any) -> Chooser:
    """Return the function that returns the member for a JSON value, or raises ``ShapeError``."""
    by_type = _members_by_type(members(shape))
    models = tuple(member for member in members(shape) if attrs.has(member))

    def choose(value: object) -> Any:
        if models and type(value) is dict:
            best = _best_model(value, models)
            if best is not None:
                return best
        try:
            return by_type[type(value)]
        except KeyError:
            pass
        if models and type(value) is dict:
            raise ShapeError("", f"{describe(shape)} with all its fields", "an object that lacks some")
        raise wrong_type(value, describe(shape))

    return choose


def _members_by_type(union: tuple[Any, ...]) -> Mapping[type, Any]:
    """Return the member for each JSON type, except models, of which there may be several."""
    by_type: dict[type, Any] = dict.fromkeys(_JSON_TYPES, object) if object in union or Any in union else {}
    for kind in (NoneType, bool, int, float):
        if kind in union:
            by_type[kind] = kind
    if float in by_type or int in by_type:
        by_type.setdefault(int, float)
        by_type.setdefault(float, int)
    for member in filter(is_dict, union):
        by_type[dict] = member
    items = [item_of(member) for member in filter(is_list, union)]
    if items:
        by_type[list] = list[_union(items)]  # type: ignore[misc]
        by_type.setdefault(NoneType, by_type[list])  # Go writes an empty list as null
    texts = [member for member in union if is_enum(member) or member is str]
    if any(map(is_enum, texts)):
        by_type[str] = texts[0] if len(texts) == 1 else _union([*texts, str])
    else:
        # The last one wins.
        by_type.update((str, member) for member in (*filter(times.is_time, union), *(kind for kind in (str, Secret) if kind in union)))
    return by_type


def _union(shapes: list[Any]) -> Any:
    return functools.reduce(operator.or_, shapes)


def _best_model(document: dict[str, object], models: tuple[Any, ...]) -> Any:
    """Return the model with no required field missing that has most of the names.

    The first one wins a tie. Returns None if every model lacks a required field.
    """
    best, most = None, -1
    for cls in models:
        model = model_of(cls)
        names = {name for name in document if name in model.wire_names}
        names |= variant_names(document, (name for name in document if name not in names), model).keys()
        if model.required_names <= names and len(names) > most:
            best, most = cls, len(names)
    return best
