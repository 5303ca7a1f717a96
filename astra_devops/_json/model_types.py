"""What annotations say about models: fields, wire names, unions; and the error for a mismatch."""

import functools
import operator
import types
import typing
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from enum import Enum
from typing import Any, Final

import attrs

from astra_devops._json import times
from astra_devops._secret import Secret

_JSON_TYPES: Final[Mapping[type, str]] = {
    type(None): "null",
    bool: "a boolean",
    int: "a number",
    float: "a number",
    str: "a string",
    list: "an array",
    dict: "an object",
}


class ShapeError(ValueError):
    """A document does not have the shape in the contract.

    ``pointer`` is the JSON pointer to the place (``""`` is the whole document). ``expected``
    describes what belongs there, and ``actual`` what is there, by its type only: the value may be
    secret.
    """

    def __init__(self, pointer: str, expected: str, actual: str) -> None:
        super().__init__(pointer, expected, actual)
        self.pointer = pointer
        self.expected = expected
        self.actual = actual

    def at(self, pointer: str) -> "ShapeError":
        """Return the same error with its pointer."""
        return ShapeError(pointer, self.expected, self.actual)

    def __str__(self) -> str:
        return f"{self.pointer or 'the document'} must be {self.expected}, not {self.actual}"


def json_type(value: object) -> str:
    """Return the name of a value's JSON type, without anything of the value."""
    return _JSON_TYPES.get(type(value), type(value).__name__)


def child(pointer: str, key: str | int) -> str:
    """Return the JSON pointer to a key or index of what ``pointer`` points to."""
    return f"{pointer}/{str(key).replace('~', '~0').replace('/', '~1')}"


def wrong_type(value: object, expected: str) -> ShapeError:
    """Return the error for a value of the wrong type, whose pointer is not known yet."""
    return ShapeError("", expected, json_type(value))


class Field:
    """One field of a model.

    ``default`` returns the value of an absent optional field. It is None if that value is None.
    ``if_absent`` is the JSON that a required field is read as when an answer lacks it or has null:
    the service leaves out some fields that its documents require. It is None if no answer may.
    """

    def __init__(
        self, *, name: str, wire: str, shape: Any, required: bool, default: Callable[[], object] | None, if_absent: object
    ) -> None:
        self.name: str = name
        self.wire: str = wire
        self.shape: Any = shape
        self.required: bool = required
        self.default: Callable[[], object] | None = default
        self.if_absent: object = if_absent

    @property
    def is_identity(self) -> bool:
        """Whether an object without this field cannot be read."""
        return self.required and self.if_absent is None


class Model:
    """An attrs class and its names in JSON.

    ``names`` has the wire name for each name and alias, folded. ``extra`` is the field that keeps
    unknown names.

    Attributes:
        wire_names: The names of the fields in JSON.
        required_names: Those that a request must have.
        is_empty_if_null: Whether no field has to be in an answer.
    """

    def __init__(self, cls: type[Any], fields: tuple[Field, ...], names: Mapping[str, str], extra: str | None) -> None:
        self.cls: type[Any] = cls
        self.fields: tuple[Field, ...] = fields
        self.wire_name_by_folded: Mapping[str, str] = names
        self.extra: str | None = extra
        self.wire_names: frozenset[str] = frozenset(field.wire for field in fields)
        self.required_names: frozenset[str] = frozenset(field.wire for field in fields if field.required)
        self.is_empty_if_null: bool = not any(field.is_identity for field in fields)


@functools.cache
def model_of(cls: Any) -> Model:
    """Return the model of an attrs class, from a cache if possible."""
    hints = typing.get_type_hints(cls)
    wire_name_by_folded: dict[str, str] = {}
    extra: str | None = None
    fields: list[Field] = []
    for attribute in attrs.fields(cls):
        if attribute.metadata.get("extra"):
            extra = attribute.name
            continue
        field = _field(attribute, hints[attribute.name])
        fields.append(field)
        for name in (field.wire, *attribute.metadata.get("aliases", ())):
            wire_name_by_folded.setdefault(_fold(name), field.wire)
    return Model(cls, tuple(fields), wire_name_by_folded, extra)


