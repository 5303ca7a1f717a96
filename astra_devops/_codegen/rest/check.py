"""Refusing what the generator would not understand: first by our own rules, which know the exact place, then by the OpenAPI schema."""

from typing import Any, Final

from openapi_spec_validator import OpenAPIV30SpecValidator

from astra_devops._codegen.errors import Node, SpecError
from astra_devops._codegen.pointer import join
from astra_devops._codegen.rest.compose import refuse_cycles
from astra_devops._codegen.rest.repair_schemas import TYPES
from astra_devops._codegen.rest.walk import Place, follow, walk

_SCHEMA_KEYWORDS: Final = frozenset(
    {
        *("type", "format", "enum", "default", "nullable", "discriminator", "readOnly", "writeOnly", "deprecated"),
        *("properties", "required", "additionalProperties", "items", "allOf", "oneOf", "anyOf"),
        *("maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum", "multipleOf", "maxLength", "minLength", "pattern"),
        *("maxItems", "minItems", "uniqueItems", "maxProperties", "minProperties"),
        *("title", "description", "example", "externalDocs", "xml"),
    }
)
_UNSUPPORTED: Final = {
    "path": {"$ref": "a path that refers elsewhere", "servers": "a path with a server of its own"},
    "operation": {"servers": "an operation with a server of its own", "callbacks": "callbacks"},
    "parameter": {"content": "a parameter described by a media type"},
}

_NEEDED: Final = {"parameter": ("name", "in"), "tag": ("name",)}
"""What the validator takes for granted, and trips over."""
_EXTENSIONS: Final = {
    "operation": {"x-astra-group", "x-astra-confidence", "x-astra-retry", "x-astra-how-to-check", "x-astra-permissions"},
    "parameter": {"x-astra-wildcard"},
    "schema": {"x-astra-aliases", "x-astra-secret"},
    "reference": {"x-astra-aliases", "x-astra-secret"},
}
"""Our own words. A misspelt one would otherwise be silently ignored."""


def check(document: Node) -> None:
    """Check that a document is an OpenAPI 3.0 document within what the generator understands.

    Raises:
        SpecError: it is not; the first place that says so.
    """
    version = document.get("openapi")
    if not isinstance(version, str) or not version.startswith("3.0."):
        raise SpecError("/openapi", f"not an OpenAPI 3.0 document but {version!r}")
    for place in walk(document):
        for key in place.node:
            if key.startswith("x-astra-") and key not in _EXTENSIONS.get(place.kind, ()):
                raise SpecError(join(place.pointer, key), f"{key!r}: not understood in a {place.kind}")
        if place.kind == "reference":
            follow(document, place.node, place.pointer)
        elif place.kind == "schema":
            _check_schema(place)
            refuse_cycles(document, place.node, place.pointer)
        else:
            if not all(isinstance(place.node.get(key), str) for key in _NEEDED.get(place.kind, ())):
                raise SpecError(place.pointer, f"a {place.kind} needs {' and '.join(_NEEDED[place.kind])}")
            for key, what in _UNSUPPORTED.get(place.kind, {}).items():
                if key in place.node:
                    raise SpecError(join(place.pointer, key), f"{what}: not understood")
    _validate(document)


def _check_schema(place: Place) -> None:
    for key in place.node:
        if key not in _SCHEMA_KEYWORDS and not key.startswith("x-"):
            raise SpecError(join(place.pointer, key), f"{key!r}: not understood in a schema of OpenAPI 3.0")
    kind = place.node.get("type")
    if "type" in place.node and kind not in TYPES:
        raise SpecError(join(place.pointer, "type"), f"unknown type {kind!r}")
    properties = place.node.get("properties", {})
    if not isinstance(properties, dict):
        raise SpecError(join(place.pointer, "properties"), "properties is not a mapping")
    for name, schema in properties.items():
        if not isinstance(schema, dict):
            raise SpecError(join(place.pointer, "properties", name), "the schema of a property is not a mapping")


def _validate(document: Node) -> None:
    try:
        error: Any = next(iter(OpenAPIV30SpecValidator(document).iter_errors()), None)
    except Exception as failure:  # the validator has many ways to give up on a document
        raise SpecError("", f"openapi-spec-validator gave up: {failure!r}"[:400]) from failure
    if error is None:
        return
    path = list(getattr(error, "absolute_path", ()))
    message = str(getattr(error, "message", error)).split("\n\n")[0]
    raise SpecError(join("", *path), f"openapi-spec-validator: {message[:400]}")
