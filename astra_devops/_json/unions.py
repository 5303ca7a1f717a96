"""Which member of a union a JSON value belongs to: by its JSON type, and among models by the names that it has."""

import functools
import operator
from collections.abc import Callable, Mapping
from datetime import datetime
from types import NoneType
from typing import Any, Final

import attrs

from astra_devops._json.model_types import ShapeError, describe, is_dict, is_enum, is_list, item_of, members, model_of, refused, respelled
from astra_devops._secret import Secret

Choice = Callable[[object], Any]

_STRINGS: Final = (Secret, str, datetime)
_JSON_TYPES: Final = (NoneType, bool, int, float, str, list, dict)


def chooser(shape: Any) -> Choice:
    """Make the function that gives the member of the union for a JSON value, and raises ``ShapeError`` if there is none."""
    by_type = _by_type(members(shape))
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
            raise ShapeError("", f"{describe(shape)} with all its fields", "an object that is none of these")
        raise refused(value, describe(shape))

    return choose


def _by_type(all_of: tuple[Any, ...]) -> Mapping[type, Any]:
    """Map each JSON type to the member that takes it.

    The models, of which there may be several, are left out.
    """
    found: dict[type, Any] = dict.fromkeys(_JSON_TYPES, object) if object in all_of or Any in all_of else {}
    for kind in (NoneType, bool, int, float):
        if kind in all_of:
            found[kind] = kind
    if float in found or int in found:
        found.setdefault(int, float)
        found.setdefault(float, int)
    for member in filter(is_dict, all_of):
        found[dict] = member
    items = [item_of(member) for member in filter(is_list, all_of)]
    if items:
        found[list] = list[_union(items)]  # type: ignore[misc]
        found.setdefault(NoneType, found[list])  # Go spells an empty list null
    texts = [member for member in all_of if is_enum(member) or member is str]
    if any(map(is_enum, texts)):
        found[str] = texts[0] if len(texts) == 1 else _union([*texts, str])
    else:
        found.update((str, member) for member in reversed(_STRINGS) if member in all_of)
    return found


def _union(shapes: list[Any]) -> Any:
    return functools.reduce(operator.or_, shapes)


def _best_model(document: dict[str, object], models: tuple[Any, ...]) -> Any:
    """Give the model whose required fields are all there and that knows the most of the names; the first of equals."""
    best, most = None, -1
    for cls in models:
        model = model_of(cls)
        names = {name for name in document if name in model.known}
        names |= respelled(document, (name for name in document if name not in names), model).keys()
        if model.needed <= names and len(names) > most:
            best, most = cls, len(names)
    return best
