"""Answers of a mock server that is made of an OpenAPI document: its examples, and made-up ones."""

from random import Random
from typing import Any, Final

from tests.contract.wire_facts import resolve
from tests.peers.published.document import Document

_FORMATS: Final = {
    "uuid": "497f6eca-6276-4993-bfeb-53cbbbba6f08",
    "date-time": "2019-08-24T14:15:22Z",
    "date": "2019-08-24",
    "email": "user@example.com",
    "uri": "http://example.com",
}
_WORDS: Final = ("lorem", "ipsum", "dolor", "sit", "amet", "consectetur", "elit", "sed")
_PLAIN: Final[dict[str, Any]] = {"integer": 0, "number": 0, "boolean": True, "null": None}


def example(document: Document, content: Document) -> Any:
    """Return the example of an answer, or one that is put together from those of its schema."""
    if "example" in content:
        return content["example"]
    for entry in content.get("examples", {}).values():
        return resolve(document, entry).get("value")
    return _sample(document, content.get("schema", {}), ())


def _sample(document: Document, schema: Document, seen: tuple[str, ...]) -> Any:
    if "$ref" in schema:
        if schema["$ref"] in seen:
            return None
        return _sample(document, resolve(document, schema), (*seen, schema["$ref"]))
    if schema.get("examples"):
        return schema["examples"][0]
    if "default" in schema:
        return schema["default"]
    for key in ("oneOf", "anyOf"):
        if schema.get(key):
            return _sample(document, schema[key][0], seen)
    if "allOf" in schema:
        parts = [_sample(document, part, seen) for part in schema["allOf"]]
        return {name: value for part in parts if isinstance(part, dict) for name, value in part.items()} if parts[1:] else parts[0]
    if schema.get("enum"):
        return schema["enum"][0]
    kind = _kind(schema)
    if kind == "object":
        return {name: _sample(document, part, seen) for name, part in schema.get("properties", {}).items()}
    if kind == "array":
        return [_sample(document, schema.get("items", {}), seen)]
    return _PLAIN[kind] if kind in _PLAIN else _FORMATS.get(schema.get("format", ""), "string")


def made_up(document: Document, content: Document, rng: Random, *, whole: bool) -> Any:
    """Make an answer from a schema: a ``whole`` one, or one without some optional fields."""
    return _random(document, content.get("schema", {}), rng, whole, 0)


def _random(document: Document, schema: Document, rng: Random, whole: bool, depth: int) -> Any:
    schema = resolve(document, schema)

    def inner(part: Document) -> Any:
        return _random(document, part, rng, whole, depth + 1)

    for key in ("oneOf", "anyOf"):
        if schema.get(key):
            return inner(rng.choice(schema[key]))
    if "allOf" in schema:
        parts = [inner(part) for part in schema["allOf"]]
        return {name: value for part in parts if isinstance(part, dict) for name, value in part.items()} if parts[1:] else parts[0]
    if schema.get("enum"):
        return rng.choice(schema["enum"])
    kind = _kind(schema)
    if kind == "object":
        required = schema.get("required", ())
        names = [name for name in schema.get("properties", {}) if whole or name in required or rng.random() < 0.5]
        return {name: inner(schema["properties"][name]) for name in names}
    if kind == "array":
        least, most = schema.get("minItems", 0), schema.get("maxItems", 3)
        return [] if depth > 8 else [inner(schema.get("items", {})) for _ in range(rng.randint(least, max(least, most)))]
    return _random_leaf(kind, schema, rng)


def _random_leaf(kind: str, schema: Document, rng: Random) -> Any:
    match kind:
        case "integer":
            return rng.randint(int(schema.get("minimum", -1000)), int(schema.get("maximum", 1_000_000)))
        case "number":
            return rng.choice([0, -1.5, 0.1 + rng.random() * 1e6])
        case "boolean":
            return rng.random() < 0.5
        case "null":
            return None
    text = " ".join(rng.choices(_WORDS, k=rng.randint(1, 6)))
    return _FORMATS.get(schema.get("format", ""), text)


def _kind(schema: Document) -> str:
    kinds = schema.get("type", "object" if "properties" in schema else "string")
    return kinds if isinstance(kinds, str) else next((kind for kind in kinds if kind != "null"), "null")
