"""Repairing paths, operations, parameters and answers in place."""

import re
from typing import Any, Final

from astra_devops._codegen.errors import Node, SpecError, Warn
from astra_devops._codegen.pointer import join, split
from astra_devops._codegen.rest.names import pascal
from astra_devops._codegen.rest.walk import METHODS, follow

VARIABLE: Final = re.compile(r"\{([^{}]*)\}")
_SCHEMA_KEYS: Final = ("type", "format", "enum", "items", "default", "minimum", "maximum", "pattern", "minLength", "maxLength")


def repair_operation(operation: Node, pointer: str, warn: Warn) -> None:
    """Add missing answers to an operation, and write status codes as OpenAPI does."""
    for key in ("consumes", "produces"):
        if key in operation:
            del operation[key]
            warn(join(pointer, key), f"{key} is of Swagger 2", "dropped")
    _move_body(operation, pointer, warn)
    responses = operation.get("responses")
    where = join(pointer, "responses")
    if responses is None or responses == {}:
        operation["responses"] = {"200": {"description": "Success. The document does not describe the answer."}}
        warn(where, "no responses", "treated as 200 without content")
        return
    if not isinstance(responses, dict):
        return
    for code in list(responses):
        if re.fullmatch(r"[1-5]xx", code, re.IGNORECASE) and code != code.upper() and code.upper() not in responses:
            responses[code.upper()] = responses.pop(code)
            warn(join(where, code), f"the status range {code!r} in lower case", "written in upper case")
    for code, response in responses.items():
        if response is None:
            responses[code] = {"description": ""}
            warn(join(where, code), "the response is null", "treated as a response without content")
    if not any(code[:1] == "2" or code == "default" for code in responses):
        responses["200"] = {"description": "Success. The document does not describe the answer."}
        others = "errors and redirects" if any(code[:1] in "13" for code in responses) else "errors"
        warn(where, f"only {others} are declared", "200 without content added")


def _move_body(operation: Node, pointer: str, warn: Warn) -> None:
    """Move a parameter that is a body, as Swagger 2 has it, to where OpenAPI has the body."""
    parameters = operation.get("parameters")
    for index, parameter in enumerate(parameters if isinstance(parameters, list) else ()):
        if isinstance(parameter, dict) and parameter.get("in") == "body" and "requestBody" not in operation:
            operation["parameters"] = [other for other in operation["parameters"] if other is not parameter]
            content = {"application/json": {"schema": parameter.get("schema") or {}}}
            operation["requestBody"] = {"required": parameter.get("required") is True, "content": content}
            warn(join(pointer, "parameters", index), "a parameter that is a body, as in Swagger 2", "treated as a JSON body")


def repair_response(response: Node, pointer: str, warn: Warn) -> None:
    """Add the description that OpenAPI requires to an answer, and move its schema into content."""
    if isinstance(response.get("schema"), dict) and "content" not in response:
        response["content"] = {"application/json": {"schema": response.pop("schema")}}
        warn(join(pointer, "schema"), "a response with a schema and without content, as in Swagger 2", "treated as JSON")
    if "description" not in response:
        response["description"] = ""
        warn(pointer, "a response without description", "an empty one added")


def repair_parameter(parameter: Node, pointer: str, kind: str, warn: Warn) -> None:
    """Add a missing schema to a parameter or header, and mark a path parameter as required."""
    if parameter.get("schema") is None and "content" not in parameter:
        moved = {key: parameter.pop(key) for key in _SCHEMA_KEYS if key in parameter}
        parameter["schema"] = moved or {"type": "string"}
        done = "built from the keywords beside it" if moved else "treated as a string"
        warn(pointer, f"a {kind} without schema", done)
    elif isinstance(parameter.get("schema"), dict):
        for key in [key for key in _SCHEMA_KEYS if key in parameter]:
            parameter["schema"].setdefault(key, parameter.pop(key))
            warn(join(pointer, key), f"{key} beside the schema of a {kind}", "moved into the schema")
    if parameter.get("in") == "path" and parameter.get("required") is not True:
        parameter["required"] = True
        warn(join(pointer, "required"), "a path parameter that is not marked as required", "marked")


