"""A judge of requests: what a server that is made of an OpenAPI document objects to in them.

It shares no code with the emulator, which checks requests, too.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Literal
from urllib.parse import unquote

import attrs
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from tests.contract.wire_facts import resolve
from tests.peers.published.document import Document

METHODS: Final = ("get", "put", "post", "delete", "patch")
_INTEGER: Final = re.compile(r"-?\d+", re.ASCII)
_NUMBER: Final = re.compile(r"-?\d+(\.\d+)?([eE][-+]?\d+)?", re.ASCII)
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[-+]\d\d:\d\d)", re.ASCII | re.IGNORECASE)
_URI: Final = "urn:published"
_FORMATS: Final = FormatChecker()
Part = Literal["route", "query", "uuid", "sends", "needs", "accepts"]
"""What an objection is about, as in tests/contract/deviations.yaml."""


@_FORMATS.checks("date-time", raises=ValueError)
def _is_time(value: object) -> bool:
    return not isinstance(value, str) or (_TIME.fullmatch(value) is not None and bool(datetime.fromisoformat(value)))


@attrs.frozen
class Objection:
    """One thing that is wrong with a request."""

    part: Part
    text: str


@attrs.frozen(eq=False)
class Operation:
    """One operation of the document, with all that its path declares for it."""

    method: str
    path: str
    raw: Document = attrs.field(repr=False)
    parameters: tuple[Document, ...] = attrs.field(repr=False)
    sends: Mapping[str, Document] = attrs.field(repr=False)
    answers: Mapping[int, Mapping[str, Document]] = attrs.field(repr=False)

    @property
    def pattern(self) -> re.Pattern[str]:
        """The paths of its requests."""
        return re.compile("/".join("([^/]*)" if step.startswith("{") else re.escape(step) for step in self.path.split("/")))

    def declared(self, place: str) -> dict[str, Document]:
        """Return the schemas of its parameters in one place, by name."""
        return {entry["name"]: entry for entry in self.parameters if entry["in"] == place}


class Judge:
    """Judges requests by a document of OpenAPI 3.1."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.operations = tuple(_operations(document))
        self._registry: Registry[Any] = Registry().with_resource(_URI, DRAFT202012.create_resource(document))

    def find(self, method: str, path: str) -> Operation | None:
        """Return the operation of a request. A path without variables goes first."""
        found = [operation for operation in self.operations if operation.method == method.upper() and operation.pattern.fullmatch(path)]
        return min(found, key=lambda operation: operation.path.count("{"), default=None)

    def objections(
        self, method: str, path: str, query: Iterable[tuple[str, str]], headers: Mapping[str, str], body: object = None, *, sent: bool
    ) -> list[Objection]:
        """List what is wrong with a request. ``sent`` says whether it has a body."""
        operation = self.find(method, path)
        if operation is None:
            return [Objection("route", f"no operation has {method} {path}")]
        return [
            *self._in_path(operation, path),
            *self._in_query(operation, list(query)),
            *self._in_body(operation, headers.get("Content-Type", ""), body, sent),
            *_in_accept(operation, headers.get("Accept", "*/*")),
        ]

    def _in_path(self, operation: Operation, path: str) -> Iterator[Objection]:
        names = re.findall(r"{([^}]*)}", operation.path)
        found = operation.pattern.fullmatch(path)
        schemas = operation.declared("path")
        for name, value in zip(names, found.groups() if found else (), strict=True):
            schema = schemas.get(name, {}).get("schema", {})
            yield from (Objection("uuid", f"{name}: {text}") for text in self._problems(schema, unquote(value), is_text=True))

    def _in_query(self, operation: Operation, pairs: Sequence[tuple[str, str]]) -> Iterator[Objection]:
        schemas = operation.declared("query")
        for name in dict.fromkeys(name for name, _ in pairs):
            if name not in schemas:
                yield Objection("query", f"unknown parameter {name}")
                continue
            values = [value for other, value in pairs if other == name]
            schema = resolve(self.document, schemas[name].get("schema", {}))
            if schema.get("type") == "array":
                explode = schemas[name].get("explode", True)
                items = values if explode else values[-1].split(",")
                problems = [text for item in items for text in self._problems(schema.get("items", {}), item, is_text=True)]
            else:
                problems = [text for value in values for text in self._problems(schema, value, is_text=True)]
            yield from (Objection("query", f"{name}: {text}") for text in problems)
        for name, entry in schemas.items():
            if entry.get("required") and name not in dict(pairs):
                yield Objection("query", f"{name} is missing")

    def _in_body(self, operation: Operation, content_type: str, body: object, sent: bool) -> Iterator[Objection]:
        if not operation.sends:
            if sent:
                yield Objection("sends", "a body, where none is declared")
            return
        if not sent:
            if resolve(self.document, operation.raw["requestBody"]).get("required"):
                yield Objection("sends", "no body")
            return
        media = content_type.partition(";")[0].strip().lower()
        if media not in operation.sends:
            yield Objection("sends", f"the media type {media or 'none'}, where {', '.join(operation.sends)} is declared")
            return
        yield from (Objection("needs", text) for text in self._problems(operation.sends[media].get("schema", {}), body))

    def _problems(self, schema: Document, value: object, *, is_text: bool = False) -> list[str]:
        if is_text:
            value = _as_type(resolve(self.document, schema).get("type"), str(value))
        whole = {"$schema": "https://json-schema.org/draft/2020-12/schema", **_absolute(schema)}
        validator = Draft202012Validator(whole, registry=self._registry, format_checker=_FORMATS)
        return [
            f"{'.'.join(map(str, error.absolute_path))}: {error.message}" if error.absolute_path else error.message
            for error in validator.iter_errors(value)
        ]


def _operations(document: Document) -> Iterator[Operation]:
    for path, item in document["paths"].items():
        for method in METHODS:
            if method not in item:
                continue
            raw = item[method]
            entries = [resolve(document, entry) for entry in (*item.get("parameters", ()), *raw.get("parameters", ()))]
            answers = {
                int(code): resolve(document, answer).get("content", {}) for code, answer in raw["responses"].items() if code[0] == "2"
            }
            sends = resolve(document, raw.get("requestBody", {})).get("content", {})
            unique = {(entry["in"], entry["name"]): entry for entry in entries}
            yield Operation(method.upper(), path, raw, tuple(unique.values()), sends, answers)


def _in_accept(operation: Operation, accept: str) -> Iterator[Objection]:
    accepted = {entry.partition(";")[0].strip().lower() for entry in accept.split(",")}
    declared = {media for content in operation.answers.values() for media in content}
    ranges = {f"{media.partition('/')[0]}/*" for media in declared} | {"*/*"}
    if declared and not accepted & (declared | ranges):
        yield Objection("accepts", f"{accept}, where {', '.join(sorted(declared))} is declared")


def _as_type(kinds: Any, text: str) -> object:
    """Return a text of a path or query as the type that its schema has, if it is one."""
    kind = next((kind for kind in ([kinds] if isinstance(kinds, str) else kinds or ()) if kind != "null"), "string")
    match kind:
        case "integer" if _INTEGER.fullmatch(text):
            return int(text)
        case "number" if _NUMBER.fullmatch(text):
            return float(text)
        case "boolean":
            return {"true": True, "false": False}.get(text, text)
    return text


def _absolute(value: Any) -> Any:
    """Return a schema whose references lead into the document."""
    if isinstance(value, list):
        return [_absolute(item) for item in value]
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            return {**value, "$ref": _URI + value["$ref"]}
        return {key: _absolute(item) for key, item in value.items()}
    return value
