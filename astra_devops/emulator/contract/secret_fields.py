"""The fields that the contract marks as secret."""

from collections.abc import Mapping
from typing import Any


def secret_fields(document: Mapping[str, Any], part: Any) -> frozenset[str]:
    """Return the names of the secret fields in a part of the document, with their aliases."""
    names: set[str] = set()
    followed: set[str] = set()
    pending = [part]
    while pending:
        node = pending.pop()
        if isinstance(node, list):
            pending += node
        elif isinstance(node, dict):
            reference = node.get("$ref")
            if isinstance(reference, str) and reference not in followed:
                followed.add(reference)
                pending.append(_target(document, reference))
            properties = node.get("properties")
            for name, schema in properties.items() if isinstance(properties, dict) else ():
                if isinstance(schema, dict) and _is_secret(schema):
                    names |= {name, *schema.get("x-astra-aliases", ())}
            pending += node.values()
    return frozenset(names)


def _target(document: Mapping[str, Any], reference: str) -> Any:
    node: Any = document
    for step in reference.removeprefix("#").split("/")[1:]:
        node = node[step.replace("~1", "/").replace("~0", "~")]
    return node


def _is_secret(schema: Mapping[str, Any]) -> bool:
    items = schema.get("items")
    return bool(schema.get("x-astra-secret")) or (isinstance(items, dict) and bool(items.get("x-astra-secret")))
