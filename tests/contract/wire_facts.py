"""The facts of each operation of an OpenAPI document that a mock server of it checks."""

import re
from collections.abc import Iterator
from typing import Any, Final

Document = dict[str, Any]
Facts = dict[str, Any]

METHODS: Final = ("get", "put", "post", "delete", "patch")
MEDIA: Final = {"application/json": "json", "application/scim+json": "scim"}


def facts_by_route(document: Document) -> dict[str, Facts]:
    """Return the facts of each operation by its route, such as ``GET /v2/databases/{}``.

    They are, where there are any: the names in the ``query``, the path variables that must be a
    ``uuid``, the media type that it ``sends``, the fields that the body ``needs``, the statuses and
    the media type of successful ``answers``, and the ``scopes`` of its security.
    """
    return dict(_facts(document))


def _facts(document: Document) -> Iterator[tuple[str, Facts]]:
    for path, raw in document["paths"].items():
        item = resolve(document, raw)
        for method in METHODS:
            if method in item:
                facts = _facts_of(document, item, item[method])
                yield route(method, path), {name: value for name, value in facts.items() if value}


def route(method: str, path: str) -> str:
    """Return a method and a path, without the names of its variables."""
    return f"{method.upper()} {re.sub(r'{[^}]*}', '{}', path)}"


def _facts_of(document: Document, item: Document, operation: Document) -> Facts:
    parameters = [resolve(document, entry) for entry in (*item.get("parameters", ()), *operation.get("parameters", ()))]
    sends = resolve(document, operation.get("requestBody", {})).get("content", {})
    answers = {code: resolve(document, answer).get("content", {}) for code, answer in operation["responses"].items() if code[0] == "2"}
    scopes = [scope for entry in operation.get("security", ()) for names in entry.values() for scope in names]
    return {
        "query": sorted(entry["name"] for entry in parameters if entry["in"] == "query"),
        "uuid": sorted(entry["name"] for entry in parameters if entry["in"] == "path" and entry.get("schema", {}).get("format") == "uuid"),
        "sends": next((MEDIA[media] for media in sends), None),
        "needs": sorted({name for content in sends.values() for name in _required(document, content["schema"])}),
        "answers": sorted(map(int, answers)),
        "accepts": next((MEDIA[media] for content in answers.values() for media in content), None),
        "scopes": sorted(scopes or operation.get("x-astra-permissions", ())),
    }


def _required(document: Document, schema: Document, prefix: str = "") -> Iterator[str]:
    schema = resolve(document, schema)
    if schema.get("type") == "array":
        yield from _required(document, schema["items"], f"{prefix}[].")
    either = schema.get("anyOf", schema.get("oneOf", ()))
    for part in (*schema.get("allOf", ()), *(either if len(either) == 1 else ())):
        yield from _required(document, part, prefix)
    yield from (prefix + name for name in schema.get("required", ()))


def resolve(document: Document, node: Document) -> Document:
    """Return the node that a reference leads to."""
    while "$ref" in node:
        target: Any = document
        for step in node["$ref"].removeprefix("#/").split("/"):
            target = target[step.replace("~1", "/").replace("~0", "~")]
        node = target
    return node
