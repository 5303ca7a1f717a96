"""Refusing documents that the generator does not support.

Our own rules come first, since they know the exact place; then the OpenAPI schema.
"""

import copy
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
    "operation": {"callbacks": "an operation with callbacks"},
    "parameter": {"content": "a parameter with a media type"},
}
_REQUIRED: Final = {"parameter": ("name", "in"), "tag": ("name",)}
"""Fields that the validator takes for granted, and fails without."""
_EXTENSIONS: Final = {
    "operation": {"x-astra-group", "x-astra-confidence", "x-astra-retry", "x-astra-how-to-check", "x-astra-lane", "x-astra-permissions"},
    "parameter": {"x-astra-wildcard"},
    "schema": {"x-astra-aliases", "x-astra-decimal", "x-astra-identity", "x-astra-if-absent", "x-astra-secret"},
    "reference": {"x-astra-aliases", "x-astra-decimal", "x-astra-if-absent", "x-astra-secret"},
}
"""Our extensions by place. All others are refused, since a misspelled one would have no effect."""


def check(document: Node) -> None:
    """Check that a repaired document is an OpenAPI 3.0 document that the generator supports.

    Raises:
        SpecError: It is not. The pointer is the first place that is wrong.
    """
    version = document.get("openapi")
    if not isinstance(version, str) or not version.startswith("3.0."):
        raise SpecError("/openapi", f"the document must be OpenAPI 3.0 or 3.1, not {version!r}")
    for place in walk(document):
        for key in place.node:
            if key.startswith("x-astra-") and key not in _EXTENSIONS.get(place.kind, ()):
                raise SpecError(join(place.pointer, key), f"{key!r} is not supported in a {place.kind}")
        if place.kind == "reference":
            follow(document, place.node, place.pointer)
        elif place.kind == "schema":
            _check_schema(place)
            refuse_cycles(document, place.node, place.pointer)
        else:
            if not all(isinstance(place.node.get(key), str) for key in _REQUIRED.get(place.kind, ())):
                raise SpecError(place.pointer, f"a {place.kind} must have the strings {' and '.join(_REQUIRED[place.kind])}")
            for key, what in _UNSUPPORTED.get(place.kind, {}).items():
                if key in place.node:
                    raise SpecError(join(place.pointer, key), f"{what} is not supported")
    _validate(document)


def _check_schema(place: Place) -> None:
    for key in place.node:
        if key not in _SCHEMA_KEYWORDS and not key.startswith("x-"):
            raise SpecError(join(place.pointer, key), f"{key!r} is not supported in a schema")
    kind = place.node.get("type")
    if "type" in place.node and kind not in TYPES:
        raise SpecError(join(place.pointer, "type"), f"unknown type {kind!r}")
    properties = place.node.get("properties", {})
    if not isinstance(properties, dict):
        raise SpecError(join(place.pointer, "properties"), "properties must be a mapping")
    for name, schema in properties.items():
        if not isinstance(schema, dict):
            raise SpecError(join(place.pointer, "properties", name), "the schema of a property must be a mapping")


def _validate(document: Node) -> None:
    document = copy.deepcopy(document)
    for place in walk(document):
        if place.kind == "schema":
            place.node.pop("default", None)  # only a note here; one that a reference refuses is common
    try:
        error: Any = next(iter(OpenAPIV30SpecValidator(document).iter_errors()), None)
    except Exception as failure:  # the validator fails in many ways
        raise SpecError("", f"openapi-spec-validator failed: {failure!r}"[:400]) from failure
    if error is None:
        return
    path = list(getattr(error, "absolute_path", ()))
    message = str(getattr(error, "message", error)).split("\n\n")[0]
    raise SpecError(join("", *path), f"openapi-spec-validator: {message[:400]}")
