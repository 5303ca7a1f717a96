"""Repairing schemas. Each function changes one schema in place."""

import json
import re
from difflib import get_close_matches
from typing import Any, Final

from openapi_schema_validator import OAS30Validator, oas30_format_checker

from astra_devops._codegen.errors import Node, SpecError, Warn
from astra_devops._codegen.pointer import join
from astra_devops._codegen.rest.walk import follow

_FORMATS_AS_TYPE: Final = {
    "double": ("number", "double"),
    "float": ("number", "float"),
    "decimal": ("number", None),
    "int": ("integer", None),
    "int32": ("integer", "int32"),
    "int64": ("integer", "int64"),
    "long": ("integer", "int64"),
    "bool": ("boolean", None),
    "uuid": ("string", "uuid"),
    "date": ("string", "date"),
    "datetime": ("string", "date-time"),
    "date-time": ("string", "date-time"),
    "uri": ("string", "uri"),
    "email": ("string", "email"),
    "password": ("string", "password"),
}
TYPES: Final = ("array", "boolean", "integer", "number", "object", "string")
_MISPLACED: Final = ("required", "type", "description", "title", "example", "format", "nullable", "deprecated", "additionalProperties")
_BOUNDS: Final = ("maximum", "minimum", "exclusiveMaximum", "exclusiveMinimum", "multipleOf")
_NUMBERS: Final = ("maximum", "minimum", "multipleOf", "maxLength", "minLength", "maxItems", "minItems", "maxProperties", "minProperties")


def repair_schema(schema: Node, pointer: str, warn: Warn) -> None:
    """Repair the defects that this schema shows by itself."""
    _hoist_misplaced(schema, pointer, warn)
    _repair_misspelled_type(schema, pointer, warn)
    _drop_foreign_pattern(schema, pointer, warn)
    _repair_required_form(schema, pointer, warn)
    _repair_type(schema, pointer, warn)
    _repair_items(schema, pointer, warn)
    _repair_numbers(schema, pointer, warn)
    _drop_bounds(schema, pointer, warn)
    _repair_enum(schema, pointer, warn)
    if "not" in schema:
        del schema["not"]
        warn(join(pointer, "not"), "a schema that excludes values", "dropped, since models do not check it")


def _hoist_misplaced(schema: Node, pointer: str, warn: Warn) -> None:
    properties = schema.get("properties")
    if not isinstance(properties, dict):
        return
    for key in [key for key, value in properties.items() if not isinstance(value, dict)]:
        where = join(pointer, "properties", key)
        value = properties[key]
        if key == "required" and isinstance(value, list):
            del properties[key]
            present = schema.get("required")
            schema["required"] = [*present, *value] if isinstance(present, list) else value
            warn(where, "the keyword required is among the properties", "moved to the schema")
        elif value is None:
            properties[key] = {}
            warn(where, "the schema of the property is null", "treated as any value")
        elif key in _MISPLACED and key not in schema:
            schema[key] = properties.pop(key)
            warn(where, f"the keyword {key} is among the properties", "moved to the schema")


def _repair_misspelled_type(schema: Node, pointer: str, warn: Warn) -> None:
    """Read a keyword that looks like ``type``, and whose value is a type, as ``type``."""
    if "type" in schema:
        return
    for key in get_close_matches("type", schema, cutoff=0.75):
        if schema[key] in TYPES:
            schema["type"] = schema.pop(key)
            warn(join(pointer, key), f"unknown keyword {key!r} with the type {schema['type']}", "treated as type")
            return


def _drop_foreign_pattern(schema: Node, pointer: str, warn: Warn) -> None:
    """Drop a pattern that Python cannot read: OpenAPI means those of JavaScript."""
    if not isinstance(pattern := schema.get("pattern"), str):
        return
    try:
        re.compile(pattern)
    except re.error:
        del schema["pattern"]
        warn(join(pointer, "pattern"), "a pattern that Python cannot read", "dropped, since models do not check it")


def _repair_required_form(schema: Node, pointer: str, warn: Warn) -> None:
    required = schema.get("required")
    where = join(pointer, "required")
    if isinstance(required, bool):
        del schema["required"]
        warn(where, "required must be a list of property names, not a boolean", "dropped")
    elif isinstance(required, list) and all(isinstance(name, str) for name in required):
        unique = list(dict.fromkeys(required))
        if unique != required:
            schema["required"] = unique
            warn(where, "a name is listed twice", "listed once")
        if not unique:
            del schema["required"]
            warn(where, "the list is empty", "dropped")


def _repair_type(schema: Node, pointer: str, warn: Warn) -> None:
    where = join(pointer, "type")
    kind = schema.get("type")
    if isinstance(kind, str) and kind.lower() in ("null", "none"):
        schema["type"] = kind = None
    if isinstance(kind, list):
        _repair_type_list(schema, kind, where, warn)
    elif isinstance(kind, str) and kind not in TYPES:
        _repair_type_word(schema, kind, where, warn)
    elif kind is None:
        implied = "object" if "properties" in schema else "array" if "items" in schema else None
        if "type" in schema:
            schema["type"] = implied or "string"
            warn(where, "type is null", f"treated as {schema['type']}")
        elif implied is not None:
            schema["type"] = implied
            reason = "properties" if implied == "object" else "items"
            warn(pointer, f"a schema with {reason} and without type", f"treated as {implied}")


