"""Converting the document to OpenAPI 3.1, which JSON Schema 2020-12 validators can use."""

import copy
from typing import Any, Final

from astra_devops._codegen.errors import Node
from astra_devops._codegen.rest.walk import Place, walk

_KEPT_BESIDE_REFERENCE: Final = ("description", "deprecated", "readOnly", "writeOnly")


def effective(document: Node) -> Node:
    """Return an OpenAPI 3.1 copy of a checked OpenAPI 3.0 document, without its evidence."""
    result: Node = _without_evidence(copy.deepcopy(document))
    result["openapi"] = "3.1.0"
    for place in list(walk(result)):
        if place.kind == "schema":
            _modernize(place.node)
        elif place.kind == "reference":
            _strip_reference(place)
    return result


def _without_evidence(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_evidence(item) for item in value]
    if isinstance(value, dict):
        return {key: _without_evidence(item) for key, item in value.items() if key != "x-evidence"}
    return value


def _modernize(schema: Node) -> None:
    _relax_aliases(schema)
    nullable = schema.pop("nullable", False) is True
    for bound, flag in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if schema.pop(flag, False) is True and bound in schema:
            schema[flag] = schema.pop(bound)
    if "example" in schema:
        schema["examples"] = [schema.pop("example")]
    if not nullable:
        return
    if isinstance(schema.get("type"), str):
        schema["type"] = [schema["type"], "null"]
        if "enum" in schema and None not in schema["enum"]:
            schema["enum"] = [*schema["enum"], None]
    else:
        _allow_null(schema, [key for key in ("allOf", "oneOf", "anyOf") if key in schema])


def _relax_aliases(schema: Node) -> None:
    """Make properties with aliases optional: a validator knows only one of their names."""
    properties = schema.get("properties", {})
    kept = [name for name in schema.get("required", ()) if "x-astra-aliases" not in properties.get(name, {})]
    if kept:
        schema["required"] = kept
    else:
        schema.pop("required", None)


def _allow_null(schema: Node, keys: list[str]) -> None:
    """Allow a composition to be null as well."""
    if keys:
        schema["anyOf"] = [{key: schema.pop(key) for key in keys}, {"type": "null"}]


def _strip_reference(place: Place) -> None:
    """Drop what OpenAPI 3.0 ignores beside a reference but 3.1 obeys. Keep notes and extensions."""
    node = place.node
    nullable = node.get("nullable") is True
    for key in list(node):
        if key != "$ref" and key not in _KEPT_BESIDE_REFERENCE and not key.startswith("x-"):
            del node[key]
    if nullable:
        node["anyOf"] = [{"$ref": node.pop("$ref")}, {"type": "null"}]
