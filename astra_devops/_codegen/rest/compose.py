"""Merging the members of allOf into one set of properties."""

from astra_devops._codegen.errors import Node, SpecError
from astra_devops._codegen.pointer import join
from astra_devops._codegen.rest.walk import follow

Property = tuple[Node, str]
"""The schema of a property, and its pointer."""


def refuse_cycles(document: Node, schema: Node, pointer: str, seen: frozenset[str] = frozenset()) -> None:
    """Refuse a schema that is composed of itself, which neither the validator nor anybody else could resolve.

    Raises:
        SpecError: it is; the pointer is that of the member that closes the circle.
    """
    for index, member in enumerate(schema["allOf"] if isinstance(schema.get("allOf"), list) else ()):
        if isinstance(member, dict):
            target, where = follow(document, member, join(pointer, "allOf", index))
            if where in seen | {pointer}:
                raise SpecError(join(pointer, "allOf", index), "a schema that is composed of itself")
            refuse_cycles(document, target, where, seen | {pointer})


def collect(document: Node, schema: Node, pointer: str) -> tuple[dict[str, Property], frozenset[str]]:
    """Return the properties of an object, own and merged, by wire name, and which of them are required.

    A later member overrides an earlier one: it narrows what the earlier said.

    Raises:
        SpecError: a member is no object, or a choice.
    """
    properties: dict[str, Property] = {}
    required: set[str] = set()
    for index, member in enumerate(schema.get("allOf") or ()):
        target, where = follow(document, member, join(pointer, "allOf", index))
        if target.get("type", "object") != "object" or (("oneOf" in target or "anyOf" in target) and not target.get("properties")):
            raise SpecError(where, "allOf over something else than objects: not understood")
        inherited, demanded = collect(document, target, where)
        properties |= inherited
        required |= demanded
    for wire, inner in (schema.get("properties") or {}).items():
        properties[wire] = (inner, join(pointer, "properties", wire))
    required |= set(schema.get("required") or ())
    return properties, frozenset(required)
