"""Files of saved plans. Their values are read by the types of the fields, and never converted."""

import functools
import json
import os
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final, get_args, get_origin

import attrs
import cattrs
from cattrs.gen import make_dict_structure_fn, override

from astra_devops._version import VERSION
from astra_devops.desired.change import Change
from astra_devops.desired.kinds.registry import BY_NAME
from astra_devops.desired.state import State

_FORMAT: Final = 3
_WORDS: Final[Mapping[type, str]] = {
    str: "a text",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    list: "a list",
    dict: "a table",
    type(None): "null",
}


@attrs.frozen(kw_only=True)
class SavedPlan:
    """What a file has of a plan."""

    changes: tuple[Change, ...]
    id: str
    organization_id: str | None


def write(path: str | os.PathLike[str], plan: SavedPlan) -> None:
    """Write a plan to a file."""
    changes = [_document(change) for change in plan.changes]
    document = {"format": _FORMAT, "written_by": VERSION, "id": plan.id, "organization_id": plan.organization_id, "changes": changes}
    Path(path).write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


def _document(change: Change) -> dict[str, Any]:
    document = {field.name: getattr(change, field.name) for field in attrs.fields(Change)}
    return {name: value.to_dict() if isinstance(value, State) else value for name, value in document.items()}


def read(path: str | os.PathLike[str]) -> SavedPlan:
    """Read the plan in a file.

    Raises:
        OSError: The file cannot be read.
        ValueError: It has no plan, or one of another format, or a value that does not belong there;
            the message names the place.
    """
    try:
        document = json.loads(Path(path).read_text(encoding="utf-8"))
        version = document.pop("format")
    except (ValueError, KeyError, TypeError, AttributeError):
        raise ValueError(f"path must be a plan that Plan.save has written, but {os.fspath(path)} is none") from None
    if version != _FORMAT:
        raise ValueError(f"path must be a plan of format {_FORMAT}, not {version!r}; make the plan again")
    document.pop("written_by", None)
    try:
        return _converter().structure(document, SavedPlan)
    except cattrs.BaseValidationError as error:
        text, _, place = cattrs.transform_error(error, path="", format_exception=_explained)[0].rpartition(" @ ")
        problem = f"{place.removeprefix('.')}: {text}" if place else text
        raise ValueError(f"path must be a plan that Plan.save has written, but {os.fspath(path)} is damaged: {problem}") from None


def _explained(error: BaseException, kind: type | None) -> str:
    if isinstance(error, KeyError):
        return "is missing"
    if isinstance(error, cattrs.ForbiddenExtraKeysError):
        return f"must not have {', '.join(map(repr, sorted(error.extra_fields)))}"
    return str(error)


@functools.cache
def _converter() -> cattrs.Converter:
    converter = cattrs.Converter(forbid_extra_keys=True)
    for plain in (str, bool, int, float):
        converter.register_structure_hook(plain, _only)
    converter.register_structure_hook_factory(attrs.has, lambda cls: _table_reader(make_dict_structure_fn(cls, converter)))
    converter.register_structure_hook_factory(partial(_is, tuple), lambda shape: _tuple_reader(shape, converter))
    converter.register_structure_hook_factory(partial(_is, Mapping), lambda shape: _mapping_reader(shape, converter))
    converter.register_structure_hook(Change, _read_change)
    return converter


def _is(origin: type[Any], shape: Any) -> bool:
    return get_origin(shape) is origin


def _only(value: Any, kind: type[Any]) -> Any:
    if type(value) is not kind:
        raise TypeError(f"must be {_WORDS[kind]}, not {_WORDS[type(value)]}")
    return value


def _table_reader(read: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    return lambda value, cls: read(_only(value, dict), cls)


def _tuple_reader(shape: Any, converter: cattrs.Converter) -> Callable[[Any, Any], Any]:
    items = list.__class_getitem__(get_args(shape)[0])
    read = converter.get_structure_hook(items)
    return lambda value, _: tuple(read(_only(value, list), items))


def _mapping_reader(shape: Any, converter: cattrs.Converter) -> Callable[[Any, Any], Any]:
    return _table_reader(converter.get_structure_hook(dict.__class_getitem__(get_args(shape))))


def _read_change(value: Any, _: Any) -> Change:
    kind = _only(_only(value, dict)["kind"], str)
    if kind not in BY_NAME:
        raise ValueError(f"must not be of the kind {kind!r}, which does not exist")
    change: Change = _change_reader(kind)(value, Change)
    if (change.after is None) != (change.action == "remove") or (change.before is None and change.action in ("update", "remove")):
        raise ValueError(f"must have the states before and after that {change.action!r} has")
    return change


@functools.cache
def _change_reader(kind: str) -> Callable[[Any, Any], Any]:
    state_class = BY_NAME[kind].state_class
    state = override(struct_hook=lambda value, _: None if value is None else _converter().structure(value, state_class))
    return make_dict_structure_fn(Change, _converter(), before=state, after=state)
