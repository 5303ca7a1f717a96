"""Visiting a document by the grammar of OpenAPI.

A property that is *named* ``$ref``, ``items`` or ``required`` is not taken for the keyword. The
walk is lazy and goes from the outside in: if a place is repaired while it is visited, the walk
continues with the children of the repaired place.
"""

from collections.abc import Iterator
from typing import Any, Final, Literal
from urllib.parse import unquote

import attrs

from astra_devops._codegen.errors import Node, SpecError
from astra_devops._codegen.pointer import join, split

Kind = Literal["info", "tag", "components", "path", "operation", "parameter", "header", "body", "response", "media", "schema", "reference"]

METHODS: Final = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


@attrs.frozen
class Place:
    """One object of the document.

    ``kind`` is what the grammar has in this place, or ``reference`` if the object is a reference.
    """

    kind: Kind
    pointer: str
    node: Node


def walk(document: Node) -> Iterator[Place]:
    """Visit every object of the document that the generator supports, but follow no references."""
    yield from _single(document, "", "info", "info")
    yield from _items(document.get("tags"), "/tags", "tag")
    yield from _single(document, "", "components", "components")
    components = document.get("components")
    if isinstance(components, dict):
        yield from _mapping(components, "/components", "schemas", "schema")
        yield from _mapping(components, "/components", "parameters", "parameter")
        yield from _mapping(components, "/components", "headers", "header")
        yield from _mapping(components, "/components", "requestBodies", "body")
        yield from _mapping(components, "/components", "responses", "response")
    yield from _mapping(document, "", "paths", "path")


def _visit(value: Any, pointer: str, kind: Kind) -> Iterator[Place]:
    if not isinstance(value, dict):
        return
    if isinstance(value.get("$ref"), str) and kind != "path":
        yield Place("reference", pointer, value)
        return
    yield Place(kind, pointer, value)
    if kind == "path":
        yield from _items(value.get("parameters"), join(pointer, "parameters"), "parameter")
        for method in METHODS:
            yield from _single(value, pointer, method, "operation")
    elif kind == "operation":
        yield from _items(value.get("parameters"), join(pointer, "parameters"), "parameter")
        yield from _single(value, pointer, "requestBody", "body")
        yield from _mapping(value, pointer, "responses", "response")
    elif kind in ("parameter", "header", "media"):
        yield from _single(value, pointer, "schema", "schema")
        yield from _mapping(value, pointer, "content", "media")
    elif kind in ("body", "response"):
        yield from _mapping(value, pointer, "headers", "header")
        yield from _mapping(value, pointer, "content", "media")
    elif kind == "schema":
        yield from _inside_schema(value, pointer)


def _inside_schema(schema: Node, pointer: str) -> Iterator[Place]:
    yield from _mapping(schema, pointer, "properties", "schema")
    for key in ("items", "additionalProperties", "not"):
        yield from _single(schema, pointer, key, "schema")
    for key in ("allOf", "oneOf", "anyOf"):
        yield from _items(schema.get(key), join(pointer, key), "schema")


def _single(node: Node, pointer: str, key: str, kind: Kind) -> Iterator[Place]:
    yield from _visit(node.get(key), join(pointer, key), kind)


def _mapping(node: Node, pointer: str, key: str, kind: Kind) -> Iterator[Place]:
    mapping = node.get(key)
    if isinstance(mapping, dict):
        for name in list(mapping):
            # Between paths and status codes, x- marks an extension. Among the names of schemas and
            # properties it has no meaning.
            if key not in ("paths", "responses") or not str(name).startswith("x-"):
                yield from _visit(mapping.get(name), join(pointer, key, name), kind)


def _items(value: Any, pointer: str, kind: Kind) -> Iterator[Place]:
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _visit(item, join(pointer, index), kind)


def follow(document: Node, node: Node, pointer: str) -> tuple[Node, str]:
    """Follow references to an object. Return the object and its pointer.

    Raises:
        SpecError: The reference leaves the document, leads nowhere, or leads back to itself.
    """
    seen = {pointer}
    while isinstance(reference := node.get("$ref"), str):
        if not reference.startswith("#/"):
            raise SpecError(join(pointer, "$ref"), f"{reference!r} leaves the document")
        destination = unquote(reference[1:])
        target = find(document, destination)
        if not isinstance(target, dict):
            raise SpecError(join(pointer, "$ref"), f"{reference!r} leads nowhere")
        if destination in seen:
            raise SpecError(join(pointer, "$ref"), f"{reference!r} leads back to itself")
        node, pointer = target, destination
        seen.add(destination)
    return node, pointer


def find(document: Node, pointer: str) -> Any:
    """Return the value at a JSON pointer, or None."""
    value: Any = document
    for part in split(pointer):
        if isinstance(value, dict):
            value = value.get(part)
        elif isinstance(value, list) and part.isdecimal() and int(part) < len(value):
            value = value[int(part)]
        else:
            return None
    return value