def repair_path(document: Node, path: Node, pointer: str, warn: Warn) -> None:
    """Make the declared path parameters match the variables in the path."""
    template = split(pointer)[-1]
    variables = list(dict.fromkeys(name for name in VARIABLE.findall(template) if name))
    shared = _repair_list(document, path, pointer, variables, warn)
    for method in METHODS:
        operation = path.get(method)
        if not isinstance(operation, dict):
            continue
        where = join(pointer, method)
        declared = shared | _repair_list(document, operation, where, variables, warn)
        for name in variables:
            declarations = operation.setdefault("parameters", [])
            if ("path", name) not in declared and isinstance(declarations, list):
                declarations.append({"name": name, "in": "path", "required": True, "schema": {"type": "string"}})
                warn(join(where, "parameters"), f"the path variable {{{name}}} is not declared", "declared as a string")


def _repair_list(document: Node, node: Node, pointer: str, variables: list[str], warn: Warn) -> set[tuple[str, str]]:
    """Drop parameters that are declared twice or not in the path. Return the rest as (in, name)."""
    parameters = node.get("parameters")
    if not isinstance(parameters, list):
        return set()
    kept: list[Any] = []
    seen: set[tuple[str, str]] = set()
    for index, parameter in enumerate(parameters):
        where = join(pointer, "parameters", index)
        identity = _identity(document, parameter, where)
        if identity in seen:
            warn(where, f"the {identity[0]} parameter {identity[1]!r} is declared twice", "the first is kept")
        elif identity[0] == "path" and identity[1] not in variables:
            warn(
                where,
                f"the path parameter {identity[1]!r} is not in the path",
                "dropped, since it cannot be sent",
            )
        else:
            kept.append(parameter)
            if identity[1]:
                seen.add(identity)
    node["parameters"] = kept
    if not kept:
        del node["parameters"]
    return seen


def _identity(document: Node, parameter: Any, pointer: str) -> tuple[str, str]:
    try:
        target, _ = follow(document, parameter, pointer) if isinstance(parameter, dict) else ({}, "")
    except SpecError:
        return ("", "")  # the check of references reports why
    return (str(target.get("in", "")), str(target.get("name", "")))


def name_operations(document: Node, warn: Warn) -> None:
    """Make the ids of operations unique.

    A missing id is derived from method and path, a duplicate one gets the method or a number.
    """
    operations = list(_operations(document))
    taken = {identity for _, _, _, node in operations if isinstance(identity := node.get("operationId"), str)}
    used: set[str] = set()
    for pointer, template, method, node in operations:
        where = join(pointer, "operationId")
        identity = node.get("operationId")
        if identity is None or identity == "":
            node["operationId"] = _free(derived_id(method, template), taken | used)
            warn(where, "no operationId", f"named {node['operationId']!r}, after method and path")
        elif isinstance(identity, str) and identity in used:
            node["operationId"] = _free(identity + pascal(method), taken | used)
            warn(where, f"the operationId {identity!r} is used twice", f"named {node['operationId']!r}")
        if isinstance(node["operationId"], str):
            used.add(node["operationId"])


def _operations(document: Node) -> list[tuple[str, str, str, Node]]:
    paths = document.get("paths")
    operations: list[tuple[str, str, str, Node]] = []
    for template, path in paths.items() if isinstance(paths, dict) else ():
        for method in METHODS:
            if isinstance(path, dict) and isinstance(path.get(method), dict):
                operations.append((join("/paths", template, method), template, method, path[method]))
    return operations


def derived_id(method: str, template: str) -> str:
    """Return the id of an operation that has none in the document."""
    segments = [segment for segment in template.split("/") if segment and not re.fullmatch(r"v\d+", segment)]
    fixed = "".join(pascal(segment) for segment in segments if not VARIABLE.search(segment))
    variables = "And".join(pascal(name) for name in VARIABLE.findall(template))
    return method + (fixed or "Root") + (f"By{variables}" if variables else "")


def _free(preferred: str, taken: set[str]) -> str:
    name, number = preferred, 2
    while name in taken:
        name, number = f"{preferred}{number}", number + 1
    return name
