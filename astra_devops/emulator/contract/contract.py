"""The API contract as the emulator uses it: operations, permissions and schema validators."""

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any, Final
from urllib.parse import quote

import attrs

from astra_devops.emulator.contract.secret_fields import secret_fields

_METHODS: Final = ("get", "put", "post", "delete", "patch", "head", "options")
_URN: Final = "urn:astra-devops:contract"
_MISSING: Final = "The emulator checks requests with jsonschema-rs. Install it with: pip install 'astra-devops[emulator]'"

try:
    import jsonschema_rs
except ImportError as _error:
    raise ImportError(_MISSING) from _error


@attrs.frozen(eq=False)
class Operation:
    """One operation of the contract.

    ``pointer`` is the JSON pointer to it, ``body`` the one to the schema of its body. ``sends`` is
    the media type of that body, ``answers`` the one of its successful answers. ``variables`` are
    the names in its path, in order.
    """

    id: str
    method: str
    path: str
    pointer: str
    permissions: frozenset[str]
    query: Mapping[str, "QueryParameter"]
    body: str | None
    body_required: bool
    sends: str
    answers: str
    segments: tuple[str, ...]
    variables: tuple[str, ...]
    _document: Mapping[str, Any] = attrs.field(alias="document", repr=False)

    @cached_property
    def secret_fields(self) -> frozenset[str]:
        """The names of the fields in the body and the answers that are marked as secret."""
        return secret_fields(self._document, self._document["paths"][self.path][self.method.lower()])


@attrs.frozen
class QueryParameter:
    """One query parameter: the JSON pointer to its schema, and the JSON types that it allows."""

    pointer: str
    types: frozenset[str]
    required: bool


class Contract:
    """An OpenAPI 3.1 document. Each schema is compiled when a request first needs it."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document
        self._validators: dict[tuple[str, bool], jsonschema_rs.Draft202012Validator] = {}

    @cached_property
    def operations(self) -> tuple[Operation, ...]:
        """All operations of the document."""
        return tuple(
            _operation(self._document, path, method)
            for path, item in self._document["paths"].items()
            for method in _METHODS
            if method in item
        )

    @cached_property
    def _registry(self) -> jsonschema_rs.Registry:
        return jsonschema_rs.Registry([(_URN, self._document)])

    def problems(self, pointer: str, value: object, *, formats: bool = False) -> list[str]:
        """List how a value violates the schema at a JSON pointer.

        Formats are checked only on request: the service's own answers violate some of them.
        """
        validator = self._validators.get((pointer, formats))
        if validator is None:
            schema = {"$ref": f"{_URN}#{quote(pointer, safe='/~')}"}
            validator = jsonschema_rs.Draft202012Validator(schema, registry=self._registry, validate_formats=formats)
            self._validators[pointer, formats] = validator
        if validator.is_valid(value):
            return []
        return [_message(error) for error in validator.iter_errors(value)]


def load() -> Contract:
    """Load the contract that comes with the package."""
    from astra_devops import _contract

    return Contract(_contract.load())


def _message(error: "jsonschema_rs.ValidationError") -> str:
    location = ".".join(str(step) for step in error.instance_path)
    return f"{location}: {error.message}" if location else error.message


def _operation(document: Mapping[str, Any], path: str, method: str) -> Operation:
    item = document["paths"][path]
    raw = item[method]
    pointer = f"/paths/{_escape(path)}/{method}"
    segments = tuple(path.split("/")[1:])
    body, body_required = _body(document, raw, pointer)
    successes = [answer for status, answer in raw["responses"].items() if status.startswith("2")]
    return Operation(
        id=raw["operationId"],
        method=method.upper(),
        path=path,
        pointer=pointer,
        permissions=frozenset(raw.get("x-astra-permissions", ())),
        query={**_query(document, item, f"/paths/{_escape(path)}"), **_query(document, raw, pointer)},
        body=body,
        body_required=body_required,
        sends=_media_type(document, [raw.get("requestBody", {})]),
        answers=_media_type(document, successes),
        segments=segments,
        variables=tuple(segment[1:-1] for segment in segments if segment.startswith("{")),
        document=document,
    )


def _query(document: Mapping[str, Any], owner: Mapping[str, Any], pointer: str) -> dict[str, QueryParameter]:
    parameters = {}
    for number, entry in enumerate(owner.get("parameters", ())):
        parameter, own_pointer = _resolve(document, entry, f"{pointer}/parameters/{number}")
        if parameter["in"] == "query" and "schema" in parameter:
            schema = _resolve(document, parameter["schema"], "")[0]
            kinds = schema.get("type", "string")
            types = frozenset([kinds] if isinstance(kinds, str) else kinds)
            parameters[parameter["name"]] = QueryParameter(f"{own_pointer}/schema", types, parameter.get("required", False))
    return parameters


def _body(document: Mapping[str, Any], operation: Mapping[str, Any], pointer: str) -> tuple[str | None, bool]:
    if "requestBody" not in operation:
        return None, False
    body, own_pointer = _resolve(document, operation["requestBody"], f"{pointer}/requestBody")
    for media in body.get("content", {}):
        if "schema" in body["content"][media]:
            return f"{own_pointer}/content/{_escape(media)}/schema", body.get("required", False)
    return None, False


def _media_type(document: Mapping[str, Any], owners: Iterable[Mapping[str, Any]]) -> str:
    """Return the media type of the first of several bodies that has one; JSON if none has."""
    media = (media for owner in owners for media in _resolve(document, owner, "")[0].get("content", {}))
    return next(media, "application/json")


def _resolve(document: Mapping[str, Any], entry: Mapping[str, Any], pointer: str) -> tuple[Mapping[str, Any], str]:
    """Follow the references of an entry, and return what they lead to with its own pointer."""
    while "$ref" in entry:
        pointer = entry["$ref"].removeprefix("#")
        entry = document
        for step in pointer.split("/")[1:]:
            entry = entry[step.replace("~1", "/").replace("~0", "~")]
    return entry, pointer


def _escape(step: str) -> str:
    return step.replace("~", "~0").replace("/", "~1")
