"""The model of a document: groups, operations, classes and types."""

from typing import Final, Literal

import attrs

JSON: Final = "application/json"
"""The media type of requests and answers that need no other one."""

PlainName = Literal["str", "int", "float", "bool", "object", "None", "datetime", "Decimal", "Secret"]


@attrs.frozen
class Plain:
    """A type of Python or of this package."""

    name: PlainName


@attrs.frozen
class ListOf:
    """A list of one type."""

    item: "Type"


@attrs.frozen
class MapOf:
    """A dict with strings as keys and values of one type."""

    value: "Type"


@attrs.frozen
class Named:
    """A class of the document, by the key of its definition."""

    key: str


@attrs.frozen
class Either:
    """One of several types. ``None`` comes last, if it is one of them."""

    members: "tuple[Type, ...]"


Type = Plain | ListOf | MapOf | Named | Either

STR = Plain("str")
NONE = Plain("None")
ANY = Plain("object")


def either(*types: Type) -> Type:
    """Return the union of types, without duplicates and nesting."""
    flat: list[Type] = []
    for kind in types:
        flat += kind.members if isinstance(kind, Either) else (kind,)
    unique = [kind for kind in dict.fromkeys(flat) if kind != NONE]
    if ANY in unique:
        unique = [ANY]
    if NONE in flat:
        unique.append(NONE)
    return unique[0] if len(unique) == 1 else Either(tuple(unique))


def leaves(kind: Type) -> list[Plain | Named]:
    """Return the types at the leaves of a type, in order."""
    match kind:
        case ListOf(inner) | MapOf(inner):
            return leaves(inner)
        case Either(members):
            return [leaf for member in members for leaf in leaves(member)]
        case _:
            return [kind]


@attrs.frozen(kw_only=True)
class Field:
    """One field of a class.

    ``wire`` is its name on the wire, and ``if_absent`` what a required field is read as if an
    answer lacks it; None if no answer may.
    """

    name: str
    wire: str
    type: Type
    required: bool
    aliases: tuple[str, ...] = ()
    if_absent: object = None
    doc: str = attrs.field(default="", eq=False)


@attrs.frozen(kw_only=True)
class Class:
    """A class with fields.

    ``shortcuts`` are properties for fields of a field: the name, and the names of the two.
    ``summary`` has the attributes that a repr shows.
    """

    key: str
    name: str
    fields: tuple[Field, ...]
    doc: str = ""
    shortcuts: tuple[tuple[str, str, str], ...] = ()
    summary: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class Enum:
    """An enum of strings. A member is a pair of name and value."""

    key: str
    name: str
    members: tuple[tuple[str, str], ...]
    doc: str = ""


Definition = Class | Enum


@attrs.frozen(kw_only=True)
class Parameter:
    """An argument in the path, the query, a header or a cookie.

    ``wildcard`` is the common prefix of a family of query parameters. ``is_joined`` says that the
    items of a list are one query parameter, with commas between them.
    """

    name: str
    wire: str
    place: Literal["path", "query", "header", "cookie"]
    type: Type
    required: bool
    wildcard: str | None = None
    is_joined: bool = False
    doc: str = ""


@attrs.frozen(kw_only=True)
class Body:
    """The body of a request. ``media`` is its media type."""

    type: Type
    required: bool
    media: str = JSON
    doc: str = ""


@attrs.frozen(kw_only=True)
class Operation:
    """One operation. ``accepts`` has the media types of its answers, as in a header."""

    id: str
    method: str
    path: str
    group: str
    function: str
    summary: str
    description: str
    parameters: tuple[Parameter, ...]
    body: Body | None
    success: tuple[int, ...]
    result: Type
    accepts: str
    retry: str
    how_to_check: str | None
    lane: str | None
    server: str | None
    permissions: tuple[str, ...]
    inferred: bool
    deprecated: bool

    @property
    def constant(self) -> str:
        """The name of the operation in the index."""
        return self.function.upper()


@attrs.frozen(kw_only=True)
class Group:
    """One module of endpoints."""

    name: str
    title: str
    doc: str


@attrs.frozen(kw_only=True)
class Model:
    """A whole document."""

    groups: tuple[Group, ...]
    operations: tuple[Operation, ...]
    definitions: dict[str, Definition]
