"""Writing a document of OpenAPI 3.1 as one of 3.0, in which the generator thinks.

What only restricts values is dropped: the generated models do not check them. Everything else that
3.0 cannot say stays, and is refused by the check.
"""

from typing import Any, Final

from astra_devops._codegen.errors import Node, SpecError, Warn
from astra_devops._codegen.pointer import join
from astra_devops._codegen.rest.walk import Place, walk

_DIALECTS: Final = ("https://spec.openapis.org/oas/3.1/dialect/base", "https://json-schema.org/draft/2020-12/schema")
_SILENT: Final = ("$comment", "contentEncoding", "contentMediaType", "contentSchema")
_RESTRICTIONS: Final = (
    *("propertyNames", "contains", "minContains", "maxContains", "dependentRequired", "dependentSchemas"),
    *("if", "then", "else", "unevaluatedProperties", "unevaluatedItems"),
)
_NOTES: Final = frozenset(
    {"$ref", "title", "summary", "description", "deprecated", "example", "examples", "default", "readOnly", "writeOnly"}
)
_BY_TYPE: Final[dict[str, tuple[str, ...]]] = {
    "array": ("items", "minItems", "maxItems", "uniqueItems"),
    "object": ("properties", "required", "additionalProperties", "minProperties", "maxProperties"),
    "string": ("pattern", "minLength", "maxLength", "format"),
    "number": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
    "integer": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
}


def downgrade(document: Node, warn: Warn) -> None:
    """Rewrite a document of OpenAPI 3.1 in place. Others are left as they are.

    Raises:
        SpecError: The schemas are written in another dialect.
    """
    version = document.get("openapi")
    if not isinstance(version, str) or not version.startswith("3.1."):
        return
    if (dialect := document.pop("jsonSchemaDialect", _DIALECTS[0])) not in _DIALECTS:
        raise SpecError("/jsonSchemaDialect", f"the dialect of schemas must be {' or '.join(_DIALECTS)}, not {dialect!r}")
    document["openapi"] = "3.0.3"
    document.setdefault("paths", {})
    if document.pop("webhooks", None):
        warn("/webhooks", "webhooks are requests of the service, not of a client", "dropped")
    while sum(_wrap_reference(place.node) for place in walk(document) if place.kind == "reference"):
        pass  # a wrapped reference is a schema, which the walk enters, and may have others inside
    for place in walk(document):
        if place.kind == "info":
            _downgrade_info(place.node)
        elif place.kind == "components":
            place.node.pop("pathItems", None)  # the paths that refer to them are copies by now
        elif place.kind == "schema":
            _downgrade_schema(place, warn)


def _downgrade_info(info: Node) -> None:
    info.pop("summary", None)
    if isinstance(info.get("license"), dict):
        info["license"].pop("identifier", None)


def _wrap_reference(node: Node) -> bool:
    """Move a reference into allOf, if keywords stand beside it that 3.0 ignores there."""
    if all(key in _NOTES or key.startswith("x-") for key in node):
        return False
    node["allOf"] = [{"$ref": node.pop("$ref")}, *(node.get("allOf") or ())]
    return True


def _downgrade_schema(place: Place, warn: Warn) -> None:
    schema, pointer = place.node, place.pointer
    for key in (*_SILENT, *_RESTRICTIONS):
        if key in schema:
            del schema[key]
            if key in _RESTRICTIONS:
                warn(join(pointer, key), f"OpenAPI 3.0 has no {key}", "dropped, since models do not check it")
    if schema.get("$schema") in _DIALECTS:
        del schema["$schema"]
    _allow_anything_where_true(schema, pointer, warn)
    _downgrade_values(schema)
    _downgrade_containers(schema, pointer, warn)
    _downgrade_types(schema)


def _allow_anything_where_true(schema: Node, pointer: str, warn: Warn) -> None:
    """Replace the schemas true and false inside a schema."""
    for key in ("properties", "patternProperties"):
        for name, inner in list(schema[key].items()) if isinstance(schema.get(key), dict) else ():
            if inner is True:
                schema[key][name] = {}
            elif inner is False:
                del schema[key][name]
                warn(join(pointer, key, name), "a property that is forbidden", "dropped")
    if isinstance(schema.get("items"), bool):
        schema["items"] = {}
    for key in ("allOf", "oneOf", "anyOf"):
        if isinstance(schema.get(key), list):
            schema[key] = [{} if member is True else member for member in schema[key] if member is not False]


def _downgrade_values(schema: Node) -> None:
    if "const" in schema:
        value = schema.pop("const")
        if value is None:
            schema["type"] = "null"
        elif isinstance(value, str):
            schema.update({"type": "string", "enum": [value]})
        else:
            schema.setdefault("type", _type_of(value))
    for bound, flag in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if isinstance(schema.get(flag), int | float) and not isinstance(schema[flag], bool):
            schema.update({bound: schema[flag], flag: True})
    examples = schema.pop("examples", None)
    if isinstance(examples, list) and examples:
        schema.setdefault("example", examples[0])


def _type_of(value: Any) -> str:
    match value:
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "number"
        case list():
            return "array"
        case _:
            return "object"


def _downgrade_containers(schema: Node, pointer: str, warn: Warn) -> None:
    if "prefixItems" in schema:
        del schema["prefixItems"]
        schema.update({"type": "array", "items": {}})
        warn(join(pointer, "prefixItems"), "a list whose items have schemas of their own", "treated as an array of any values")
    patterns = schema.get("patternProperties")
    if isinstance(patterns, dict) and len(patterns) == 1 and not isinstance(schema.get("additionalProperties"), dict):
        del schema["patternProperties"]
        (schema["additionalProperties"],) = patterns.values()
        warn(join(pointer, "patternProperties"), "OpenAPI 3.0 has no patternProperties", "treated as additionalProperties")


def _downgrade_types(schema: Node) -> None:
    """Write lists of types, and the type null, with nullable and anyOf."""
    for key in ("oneOf", "anyOf"):
        members = schema.get(key)
        if isinstance(members, list) and any(map(_is_null, members)):
            schema[key] = [member for member in members if not _is_null(member)]
            schema["nullable"] = True
            if not schema[key]:
                del schema[key]
    kinds = schema.get("type")
    if kinds == "null":
        kinds = ["null"]
    if not isinstance(kinds, list):
        return
    del schema["type"]
    if "null" in kinds:
        schema["nullable"] = True
    others = [kind for kind in dict.fromkeys(kinds) if kind != "null"]
    if len(others) == 1:
        schema["type"] = others[0]
    elif others and "enum" not in schema:
        taken = {key: schema.pop(key) for key in list(schema) if any(key in keys for keys in _BY_TYPE.values())}
        members = [{"type": kind, **{key: taken[key] for key in _BY_TYPE.get(kind, ()) if key in taken}} for kind in others]
        if "anyOf" in schema:
            schema["allOf"] = [*(schema.get("allOf") or ()), {"anyOf": members}]
        else:
            schema["anyOf"] = members


def _is_null(schema: Any) -> bool:
    if not isinstance(schema, dict):
        return False
    return schema.get("type") in ("null", ["null"]) or schema.get("enum") == [None] or ("const" in schema and schema["const"] is None)
