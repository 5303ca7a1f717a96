"""What the annotations of a model say: its fields and their wire names, the members of a union, and the error when a document disagrees."""

import functools
import operator
import types
import typing
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from enum import Enum
from typing import Any, Final

import attrs

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
    """A document does not have the shape that the contract gives it.

    ``pointer`` is the JSON pointer of the place (``""`` is the whole document), ``expected`` says
    what belongs there and ``found`` what stands there, by its type only: the value itself may be
    secret.
    """

    def __init__(self, pointer: str, expected: str, found: str) -> None:
        super().__init__(pointer, expected, found)
        self.pointer = pointer
        self.expected = expected
        self.found = found

    def at(self, pointer: str) -> "ShapeError":
        """Give the same error for a place that is known by now."""
        return ShapeError(pointer, self.expected, self.found)

    def __str__(self) -> str:
        return f"{self.pointer or 'the document'} must be {self.expected}, not {self.found}"


def json_type(value: object) -> str:
    """Name the JSON type of a value, and nothing else of it."""
    return _JSON_TYPES.get(type(value), type(value).__name__)


def step(pointer: str, key: str | int) -> str:
    """Extend a JSON pointer by one key or index."""
    return f"{pointer}/{str(key).replace('~', '~0').replace('/', '~1')}"


def refused(value: object, expected: str) -> ShapeError:
    """Make the error for a value of the wrong type, whose place is not known yet."""
    return ShapeError("", expected, json_type(value))


@attrs.frozen(kw_only=True)
class Field:
    """One field of a model.

    ``default`` makes the value of an absent optional field; ``None`` stands for a default of
    ``None``.
    """

    name: str
    wire: str
    shape: Any
    required: bool
    default: Callable[[], object] | None


@attrs.frozen(kw_only=True)
class Model:
    """An attrs class as the wire sees it.

    ``spellings`` leads from an alias or a name without its capitals to the wire name; ``extra`` is
    the field that keeps unknown names.
    """

    cls: type[Any]
    fields: tuple[Field, ...]
    known: frozenset[str]
    needed: frozenset[str]
    spellings: Mapping[str, str]
    extra: str | None


@functools.cache
def model_of(cls: Any) -> Model:
    """Read the table of fields from an attrs class, once per class."""
    hints = typing.get_type_hints(cls)
    spellings: dict[str, str] = {}
    extra: str | None = None
    fields: list[Field] = []
    for attribute in attrs.fields(cls):
        if attribute.metadata.get("extra"):
            extra = attribute.name
            continue
        field = _field(attribute, hints[attribute.name])
        fields.append(field)
        for spelling in (field.wire, *attribute.metadata.get("aliases", ())):
            spellings.setdefault(spelling.casefold(), field.wire)
    return Model(
        cls=cls,
        fields=tuple(fields),
        known=frozenset(field.wire for field in fields),
        needed=frozenset(field.wire for field in fields if field.required),
        spellings=spellings,
        extra=extra,
    )


def _field(attribute: "attrs.Attribute[Any]", shape: Any) -> Field:
    default = attribute.default
    return Field(
        name=attribute.name,
        wire=attribute.metadata.get("wire", attribute.name),
        shape=shape,
        required=default is attrs.NOTHING,
        default=_maker(default),
    )


def _maker(default: Any) -> Callable[[], object] | None:
    if default is None or default is attrs.NOTHING:
        return None
    if isinstance(default, attrs.Factory):  # type: ignore[arg-type]
        maker: Callable[[], object] = default.factory
        return maker
    return lambda: default


def respelled(document: Mapping[str, object], unknown: Iterable[str], model: Model) -> dict[str, str]:
    """Find the fields that an object spells otherwise: the wire name, and the name that it has there."""
    found: dict[str, str] = {}
    for key in unknown:
        wire = model.spellings.get(key.casefold())
        if wire is not None and wire not in document:
            found.setdefault(wire, key)
    return found


def members(shape: Any) -> tuple[Any, ...]:
    """Give the members of a union, ``None`` as ``NoneType``; of anything else the shape alone."""
    if isinstance(shape, types.UnionType) or typing.get_origin(shape) is typing.Union:
        return typing.get_args(shape)
    return (types.NoneType,) if shape is None else (shape,)


def optional(shape: Any) -> tuple[Any, bool]:
    """Part ``X | None`` into ``X`` and whether ``None`` was allowed."""
    all_of = members(shape)
    rest = tuple(member for member in all_of if member is not types.NoneType)
    if len(rest) == len(all_of) or not rest:
        return shape, False
    return functools.reduce(operator.or_, rest), True


def is_enum(shape: Any) -> bool:
    """Tell whether the shape is an enum class."""
    return isinstance(shape, type) and issubclass(shape, Enum)


def is_open_enum(shape: Any) -> bool:
    """Tell whether the shape is ``SomeEnum | str``: the members of known values, and any other string."""
    all_of = members(shape)
    return str in all_of and len(all_of) > 1 and all(member is str or is_enum(member) for member in all_of)


def is_list(shape: Any) -> bool:
    """Tell whether the shape is ``list[X]``."""
    return shape is list or typing.get_origin(shape) is list


def is_dict(shape: Any) -> bool:
    """Tell whether the shape is ``dict[str, X]``."""
    return shape is dict or typing.get_origin(shape) is dict


def item_of(shape: Any) -> Any:
    """Give ``X`` of ``list[X]`` or ``dict[str, X]``; ``object`` where none is named."""
    return (typing.get_args(shape) or (object,))[-1]


_DESCRIPTIONS: Final[Mapping[Any, str]] = {
    str: "a string",
    Secret: "a string",
    datetime: "a time",
    int: "an integer",
    float: "a number",
    bool: "a boolean",
    types.NoneType: "null",
    object: "a value",
    Any: "a value",
}


def describe(shape: Any) -> str:
    """Say in a few words what the wire should hold."""
    return " or ".join(dict.fromkeys(_describe_one(member) for member in members(shape)))


def _describe_one(shape: Any) -> str:
    if shape in _DESCRIPTIONS:
        return _DESCRIPTIONS[shape]
    if is_enum(shape):
        return "a string"
    return "an array" if is_list(shape) else "an object" if is_dict(shape) else f"an object ({shape.__name__})"
