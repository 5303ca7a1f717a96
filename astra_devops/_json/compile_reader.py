"""Reading objects as models: field by field at first, then by a function compiled for their names.

Objects that come again and again with the same names get a reader of their own: one line per field,
the common case checked inline. Calls are what is slow in Python, so there are none for strings,
numbers and enums of the expected type. All values are fetched at once, so unknown names and other
spellings cost nothing. ``source_of`` returns its text.

Instances are filled without ``__init__``, which would take longer than all the rest. Models have
neither converters nor validators, so this skips nothing.
"""

import linecache
from collections import defaultdict
from collections.abc import Callable, Sequence
from itertools import filterfalse
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
    "all_strings": frozenset((str,)).issuperset,
}

# An object is worth a reader of its own when it has come this often. Each takes a millisecond to
# compile, and some kilobytes.
_OFTEN: Final = 10
_MOST_SHAPES: Final = 16
_MOST_COUNTED: Final = 64
_MOST_NAMES: Final = 200


class _Readers(dict[int, Reader]):
    """The readers of one model, by the number of names in an object.

    For each number there is at most one, for the names that came often first. It passes objects
    with other names on, which have a second table.
    """

    def __init__(self, model: Model, reader_of: Callable[[Any], Reader]) -> None:
        self._model = model
        self._reader_of = reader_of
        self._by_names: dict[tuple[str, ...], Reader] = {}
        self._counts: dict[tuple[str, ...], int] = {}
        # Made when a field is first there: most answers lack some objects that they may have.
        self._by_field: dict[str, Reader] = {}

    def read(self, document: Any, _: object = None) -> Any:
        """Turn an object into an instance of the model's class."""
        try:
            read = self[len(document)]
        except TypeError:
            read = self._read_any
        return read(document)

    def _read_any(self, document: Any) -> Any:
        """Read an object field by field, whatever its names are."""
        if type(document) is not dict:
            raise wrong_type(document, "an object")
        extra = NO_EXTRA
        if not self._model.wire_names.issuperset(document):
            document, extra = split_unknown(document, self._model)
        instance = object.__new__(self._model.cls)
        for field in self._model.fields:
            if field.wire in document:
                setattr(instance, field.name, self._reader_of_field(field)(document[field.wire]))
            elif field.if_absent is not None:
                setattr(instance, field.name, self._reader_of_field(field)(None))
            elif field.required:
                raise KeyError(field.wire)
            else:
                setattr(instance, field.name, None if field.default is None else field.default())
        if self._model.extra is not None:
            setattr(instance, self._model.extra, extra)
        return instance

    def _reader_of_field(self, field: Field) -> Reader:
        if field.wire not in self._by_field:
            self._by_field[field.wire] = _or_if_absent(self._reader_of(field.shape), field)
        return self._by_field[field.wire]

    def __missing__(self, count: int) -> Reader:
        return self._read_others

    def _read_others(self, document: Any) -> Any:
        shape = tuple(document) if type(document) is dict else ()
        read = self._by_names.get(shape)
        if read is not None:
            return read(document)
        instance = self._read_any(document)  # Raises what is wrong with it.
        if len(self._by_names) < _MOST_SHAPES and 0 < len(shape) <= _MOST_NAMES:
            self._learn(shape)
        return instance

    def _learn(self, shape: tuple[str, ...]) -> None:
        if len(self._counts) >= _MOST_COUNTED:
            self._counts.clear()
        self._counts[shape] = self._counts.get(shape, 0) + 1
        if self._counts[shape] >= _OFTEN:
            names: dict[str, Any] = {"read_others": self._read_others}
            lines = _shape_lines(self._model, shape, names, self._reader_of)
            read = _compile(lines, names, f"{self._model.cls.__qualname__}, objects {len(self._by_names) + 1}")
            self._by_names[shape] = read
            self.setdefault(len(shape), read)


class _Members(dict[object, object]):
    """The members of an enum by their wire values. An unknown string is itself."""

    def __init__(self, shape: Any, read: Reader, *, nullable: bool) -> None:
        super().__init__(scalars.members_by_value(*filter(is_enum, members(shape))))
        self._read = read
        if nullable:
            self[None] = None

    def __missing__(self, value: object) -> object:
        return value if type(value) is str else self._read(value)


def compile_reader(model: Model, reader_of: Callable[[Any], Reader]) -> Reader:
    """Return a function that turns a JSON object into an instance of the model's class."""
    return _Readers(model, reader_of).read


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


def _or_if_absent(read: Reader, field: Field) -> Reader:
    """Return a reader that reads null as what the service may leave out."""
    if_absent = field.if_absent
    return read if if_absent is None else lambda value: read(if_absent if value is None else value)


def split_unknown(document: dict[str, object], model: Model) -> tuple[dict[str, object], Extra]:
    """Split an object into the fields of the model, under their wire names, and the rest.

    The exact name of a field wins over its variants, which are then kept with the unknown names.
    """
    unknown = [*filterfalse(model.wire_names.__contains__, document)]
    variants = variant_names(document, unknown, model)
    extra = Extra({key: document[key] for key in unknown if key not in variants.values()})
    return ({**document, **{wire: document[key] for wire, key in variants.items()}} if variants else document), extra


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
        return _or_if_absent(self.reader_of(shape), self.field)

    def _readers(self, shape: Any) -> str:
        """Return the table of the readers of another model; they need no call between."""
        read = self.reader_of(shape)
        table = getattr(read, "__self__", None)
        return self._bind("readers", table if isinstance(table, _Readers) else defaultdict(lambda: read))

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
        return f"None if {v} is None else {fallback}" if nullable else fallback

    def _list(self, shape: Any, v: str) -> str:
        item = item_of(shape)
        fallback = f"{self._reader(shape)}({v})"
        if item is str:
            return f"{v} if type({v}) is list and all_strings(map(type, {v})) else {fallback}"
        # These call a function for each item without a Python frame.
        if is_open_enum(item):
            read_item: Reader = _Members(item, self.reader_of(item), nullable=False).__getitem__
        elif attrs.has(item):
            read_item = self.reader_of(item)
        else:
            return fallback
        return f"[*map({self._bind('item', read_item)}, {v})] if type({v}) is list else {fallback}"
