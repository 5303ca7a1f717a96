"""How a JSON document differs from a schema of the contract, in words without its values."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import attrs

from astra_devops.emulator.recording.scrubbing import REPLACEMENTS

Schema = Mapping[str, Any]

_TYPES: Final[Mapping[type, str]] = {
    type(None): "null",
    bool: "a boolean",
    int: "an integer",
    float: "a number",
    str: "a string",
    list: "an array",
    dict: "an object",
}
_NAMES: Final[Mapping[str, str]] = {
    "null": "null",
    "boolean": "a boolean",
    "integer": "an integer",
    "number": "a number",
    "string": "a string",
    "array": "an array",
    "object": "an object",
}
# RFC 3339, what Go prints by default, and a time without a zone: docs/evidence.md has all three.
_TIME: Final = re.compile(
    r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?: ?(?:[Zz]|[+-]\d\d:?\d\d))?(?: [A-Z]+)?(?: m=[+-][\d.]+)?", re.ASCII
)
_LONGEST_VALUE: Final = 40


@attrs.frozen
class Difference:
    """One difference. ``place`` is a JSON pointer, in which ``*`` stands for any item of a list."""

    place: str
    words: str


def differences(value: object, schema: Schema, document: Mapping[str, Any]) -> list[Difference]:
    """List how a value differs from a schema of an OpenAPI document.

    What the scrubber has removed from a recording differs from nothing.
    """
    return list(_Walker(document).walk(value, schema, ""))


@attrs.frozen
class _Walker:
    document: Mapping[str, Any]

    def walk(self, value: object, schema: Schema, place: str) -> Iterator[Difference]:
        if isinstance(value, str) and value in REPLACEMENTS:
            return
        schema = self._flat(schema)
        branches = schema.get("anyOf", schema.get("oneOf"))
        if branches:
            yield from min((list(self.walk(value, branch, place)) for branch in branches), key=len)
            return
        types = schema.get("type", ())
        allowed = [types] if isinstance(types, str) else list(types)
        if allowed and not any(_is_a(value, name) for name in allowed):
            yield Difference(place, f"is {_TYPES[type(value)]}, not {' or '.join(_NAMES[name] for name in allowed)}")
        elif isinstance(value, dict):
            yield from self._walk_object(value, schema, place)
        elif isinstance(value, list):
            for item in value:
                yield from self.walk(item, schema.get("items", {}), f"{place}/*")
        elif isinstance(value, str):
            yield from _text_differences(value, schema, place)

    def _walk_object(self, value: Mapping[str, object], schema: Schema, place: str) -> Iterator[Difference]:
        properties: Mapping[str, Schema] = schema.get("properties", {})
        names = {name: name for name in properties} | {
            alias: name for name, entry in properties.items() for alias in self._flat(entry).get("x-astra-aliases", ())
        }
        folded = {_fold(name): official for name, official in reversed(names.items())}
        present: set[str] = set()
        for name, item in value.items():
            official = names.get(name) or folded.get(_fold(name))
            if official is not None:
                present.add(official)
                if name not in names:
                    yield Difference(f"{place}/{_step(official)}", f"has the name {name}")
                yield from self.walk(item, properties[official], f"{place}/{_step(name)}")
            elif properties and name not in REPLACEMENTS:
                yield Difference(f"{place}/{_step(name)}", f"is not in the contract: {_TYPES[type(item)]}")
        for name in schema.get("required", ()):
            if name not in present:
                identity = ", and identifies the object" if name in schema.get("x-astra-identity", ()) else ""
                yield Difference(f"{place}/{_step(name)}", f"is missing, although the contract requires it{identity}")

    def _flat(self, schema: Schema) -> Schema:
        """Follow references, and merge the parts of ``allOf``."""
        while "$ref" in schema:
            target: Any = self.document
            for step in schema["$ref"].removeprefix("#/").split("/"):
                target = target[step.replace("~1", "/").replace("~0", "~")]
            schema = {**target, **{name: entry for name, entry in schema.items() if name != "$ref"}}
        parts = [self._flat(part) for part in schema.get("allOf", ())]
        if not parts:
            return schema
        whole = [*parts, {name: entry for name, entry in schema.items() if name != "allOf"}]
        merged: dict[str, Any] = {name: entry for part in whole for name, entry in part.items()}
        merged["properties"] = {name: entry for part in whole for name, entry in part.get("properties", {}).items()}
        merged["required"] = [name for part in whole for name in part.get("required", ())]
        return merged


def _is_a(value: object, name: str) -> bool:
    if name == "number":
        return type(value) in (int, float)
    if name == "integer":
        return type(value) is int or (isinstance(value, float) and value.is_integer())
    return _TYPES[type(value)] == _NAMES[name]


def _text_differences(value: str, schema: Schema, place: str) -> Iterator[Difference]:
    if "enum" in schema and value not in schema["enum"]:
        # States and names of actions are what a report is for. Any other text may be private.
        shown = f"{value!r}" if re.fullmatch(r"[A-Za-z][\w-]*", value, re.ASCII) and len(value) <= _LONGEST_VALUE else "another text"
        yield Difference(place, f"is {shown}, which the contract does not list")
    is_none = not value and "null" in schema.get("type", ())  # Go leaves a text without a value empty.
    if schema.get("format") == "date-time" and not is_none and not _TIME.fullmatch(value):
        yield Difference(place, "is not a time in a known form" if value else "is an empty text, not a time")


def _fold(name: str) -> str:
    return name.casefold().replace("_", "")


def _step(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