def _field(attribute: "attrs.Attribute[Any]", shape: Any) -> Field:
    default = attribute.default
    return Field(
        name=attribute.name,
        wire=attribute.metadata.get("wire", attribute.name),
        shape=shape,
        required=default is attrs.NOTHING,
        default=_default_factory(default),
        if_absent=attribute.metadata.get("if_absent"),
    )


def _default_factory(default: Any) -> Callable[[], object] | None:
    if default is None or default is attrs.NOTHING:
        return None
    if isinstance(default, attrs.Factory):  # type: ignore[arg-type]
        factory: Callable[[], object] = default.factory
        return factory
    return lambda: default


def variant_names(document: Mapping[str, object], unknown: Iterable[str], model: Model) -> dict[str, str]:
    """Find the fields that an object has under another name: in another spelling, or an alias.

    Returns the name in the object by the wire name.
    """
    variants: dict[str, str] = {}
    for key in unknown:
        wire = model.wire_name_by_folded.get(_fold(key))
        if wire is not None and wire not in document:
            variants.setdefault(wire, key)
    return variants


def _fold(name: str) -> str:
    """Return a name without what the service varies: its case, and underscores."""
    return name.casefold().replace("_", "")


def members(shape: Any) -> tuple[Any, ...]:
    """Return the members of a union, with ``None`` as ``NoneType``; or the shape if not a union."""
    if isinstance(shape, types.UnionType) or typing.get_origin(shape) is typing.Union:
        return typing.get_args(shape)
    return (types.NoneType,) if shape is None else (shape,)


def split_optional(shape: Any) -> tuple[Any, bool]:
    """Return the shape without ``None``, and whether it allowed ``None``."""
    with_none = members(shape)
    rest = tuple(member for member in with_none if member is not types.NoneType)
    if len(rest) == len(with_none) or not rest:
        return shape, False
    return functools.reduce(operator.or_, rest), True


def allows_null(shape: Any) -> bool:
    """Return whether ``null`` is a value of the shape: of a list it is, written by Go."""
    rest, nullable = split_optional(shape)
    return nullable or is_list(rest)


def is_enum(shape: Any) -> bool:
    """Return whether the shape is an enum class."""
    return isinstance(shape, type) and issubclass(shape, Enum)


def is_open_enum(shape: Any) -> bool:
    """Return whether the shape is ``SomeEnum | str``: a member for a known value, or any string."""
    union = members(shape)
    return str in union and len(union) > 1 and all(member is str or is_enum(member) for member in union)


def is_list(shape: Any) -> bool:
    """Return whether the shape is ``list[X]``."""
    return shape is list or typing.get_origin(shape) is list


def is_dict(shape: Any) -> bool:
    """Return whether the shape is ``dict[str, X]``."""
    return shape is dict or typing.get_origin(shape) is dict


def item_of(shape: Any) -> Any:
    """Return ``X`` of ``list[X]`` or ``dict[str, X]``, or ``object`` if it is not named."""
    return (typing.get_args(shape) or (object,))[-1]


_DESCRIPTIONS: Final[Mapping[Any, str]] = {
    str: "a string",
    Secret: "a string",
    int: "an integer",
    float: "a number",
    Decimal: "a number",
    bool: "a boolean",
    types.NoneType: "null",
    object: "a value",
    Any: "a value",
}


def describe(shape: Any) -> str:
    """Return a few words for what the JSON should contain."""
    return " or ".join(dict.fromkeys(_describe_one(member) for member in members(shape)))


def _describe_one(shape: Any) -> str:
    if times.is_time(shape):
        return "a time"
    if shape in _DESCRIPTIONS:
        return _DESCRIPTIONS[shape]
    if is_enum(shape):
        return "a string"
    return "an array" if is_list(shape) else "an object" if is_dict(shape) else f"an object ({shape.__name__})"
