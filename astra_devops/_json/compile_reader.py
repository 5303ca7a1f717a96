"""Compiling the function that reads a model: two lines per field, the common case checked inline.

Calls are what is slow in Python, so there are none for strings, numbers and enums of the expected
type. Instances are filled field by field, without ``__init__``, which would take longer than all
the rest. Models have neither converters nor validators, so this skips nothing.
"""

import linecache
from collections.abc import Callable
from itertools import filterfalse
from typing import Any, Final

import attrs

from astra_devops._json import scalars, times
from astra_devops._json.model_types import (
    Field,
    Model,
    is_enum,
    is_list,
    is_open_enum,
    item_of,
    members,
    split_optional,
    variant_names,
    wrong_type,
)
from astra_devops._json.scalars import Reader
from astra_devops._secret import NO_EXTRA, Extra, Secret

_INLINE: Final = {str: "str", bool: "bool", int: "int", float: "float"}
_SHARED_NAMES: Final = {
    "new": object.__new__,
    "wrong_type": wrong_type,
    "no_extra": NO_EXTRA,
    "Secret": Secret,
    "read_time": times.read,
    "absent": object(),
    "all_strings": frozenset((str,)).issuperset,
}


def compile_reader(model: Model, reader_of: Callable[[Any], Reader]) -> Reader:
    """Return a function that turns a JSON object into an instance of the model's class."""
    names = {
        **_SHARED_NAMES,
        "cls": model.cls,
        "model": model,
        "has_no_unknown": model.wire_names.issuperset,
        "split_unknown": split_unknown,
    }
    lines = [
        "def read(o, _=None):",
        "    if type(o) is not dict: raise wrong_type(o, 'an object')",
        "    if has_no_unknown(o): extra = no_extra",
        "    else: o, extra = split_unknown(o, model)",
        "    self = new(cls)",
        "    get = o.get",
    ]
    for index, field in enumerate(model.fields):
        fetch, convert = _FieldSource(field, index, names, reader_of).expressions()
        lines += [f"    v = {fetch}", f"    self.{field.name} = {convert}"]
    if model.extra is not None:
        lines.append(f"    self.{model.extra} = extra")
    return _compile([*lines, "    return self"], names, model.cls.__qualname__)


def _compile(lines: list[str], names: dict[str, Any], title: str) -> Reader:
    """Compile the function ``read``, and give linecache its lines for tracebacks."""
    filename = f"<reader of {title}>"
    source = "\n".join(lines) + "\n"
    exec(compile(source, filename, "exec"), names)
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    read: Reader = names["read"]
    return read


def split_unknown(document: dict[str, object], model: Model) -> tuple[dict[str, object], Extra]:
    """Split an object into the fields of the model, under their wire names, and the rest.

    The exact name of a field wins over its variants, which are then kept with the unknown names.
    """
    unknown = [*filterfalse(model.wire_names.__contains__, document)]
    variants = variant_names(document, unknown, model)
    extra = Extra({key: document[key] for key in unknown if key not in variants.values()})
    return ({**document, **{wire: document[key] for wire, key in variants.items()}} if variants else document), extra


@attrs.frozen
class _FieldSource:
    """Writes the expressions for one field.

    What they refer to is added to ``names``, with the index of the field in its name.
    """

    field: Field
    index: int
    names: dict[str, Any]
    reader_of: Callable[[Any], Reader]

    def expressions(self) -> tuple[str, str]:
        """Return how to fetch the value ``v`` from the object ``o``, and how to convert it."""
        wire = repr(self.field.wire)
        shape, nullable = split_optional(self.field.shape)
        if self.field.required:
            fetch = f"o[{wire}]" if self.field.if_absent is None else f"get({wire})"
            return fetch, self._list(shape) if is_list(shape) else self._value(shape, nullable)
        default = self.field.default
        if default is None and not is_list(shape):
            return f"get({wire})", self._value(shape, nullable)
        # A null list is empty, and only an absent one is None: here absent and null are different.
        convert = self._list(shape) if is_list(shape) else f"{self._reader(self.field.shape)}(v)"
        absent = "None" if default is None else f"{self._bind('default', default)}()"
        return f"get({wire}, absent)", f"{absent} if v is absent else {convert}"

    def _bind(self, prefix: str, value: object) -> str:
        name = f"{prefix}{self.index}"
        self.names[name] = value
        return name

    def _reader(self, shape: Any) -> str:
        read, if_absent = self.reader_of(shape), self.field.if_absent
        return self._bind("read", read if if_absent is None else lambda value: read(if_absent if value is None else value))

    def _enum_members(self, shape: Any) -> str:
        return self._bind("members", scalars.members_by_value(*filter(is_enum, members(shape))))

    def _value(self, shape: Any, nullable: bool) -> str:
        # None first: most optional fields are absent, and type() is a call.
        none_or = "v is None or " if nullable else ""
        if shape in _INLINE:
            widen = "float(v) if type(v) is int else " if shape is float else ""
            return f"v if {none_or}type(v) is {_INLINE[shape]} else {widen}{self._reader(shape)}(v)"
        if is_open_enum(shape):
            members_name = self._enum_members(shape)
            return f"{members_name}[v] if v in {members_name} else v if {none_or}type(v) is str else {self._reader(shape)}(v)"
        if shape is object or shape is Any:
            return "v"
        fallback = f"{self._reader(shape)}(v)"
        if shape is Secret:
            fallback = "Secret(v)"
        elif times.is_time(shape) and nullable:
            fallback = f"read_time(v) if type(v) is str else {fallback}"
        return f"None if v is None else {fallback}" if nullable else fallback

    def _list(self, shape: Any) -> str:
        item = item_of(shape)
        fallback = f"{self._reader(shape)}(v)"
        if item is str:
            return f"v if type(v) is list and all_strings(map(type, v)) else {fallback}"
        if is_open_enum(item):  # dict.get(v, v) for each item, without a Python frame.
            return f"list(map({self._enum_members(item)}.get, v, v)) if type(v) is list and all_strings(map(type, v)) else {fallback}"
        return fallback
