"""The source of the function that reads one model: two lines per field, with the common case of each type checked inline.

What costs in Python is calls, so there are none for text, numbers and enums that have the promised
type. Instances are filled slot by slot, without ``__init__``, which would cost more than all the
rest; models have neither converters nor validators, so nothing is passed over.
"""

import linecache
from collections.abc import Callable
from datetime import datetime
from itertools import filterfalse
from typing import Any, Final

import attrs

from astra_devops._json import scalars, times
from astra_devops._json.model_types import Field, Model, is_enum, is_list, is_open_enum, item_of, members, optional, refused, respelled
from astra_devops._json.scalars import Reader
from astra_devops._secret import NOTHING, Extra, Secret

_INLINE: Final = {str: "str", bool: "bool", int: "int", float: "float"}
_COMMON: Final = {
    "new": object.__new__,
    "refused": refused,
    "nothing": NOTHING,
    "Secret": Secret,
    "read_time": times.read,
    "absent": object(),
    "all_text": frozenset((str,)).issuperset,
}


def compile_reader(model: Model, reader_of: Callable[[Any], Reader]) -> Reader:
    """Write, compile and return the function that turns a JSON object into an instance of the model's class."""
    names = {**_COMMON, "cls": model.cls, "model": model, "all_known": model.known.issuperset, "sort_out": sort_out}
    lines = [
        "def read(o, _=None):",
        "    if type(o) is not dict: raise refused(o, 'an object')",
        "    if all_known(o): extra = nothing",
        "    else: o, extra = sort_out(o, model)",
        "    self = new(cls)",
        "    get = o.get",
    ]
    for index, field in enumerate(model.fields):
        fetched, checked = _FieldSource(field, index, names, reader_of).lines()
        lines += [f"    v = {fetched}", f"    self.{field.name} = {checked}"]
    if model.extra is not None:
        lines.append(f"    self.{model.extra} = extra")
    return _compiled([*lines, "    return self"], names, model.cls.__qualname__)


def _compiled(lines: list[str], names: dict[str, Any], title: str) -> Reader:
    """Compile a function named ``read``; its lines stay with linecache, so that a traceback or debugger can show them."""
    filename = f"<reader of {title}>"
    source = "\n".join(lines) + "\n"
    exec(compile(source, filename, "exec"), names)
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    read: Reader = names["read"]
    return read


def sort_out(document: dict[str, object], model: Model) -> tuple[dict[str, object], Extra]:
    """Part an object with unknown names into the fields, respelled as the contract has them, and the rest.

    The exact spelling of a name wins over any other; another spelling beside it is kept with the
    unknown names.
    """
    unknown = [*filterfalse(model.known.__contains__, document)]
    spelled = respelled(document, unknown, model)
    extra = Extra({key: document[key] for key in unknown if key not in spelled.values()})
    return ({**document, **{wire: document[key] for wire, key in spelled.items()}} if spelled else document), extra


@attrs.frozen
class _FieldSource:
    """Writes the expressions of one field; what they refer to goes into ``names``, under the field's number."""

    field: Field
    index: int
    names: dict[str, Any]
    reader_of: Callable[[Any], Reader]

    def lines(self) -> tuple[str, str]:
        """Write how to fetch the value ``v`` from the object ``o``, and how to check and convert it."""
        wire = repr(self.field.wire)
        shape, nullable = optional(self.field.shape)
        if self.field.required:
            return f"o[{wire}]", self._list(shape) if is_list(shape) else self._value(shape, nullable)
        default = self.field.default
        if default is None and not is_list(shape):
            return f"get({wire})", self._value(shape, nullable)
        # A null list is an empty one, and only an absent one is None: here "not there" and null are
        # two things.
        checked = self._list(shape) if is_list(shape) else f"{self._reader(self.field.shape)}(v)"
        absent = "None" if default is None else f"{self._bound('default', default)}()"
        return f"get({wire}, absent)", f"{absent} if v is absent else {checked}"

    def _bound(self, prefix: str, value: object) -> str:
        name = f"{prefix}{self.index}"
        self.names[name] = value
        return name

    def _reader(self, shape: Any) -> str:
        return self._bound("read", self.reader_of(shape))

    def _known(self, shape: Any) -> str:
        return self._bound("known", scalars.known_values(*filter(is_enum, members(shape))))

    def _value(self, shape: Any, nullable: bool) -> str:
        # None first: most optional fields are absent, and asking for a type is a call.
        none_or = "v is None or " if nullable else ""
        if shape in _INLINE:
            converted = "float(v) if type(v) is int else " if shape is float else ""
            return f"v if {none_or}type(v) is {_INLINE[shape]} else {converted}{self._reader(shape)}(v)"
        if is_open_enum(shape):
            known = self._known(shape)
            return f"{known}[v] if v in {known} else v if {none_or}type(v) is str else {self._reader(shape)}(v)"
        if shape is object or shape is Any:
            return "v"
        otherwise = f"{self._reader(shape)}(v)"
        if shape is Secret:
            otherwise = "Secret(v)"
        elif shape is datetime and nullable:
            otherwise = f"read_time(v) if type(v) is str else {otherwise}"
        return f"None if v is None else {otherwise}" if nullable else otherwise

    def _list(self, shape: Any) -> str:
        item = item_of(shape)
        otherwise = f"{self._reader(shape)}(v)"
        if item is str:
            return f"v if type(v) is list and all_text(map(type, v)) else {otherwise}"
        if is_open_enum(item):  # dict.get(v, v) of each item, without a Python frame
            return f"list(map({self._known(item)}.get, v, v)) if type(v) is list and all_text(map(type, v)) else {otherwise}"
        return otherwise
