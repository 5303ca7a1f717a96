"""Functions that read objects with certain names as models, compiled from their source.

Objects that come again and again with the same names get a reader of their own: one line per field,
the common case checked inline. Calls are what is slow in Python, so there are none for strings,
numbers and enums of the expected type. All values are fetched at once, so unknown names and other
spellings cost nothing. ``source_of`` returns its text.

Instances are filled without ``__init__``, which would take longer than all the rest. Models have
neither converters nor validators, so this skips nothing.
"""

import linecache
from collections.abc import Callable, Sequence
from operator import itemgetter
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
    model_of,
    split_optional,
    variant_names,
    wrong_type,
)
from astra_devops._json.readers import or_if_absent, table_of
from astra_devops._json.scalars import Reader
from astra_devops._secret import NO_EXTRA, Extra, Secret

_INLINE: Final = {str: "str", bool: "bool", int: "int", float: "float"}
_SHARED_NAMES: Final = {
    "new": object.__new__,
    "wrong_type": wrong_type,
    "no_extra": NO_EXTRA,
    "Extra": Extra,
    "Secret": Secret,
    "read_time": times.read,
    "go_zero": times.GO_ZERO,
    "all_strings": frozenset((str,)).issuperset,
}


def compile_reader(model: Model, shape: tuple[str, ...], title: str, read_others: Reader, reader_of: Callable[[Any], Reader]) -> Reader:
    """Return a function that reads objects with just these names, and passes others on.

    Args:
        model: What they are read as.
        shape: The names, in order.
        title: What tracebacks call the function.
        read_others: What reads an object without one of the names.
        reader_of: Returns the reader of a shape.
    """
    names: dict[str, Any] = {"read_others": read_others}
    return _compile(_shape_lines(model, shape, names, reader_of), names, title)


def source_of(cls: Any, names: Sequence[str] | None = None) -> str:
    """Return the text of the function that reads objects with just these names as a model.

    By default these are the names of all fields.

    >>> print(source_of(models.Database, ["id", "status"]))
    """
    model = model_of(cls)
    shape = tuple(field.wire for field in model.fields) if names is None else tuple(names)
    return "\n".join(_shape_lines(model, shape, {}, _no_reader)) + "\n"


def _no_reader(shape: Any) -> Reader:
    """Stand in for a reader where only the text counts."""
    return bool


def _shape_lines(model: Model, shape: tuple[str, ...], names: dict[str, Any], reader_of: Callable[[Any], Reader]) -> list[str]:
    names.update(_SHARED_NAMES, cls=model.cls)
    variables = {name: f"v{index}" for index, name in enumerate(shape)}
    unknown = [name for name in shape if name not in model.wire_names]
    variants = variant_names(variables, unknown, model)
    names["values"] = itemgetter(*shape)
    lines = [
        "def read(o):",
        f"    try: {', '.join(variables.values())} = values(o)",
        "    except KeyError: return read_others(o)",
        "    self = new(cls)",
    ]
    for index, field in enumerate(model.fields):
        source = _FieldSource(field, index, names, reader_of)
        variable = variables.get(variants.get(field.wire, field.wire))
        lines.append(f"    self.{field.name} = {source.absent() if variable is None else source.convert(variable)}")
    if model.extra is not None:
        kept = [f"{name!a}: {variables[name]}" for name in unknown if name not in variants.values()]
        if kept:
            lines += ["    extra = new(Extra)", f"    extra._fields = {{{', '.join(kept)}}}"]
        lines.append(f"    self.{model.extra} = {'extra' if kept else 'no_extra'}")
    return [*lines, "    return self"]


def _compile(lines: list[str], names: dict[str, Any], title: str) -> Reader:
    """Compile the function ``read``, and give linecache its lines for tracebacks."""
    filename = f"<reader of {title}>"
    source = "\n".join(lines) + "\n"
    exec(compile(source, filename, "exec"), names)
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    read: Reader = names["read"]
    return read


class _Members(dict[object, object]):
    """The members of an enum by their wire values. An unknown string is itself."""

    def __init__(self, shape: Any, read: Reader, *, nullable: bool) -> None:
        super().__init__(scalars.members_by_value(*filter(is_enum, members(shape))))
        self._read = read
        if nullable:
            self[None] = None

    def __missing__(self, value: object) -> object:
        return value if type(value) is str else self._read(value)


@attrs.define(eq=False, repr=False)
class _FieldSource:
    """Writes the expressions for one field.

    What they refer to is added to ``names``, with the index of the field in its name.
    """

    field: Field
    index: int
    names: dict[str, Any]
    reader_of: Callable[[Any], Reader]

    def absent(self) -> str:
        """Return the expression for a field that the object lacks."""
        if self.field.if_absent is not None:
            return f"{self._reader(self.field.shape)}(None)"
        return "None" if self.field.default is None else f"{self._bind('default', self.field.default)}()"

    def convert(self, variable: str) -> str:
        """Return the expression that converts the value of a variable."""
        shape, nullable = split_optional(self.field.shape)
        if is_list(shape):
            return self._list(shape, variable)
        # A null list is empty, and only an absent one is None.
        if not self.field.required and self.field.default is not None:
            return f"{self._reader(self.field.shape)}({variable})"
        return self._value(shape, nullable, variable)

    def _bind(self, prefix: str, value: object) -> str:
        name = f"{prefix}{self.index}"
        self.names[name] = value
        return name

    def _reader(self, shape: Any) -> str:
        return self._bind("read", self._read_function(shape))

    def _read_function(self, shape: Any) -> Reader:
        return or_if_absent(self.reader_of(shape), self.field)

    def _readers(self, shape: Any) -> str:
        """Return the table of the readers of another model; they need no call between."""
        return self._bind("readers", table_of(self.reader_of(shape)))

    def _members(self, shape: Any, *, nullable: bool = False) -> _Members:
        return _Members(shape, self._read_function(shape), nullable=nullable)

    def _value(self, shape: Any, nullable: bool, v: str) -> str:
        # None first: most optional fields are absent, and type() is a call.
        none_or = f"{v} is None or " if nullable else ""
        if shape in _INLINE:
            widen = f"float({v}) if type({v}) is int else " if shape is float else ""
            return f"{v} if {none_or}type({v}) is {_INLINE[shape]} else {widen}{self._reader(shape)}({v})"
        if is_open_enum(shape):
            return f"{self._bind('members', self._members(shape, nullable=nullable))}[{v}]"
        if shape is object or shape is Any:
            return v
        if attrs.has(shape):
            if_null = "None" if nullable else f"{self._reader(shape)}(None)"
            return f"{if_null} if {v} is None else {self._readers(shape)}[len({v})]({v})"
        fallback = f"{self._reader(shape)}({v})"
        if shape is Secret:
            fallback = f"Secret({v})"
        elif times.is_time(shape) and nullable:
            fallback = f"read_time({v}) if type({v}) is str else {fallback}"
            return f"None if {v} is None or {v} == go_zero else {fallback}"
        return f"None if {v} is None else {fallback}" if nullable else fallback

    def _list(self, shape: Any, v: str) -> str:
        item = item_of(shape)
        fallback = f"{self._reader(shape)}({v})"
        if item is str:
            return f"{v} if type({v}) is list and all_strings(map(type, {v})) else {fallback}"
        if is_open_enum(item):
            known = _Members(item, self.reader_of(item), nullable=False)
            items = f"*map({self._bind('item', known.__getitem__)}, {v})"
        elif attrs.has(item):
            items = f"{self._readers(item)}[len(i)](i) for i in {v}"
        else:
            return fallback
        return f"[{items}] if type({v}) is list else {fallback}"
