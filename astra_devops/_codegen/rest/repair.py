"""Repairing the defects that published documents of the service are known to have.

Each repair gives one warning. Only defects whose meaning is clear are repaired, before validation
refuses the others.
"""

import copy
from typing import Any, Final

from astra_devops._codegen.errors import Node, Warn
from astra_devops._codegen.pointer import join
from astra_devops._codegen.rest.downgrade import downgrade
from astra_devops._codegen.rest.repair_operations import name_operations, repair_operation, repair_parameter, repair_path, repair_response
from astra_devops._codegen.rest.repair_paths import inline_paths
from astra_devops._codegen.rest.repair_schemas import drop_default, repair_required, repair_schema
from astra_devops._codegen.rest.walk import Kind, Place, walk

_NULL_MATTERS: Final = frozenset({"default", "example", "schema", "type", "responses", "enum"})
_BOOLEANS: Final = (
    *("nullable", "deprecated", "readOnly", "writeOnly", "uniqueItems", "exclusiveMinimum", "exclusiveMaximum"),
    *("explode", "allowReserved", "allowEmptyValue"),
)
_NOTES: Final = ("title", "summary", "description", "example", "examples", "externalDocs", "deprecated")
_NOTES_ALLOWED: Final[dict[Kind, frozenset[str]]] = {
    "schema": frozenset({"title", "description", "example", "externalDocs", "deprecated"}),
    "parameter": frozenset({"description", "example", "examples", "deprecated"}),
    "header": frozenset({"description", "example", "examples", "deprecated"}),
    "media": frozenset({"example", "examples"}),
    "body": frozenset({"description"}),
    "response": frozenset({"description"}),
    "operation": frozenset({"summary", "description", "externalDocs", "deprecated"}),
    "path": frozenset({"summary", "description"}),
    "tag": frozenset({"description", "externalDocs"}),
    "info": frozenset({"title", "description"}),
}


def repair(document: Node, warn: Warn) -> Node:
    """Return a repaired copy of a document, and call ``warn`` for each defect."""
    repaired: Node = _with_string_keys(copy.deepcopy(document), "", warn)
    _drop_nulls(Place("info", "", repaired), warn)
    inline_paths(repaired, warn)
    downgrade(repaired, warn)
    _repair_security(repaired, repaired, "", warn)
    for place in walk(repaired):
        if place.kind == "reference":
            continue
        _drop_nulls(place, warn)
        _drop_stray_notes(place, warn)
        _repair_booleans(place, warn)
        if place.kind == "schema":
            repair_schema(place.node, place.pointer, warn)
        elif place.kind in ("parameter", "header"):
            repair_parameter(place.node, place.pointer, place.kind, warn)
        elif place.kind == "response":
            repair_response(place.node, place.pointer, warn)
        elif place.kind == "operation":
            repair_operation(place.node, place.pointer, warn)
            _repair_security(repaired, place.node, place.pointer, warn)
    # These look beyond one place, and need the other places repaired.
    for place in list(walk(repaired)):
        if place.kind == "schema":
            repair_required(repaired, place.node, place.pointer, warn)
            drop_default(place.node, place.pointer, warn)
        elif place.kind == "path":
            repair_path(repaired, place.node, place.pointer, warn)
    name_operations(repaired, warn)
    return repaired


def _with_string_keys(value: Any, pointer: str, warn: Warn) -> Any:
    if isinstance(value, list):
        return [_with_string_keys(item, join(pointer, index), warn) for index, item in enumerate(value)]
    if not isinstance(value, dict):
        return value
    result: Node = {}
    for key, item in value.items():
        name = str(key)
        if not isinstance(key, str):
            where = join(pointer, name)
            if name in value:
                warn(where, f"the number {name} and the string {name!r} are both keys", "the string is kept")
                continue
            warn(where, f"the key {name} is a number", "read as a string")
        result[name] = _with_string_keys(item, join(pointer, name), warn)
    return result


def _drop_nulls(place: Place, warn: Warn) -> None:
    for key in [key for key, value in place.node.items() if value is None]:
        if key not in _NULL_MATTERS and not key.startswith("x-"):
            del place.node[key]
            warn(join(place.pointer, key), f"{key} is null", "dropped")


def _drop_stray_notes(place: Place, warn: Warn) -> None:
    allowed = _NOTES_ALLOWED.get(place.kind)
    for key in _NOTES:
        if allowed is not None and key in place.node and key not in allowed:
            del place.node[key]
            warn(join(place.pointer, key), f"OpenAPI 3.0 does not allow {key} here", "dropped, since it is only a note")


def _repair_booleans(place: Place, warn: Warn) -> None:
    keys = (*_BOOLEANS, "required") if place.kind in ("parameter", "header", "body") else _BOOLEANS
    for key in keys:
        text = place.node.get(key)
        if isinstance(text, str) and text.lower() in ("true", "false"):
            place.node[key] = text.lower() == "true"
            warn(join(place.pointer, key), f"the boolean {text} is quoted", "read as a boolean")


def _repair_security(document: Node, node: Node, pointer: str, warn: Warn) -> None:
    """Remove scopes from schemes that cannot have any. Those of an operation become permissions."""
    requirements = node.get("security")
    if not isinstance(requirements, list):
        return
    components = document.get("components")
    schemes = components.get("securitySchemes") if isinstance(components, dict) else None
    for index, requirement in enumerate(requirements):
        if not isinstance(requirement, dict):
            continue
        for name, scopes in requirement.items():
            scheme = schemes.get(name) if isinstance(schemes, dict) else None
            kind = scheme.get("type") if isinstance(scheme, dict) else None
            if kind in ("oauth2", "openIdConnect") or not isinstance(scopes, list) or not scopes:
                continue
            requirement[name] = []
            done = "emptied"
            if pointer and "x-astra-permissions" not in node and all(isinstance(scope, str) for scope in scopes):
                node["x-astra-permissions"] = list(dict.fromkeys(scopes))
                done = "emptied, and kept as permissions of the operation"
            warn(join(pointer, "security", index, name), f"a scheme of type {kind} cannot have scopes", done)
