"""Reading SCIM filters and carrying out SCIM patches, as far as identity providers use them."""

import copy
import re
from collections.abc import Callable, Mapping
from typing import Any

import jsonschema_rs
import orjson

from astra_devops.emulator import replies

_COMPARISON = re.compile(r'([A-Za-z$.]+) (eq|ne|co|sw|ew) ("(?:[^"\\]|\\.)*"|true|false|null)')
_MEMBER = re.compile(r"members\[(.+)\]")
_COMPARE: Mapping[str, Callable[[str, str], bool]] = {
    "eq": lambda held, wanted: held == wanted,
    "ne": lambda held, wanted: held != wanted,
    "co": lambda held, wanted: wanted in held,
    "sw": lambda held, wanted: held.startswith(wanted),
    "ew": lambda held, wanted: held.endswith(wanted),
}


def _shape(required: list[str], **properties: object) -> jsonschema_rs.Draft202012Validator:
    schema = {"required": required, "properties": properties}
    return jsonschema_rs.Draft202012Validator(schema, validate_formats=True)


def _entries(of: object, **more: object) -> dict[str, object]:
    return {"type": "array", "items": {"type": "object", "required": ["value"], "properties": {"value": of, **more}}}


_TEXT, _FLAG = {"type": "string"}, {"type": "boolean"}
USER = _shape(
    ["userName", "active"],
    userName=_TEXT,
    active=_FLAG,
    externalId=_TEXT,
    name={"type": "object", "properties": {"givenName": _TEXT, "familyName": _TEXT}},
    emails=_entries({"type": "string", "format": "email"}, primary=_FLAG),
)
GROUP = _shape(["displayName"], displayName=_TEXT, members=_entries(_TEXT))
"""What users and groups have to look like, whatever was patched."""


def matcher(text: str) -> Callable[[Mapping[str, Any]], bool]:
    """Read a filter of one comparison. Texts are compared without regard to capitals.

    Raises:
        Refusal: it is more, or nothing that can be read.
    """
    found = _COMPARISON.fullmatch(text)
    if found is None:
        raise replies.refusal(400, f"The filter {text!r} is not understood.")
    path, operator = found[1], found[2]
    try:
        value = orjson.loads(found[3])
    except orjson.JSONDecodeError as problem:
        raise replies.refusal(400, f"The filter {text!r} is not understood.") from problem

    def matches(resource: Mapping[str, Any]) -> bool:
        held: Any = resource
        for name in path.split("."):
            held = held.get(name) if isinstance(held, dict) else None
        if isinstance(held, str) and isinstance(value, str):
            return _COMPARE[operator](held.casefold(), value.casefold())
        return (held == value) is (operator != "ne")

    return matches


def patched(resource: Mapping[str, Any], operations: list[dict[str, Any]]) -> dict[str, Any]:
    """Apply the operations of a patch, all or none.

    Raises:
        Refusal: one is not understood.
    """
    result: dict[str, Any] = copy.deepcopy(dict(resource))
    try:
        for operation in operations:
            _apply(result, operation["op"].lower(), operation.get("path"), operation.get("value"))
    except (AttributeError, KeyError, TypeError) as problem:
        raise replies.refusal(400, "The value of an operation does not fit its path.") from problem
    return result


def check(resource: Mapping[str, Any], shape: jsonschema_rs.Draft202012Validator) -> None:
    """Refuse what a patch has made of a resource, if it is none any more.

    Raises:
        Refusal: an attribute has a value of the wrong kind, or one that is needed is gone.
    """
    problem = next(shape.iter_errors(resource), None)
    if problem is not None:
        raise replies.refusal(400, f"The patch does not leave a resource behind: {problem.message}")


def _apply(resource: dict[str, Any], op: str, path: str | None, value: Any) -> None:
    if path is None:
        if op == "remove" or not isinstance(value, dict):
            raise replies.refusal(400, f"{op} without a path needs an object of attributes.")
        for name, inner in value.items():
            _apply(resource, op, name, inner)
        return
    chosen = _MEMBER.fullmatch(path)
    if chosen is not None and op == "remove":
        leaves = matcher(chosen[1])
        resource["members"] = [member for member in resource.get("members", []) if not leaves(member)]
        return
    name, _, inner = path.partition(".")
    if not name.isalpha() or "." in inner or name in ("id", "meta", "schemas"):
        raise replies.refusal(400, f"The path {path!r} cannot be changed.")
    if inner:
        _apply(resource.setdefault(name, {}), op, inner, value)
    elif op == "remove":
        resource.pop(name, None)
    elif op == "add" and isinstance(resource.get(name), list):
        held = {entry["value"] for entry in resource[name]}
        resource[name] += [entry for entry in value if entry["value"] not in held]
    else:
        resource[name] = value
