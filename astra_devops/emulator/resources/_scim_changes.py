"""SCIM filters and patches, to the extent that identity providers use them."""

import copy
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

import jsonschema_rs

from astra_devops._json_bytes import codec
from astra_devops.emulator import replies

_COMPARISON: Final = re.compile(r'([A-Za-z$.]+) (eq|ne|co|sw|ew) ("(?:[^"\\]|\\.)*"|true|false|null)')
_MEMBER: Final = re.compile(r"members\[(.+)\]")
_COMPARE: Final[Mapping[str, Callable[[str, str], bool]]] = {
    "eq": lambda value, operand: value == operand,
    "ne": lambda value, operand: value != operand,
    "co": lambda value, operand: operand in value,
    "sw": lambda value, operand: value.startswith(operand),
    "ew": lambda value, operand: value.endswith(operand),
}


def _schema(required: list[str], **properties: object) -> jsonschema_rs.Draft202012Validator:
    schema = {"required": required, "properties": properties}
    return jsonschema_rs.Draft202012Validator(schema, validate_formats=True)


def _entries(value: object, **others: object) -> dict[str, object]:
    return {"type": "array", "items": {"type": "object", "required": ["value"], "properties": {"value": value, **others}}}


_STRING: Final = {"type": "string"}
_BOOLEAN: Final = {"type": "boolean"}
USER_SCHEMA: Final = _schema(
    ["userName", "active"],
    userName=_STRING,
    active=_BOOLEAN,
    externalId=_STRING,
    name={"type": "object", "properties": {"givenName": _STRING, "familyName": _STRING}},
    emails=_entries({"type": "string", "format": "email"}, primary=_BOOLEAN),
)
GROUP_SCHEMA: Final = _schema(["displayName"], displayName=_STRING, members=_entries(_STRING))
"""What users and groups must match after a patch."""


def matcher(text: str) -> Callable[[Mapping[str, Any]], bool]:
    """Return a function that applies a filter with one comparison. It ignores case in strings.

    Raises:
        Refusal: The filter has several comparisons or cannot be parsed.
    """
    comparison = _COMPARISON.fullmatch(text)
    if comparison is None:
        raise replies.refusal(400, f"The filter {text!r} is not understood.")
    path, operator = comparison[1], comparison[2]
    try:
        operand = codec.loads(comparison[3])
    except codec.JSONDecodeError as error:
        raise replies.refusal(400, f"The filter {text!r} is not understood.") from error

    def matches(resource: Mapping[str, Any]) -> bool:
        value: Any = resource
        for name in path.split("."):
            value = value.get(name) if isinstance(value, dict) else None
        if isinstance(value, str) and isinstance(operand, str):
            return _COMPARE[operator](value.casefold(), operand.casefold())
        return (value == operand) is (operator != "ne")

    return matches


def apply_patch(resource: Mapping[str, Any], operations: list[dict[str, Any]]) -> dict[str, Any]:
    """Return a copy of a resource with all operations of a patch applied.

    Raises:
        Refusal: An operation is not understood.
    """
    result: dict[str, Any] = copy.deepcopy(dict(resource))
    try:
        for operation in operations:
            _apply(result, operation["op"].lower(), operation.get("path"), operation.get("value"))
    except (AttributeError, KeyError, TypeError) as error:
        raise replies.refusal(400, "The value of an operation does not fit its path.") from error
    return result


def check_patched(resource: Mapping[str, Any], schema: jsonschema_rs.Draft202012Validator) -> None:
    """Refuse a patched resource that is not valid.

    Raises:
        Refusal: An attribute has a value of the wrong type, or a required one is missing.
    """
    error = next(schema.iter_errors(resource), None)
    if error is not None:
        raise replies.refusal(400, f"The patched resource would not be valid: {error.message}")


def _apply(resource: dict[str, Any], op: str, path: str | None, value: Any) -> None:
    if path is None:
        if op == "remove" or not isinstance(value, dict):
            raise replies.refusal(400, f"{op} without a path needs an object of attributes.")
        for name, inner in value.items():
            _apply(resource, op, name, inner)
        return
    member = _MEMBER.fullmatch(path)
    if member is not None and op == "remove":
        is_removed = matcher(member[1])
        resource["members"] = [entry for entry in resource.get("members", []) if not is_removed(entry)]
        return
    name, _, inner = path.partition(".")
    if not name.isalpha() or "." in inner or name in ("id", "meta", "schemas"):
        raise replies.refusal(400, f"The path {path!r} cannot be changed.")
    if inner:
        _apply(resource.setdefault(name, {}), op, inner, value)
    elif op == "remove":
        resource.pop(name, None)
    elif op == "add" and isinstance(resource.get(name), list):
        existing = {entry["value"] for entry in resource[name]}
        resource[name] += [entry for entry in value if entry["value"] not in existing]
    else:
        resource[name] = value