def _repair_type_list(schema: Node, kinds: list[Any], where: str, warn: Warn) -> None:
    others = [kind for kind in kinds if kind != "null"]
    if len(others) == 1 and others[0] in TYPES:
        schema["type"] = others[0]
        if len(kinds) > 1:
            schema["nullable"] = True
        warn(where, "a list of types, as in later versions of OpenAPI", "written as in OpenAPI 3.0")


def _repair_type_word(schema: Node, kind: str, where: str, warn: Warn) -> None:
    if kind.lower() in TYPES:
        schema["type"] = kind.lower()
        warn(where, f"unknown type {kind!r}", f"treated as {kind.lower()}")
    elif kind.lower() in _FORMATS_AS_TYPE:
        schema["type"], form = _FORMATS_AS_TYPE[kind.lower()]
        if form is not None:
            schema.setdefault("format", form)
        warn(where, f"{kind!r} is a format, not a type", f"treated as {schema['type']}" + (f" of format {form}" if form else ""))


def _repair_items(schema: Node, pointer: str, warn: Warn) -> None:
    if schema.get("type") == "array" and not isinstance(schema.get("items"), dict):
        if "items" in schema and schema["items"] is not None:
            return
        schema["items"] = {}
        warn(pointer, "an array without items", "treated as an array of any values")


def _repair_numbers(schema: Node, pointer: str, warn: Warn) -> None:
    for key in _NUMBERS:
        text = schema.get(key)
        if isinstance(text, str) and re.fullmatch(r"-?(?:0|[1-9]\d*)(?:\.\d+)?", text):
            schema[key] = json.loads(text)
            warn(join(pointer, key), f"the number {text} is quoted", "read as a number")


def _drop_bounds(schema: Node, pointer: str, warn: Warn) -> None:
    if schema.get("type") in (None, "number", "integer"):
        return
    for key in _BOUNDS:
        if key in schema:
            del schema[key]
            warn(join(pointer, key), f"{key} does not apply to type {schema['type']}", "dropped")


def _repair_enum(schema: Node, pointer: str, warn: Warn) -> None:
    values = schema.get("enum")
    where = join(pointer, "enum")
    if "enum" in schema and (values is None or values == []):
        del schema["enum"]
        warn(where, "an enumeration without values", "dropped")
    elif isinstance(values, list) and schema.get("type") == "string":
        for index, value in enumerate(values):
            if isinstance(value, bool | int | float):
                values[index] = json.dumps(value)
                warn(join(where, index), "a value that is not a string, in an enumeration of strings", f"treated as {values[index]!r}")


def drop_default(schema: Node, pointer: str, warn: Warn) -> None:
    """Drop a default that its own schema does not allow, since the validator refuses it."""
    if "default" not in schema:
        return
    # References are ignored: no published default depends on one.
    validated = {key: value for key, value in schema.items() if key != "default" and '"$ref"' not in json.dumps(value)}
    try:
        fits = OAS30Validator(validated, format_checker=oas30_format_checker).is_valid(schema["default"])
    except Exception:  # the schema itself is malformed, which the check reports
        return
    if not fits:
        del schema["default"]
        warn(join(pointer, "default"), "the default does not fit its schema", "dropped")


def repair_required(document: Node, schema: Node, pointer: str, warn: Warn) -> None:
    """Make ``required`` list existing properties only. A name in another case is corrected."""
    required = schema.get("required")
    composed = isinstance(schema.get("properties"), dict) or isinstance(schema.get("allOf"), list)
    if not composed or not isinstance(required, list) or not all(isinstance(name, str) for name in required):
        return
    in_composition = pointer.split("/")[-2] in ("allOf", "oneOf", "anyOf")  # siblings may have the property
    properties = None if in_composition else _property_names(document, schema, pointer)
    if properties is None:
        return
    by_fold = {name.lower(): name for name in reversed(properties)}
    result: list[Any] = []
    for index, name in enumerate(required):
        where = join(pointer, "required", index)
        if name in properties:
            result.append(name)
        elif name.lower() in by_fold:
            result.append(by_fold[name.lower()])
            warn(where, f"{name!r} is not a property", f"treated as {by_fold[name.lower()]!r}")
        else:
            warn(where, f"{name!r} is not a property", "dropped")
    schema["required"] = list(dict.fromkeys(result))
    if not schema["required"]:
        del schema["required"]


def _property_names(document: Node, schema: Node, pointer: str, seen: frozenset[str] = frozenset()) -> list[str] | None:
    """Return the properties that a schema has by itself or by allOf; None if that is unclear."""
    if "oneOf" in schema or "anyOf" in schema or pointer in seen:
        return None
    properties, members = schema.get("properties"), schema.get("allOf")
    names = list(properties) if isinstance(properties, dict) else []
    for index, member in enumerate(members if isinstance(members, list) else ()):
        try:
            target, where = follow(document, member, join(pointer, "allOf", index)) if isinstance(member, dict) else ({}, "")
        except SpecError:
            return None
        inherited = _property_names(document, target, where, seen | {pointer})
        if inherited is None:
            return None
        names += inherited
    return names
