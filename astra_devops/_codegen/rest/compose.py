"""Merging the members of allOf into one set of properties."""

from typing import Final

from astra_devops._codegen.errors import Node, SpecError
from astra_devops._codegen.pointer import join
from astra_devops._codegen.rest.walk import follow

_NOTES: Final = ("title", "description", "example", "default", "deprecated")

Property = tuple[Node, str]
"""The schema of a property, and its pointer."""


def refuse_cycles(document: Node, schema: Node, pointer: str, seen: frozenset[str] = frozenset()) -> None:
    """Refuse a schema that is composed of itself, which cannot be resolved.

    Raises:
        SpecError: The schema is composed of itself. The pointer is the member that closes the
            cycle.
    """
    for index, member in enumerate(schema["allOf"] if isinstance(schema.get("allOf"), list) else ()):
        if isinstance(member, dict):
            target, where = follow(document, member, join(pointer, "allOf", index))
            if where in seen | {pointer}:
                raise SpecError(join(pointer, "allOf", index), "a schema that is composed of itself")
            refuse_cycles(document, target, where, seen | {pointer})


def collect(document: Node, schema: Node, pointer: str) -> tuple[dict[str, Property], frozenset[str]]:
    """Return all properties of an object by wire name, and the names of those that are required.

    A later member overrides an earlier one, since it is more specific. A member that is a choice
    between objects adds the properties of all of them, none of which is required.

    Raises:
        SpecError: A member is not an object, or a choice between objects that have different
            schemas for one property.
    """
    properties: dict[str, Property] = {}
    required: set[str] = set()
    for index, member in enumerate(schema.get("allOf") or ()):
        target, where = follow(document, member, join(pointer, "allOf", index))
        if target.get("type", "object") != "object":
            raise SpecError(where, "allOf is supported for objects only")
        inherited, inherited_required = collect(document, target, where)
        for key in ("oneOf", "anyOf"):
            if not target.get("properties"):
                properties |= _collect_choice(document, target, key, where)
        properties |= inherited
        required |= inherited_required
    for wire, inner in (schema.get("properties") or {}).items():
        properties[wire] = (inner, join(pointer, "properties", wire))
    required |= set(schema.get("required") or ())
    return properties, frozenset(required)


def _collect_choice(document: Node, schema: Node, key: str, pointer: str) -> dict[str, Property]:
    """Return the properties of all members of a choice."""
    properties: dict[str, Property] = {}
    for index, member in enumerate(schema.get(key) or ()):
        target, where = follow(document, member, join(pointer, key, index))
        if target.get("type", "object") != "object":
            raise SpecError(where, "a choice inside allOf is supported between objects only")
        found, _ = collect(document, target, where)
        for wire, (inner, place) in found.items():
            if wire in properties and _shape(properties[wire][0]) != _shape(inner):
                raise SpecError(place, f"the members of a choice inside allOf have different schemas for {wire!r}")
            properties.setdefault(wire, (inner, place))
    return properties


def _shape(schema: Node) -> Node:
    """Return a schema without notes, and without the values of a string."""
    return {key: value for key, value in schema.items() if key not in _NOTES and not (key == "enum" and schema.get("type") == "string")}
