"""Parsing a checked document into the model."""

from typing import Any, Final

import attrs

from astra_devops._codegen.errors import Node, SpecError, Warn
from astra_devops._codegen.pointer import join
from astra_devops._codegen.rest.model import (
    JSON,
    NONE,
    STR,
    Body,
    Class,
    Either,
    Group,
    ListOf,
    MapOf,
    Model,
    Named,
    Operation,
    Parameter,
    Plain,
    Type,
    either,
)
from astra_devops._codegen.rest.names import argument_scope, function_scope, group_name, group_of_tag, is_class_name, pascal, snake
from astra_devops._codegen.rest.repair_operations import VARIABLE
from astra_devops._codegen.rest.schemas import Schemas, remark
from astra_devops._codegen.rest.servers import server_of
from astra_devops._codegen.rest.walk import METHODS, follow
from astra_devops._codegen.text import plain

_RETRY: Final = ("read", "repeatable", "check_first", "once")
_UNSENT_HEADERS: Final = frozenset({"accept", "content-type", "authorization"})
"""Headers that OpenAPI requires to be ignored as parameters."""
_TEXTS: Final = ("application/x-yaml", "application/yaml", "application/xml", "application/x-ndjson", "application/jsonl")
"""Media types of texts, besides those that begin with text/."""


def parse(document: Node, warn: Warn) -> Model:
    """Return the model of a document.

    Raises:
        SpecError: The document contains something that the generator does not support.
    """
    reader = _Reader(document, warn)
    operations = tuple(reader.operations())
    groups = {operation.group: reader.group(operation.group) for operation in operations}
    return Model(groups=tuple(groups[name] for name in sorted(groups)), operations=operations, definitions=reader.schemas.definitions)


@attrs.define
class _Place:
    """One operation, with the path that it belongs to."""

    pointer: str
    path: str
    method: str
    item: Node
    node: Node


class _Reader:
    def __init__(self, document: Node, warn: Warn) -> None:
        self.schemas = Schemas(document, warn)
        self._document = document
        self._warn = warn
        self._functions = function_scope()
        self._tagged: dict[tuple[str, str], None] = {}

    def operations(self) -> list[Operation]:
        operations = []
        for path, item in (self._document.get("paths") or {}).items():
            for method in METHODS:
                if method in item:
                    operations.append(self._operation(_Place(join("/paths", path, method), path, method, item, item[method])))
        return operations

    def group(self, name: str) -> Group:
        """Return a group. Its tag describes it, if tag and group have the same operations."""
        tags = [tag for tag, group in self._tagged if group == name]
        groups = {group for tag, group in self._tagged if tag in tags}
        described = [tag for tag in self._document.get("tags") or [] if tags and groups == {name} and tag.get("name") == tags[0]]
        about = described[0] if len(described) == 1 and len(tags) == 1 else {}
        title = plain(str(about.get("name") or "")) or name.replace("_", " ").capitalize()
        return Group(name=name, title=title, doc=str(about.get("description") or ""))

    def _operation(self, place: _Place) -> Operation:
        node, pointer = place.node, place.pointer
        identity = node.get("operationId")
        if not isinstance(identity, str):
            raise SpecError(join(pointer, "operationId"), "an operation must have an operationId")
        success, result = self._answer(place, pascal(identity, "Operation"))
        return Operation(
            id=identity,
            method=place.method.upper(),
            path=place.path,
            group=self._group_of(node, pointer),
            function=self._functions.take(snake(identity, "operation")),
            summary=str(node.get("summary") or ""),
            description=str(node.get("description") or ""),
            parameters=self._parameters(place, pascal(identity, "Operation")),
            body=self._body(place, pascal(identity, "Operation")),
            success=success,
            result=result,
            accepts=self._accepts(place),
            retry=_retry(place),
            how_to_check=_how_to_check(place),
            lane=_lane(place),
            server=server_of(self._document, place.item, place.node, (join("/paths", place.path), pointer), self._warn),
            permissions=_permissions(place),
            inferred=_confidence(place) == "inferred",
            deprecated=node.get("deprecated") is True,
        )

    def _group_of(self, node: Node, pointer: str) -> str:
        tags = node.get("tags") or []
        if "x-astra-group" in node:
            name = group_name(node["x-astra-group"], join(pointer, "x-astra-group"))
        else:
            name = group_of_tag(tags[0]) if tags else "default"
        self._tagged[tags[0] if tags else "", name] = None
        return name

    def _parameters(self, place: _Place, parent: str) -> tuple[Parameter, ...]:
        parameters: dict[tuple[str, str], tuple[Node, str, str]] = {}
        for node, pointer in ((place.item, join("/paths", place.path)), (place.node, place.pointer)):
            for index, raw in enumerate(node.get("parameters") or ()):
                parameter, where = follow(self._document, raw, join(pointer, "parameters", index))
                # An enum of a shared parameter is named after the parameter. Otherwise each
                # operation would get its own copy.
                shared = where.startswith("/components/")
                hint = pascal(where.rsplit("/", 1)[-1].removesuffix("Param").removesuffix("Parameter")) if shared else ""
                parameters[parameter["in"], parameter["name"]] = (parameter, where, hint)
        scope = argument_scope()
        names: dict[tuple[str, str], str] = {}
        for identity, (parameter, where, _) in parameters.items():
            if "x-python-name" in parameter and not is_class_name(parameter["x-python-name"]):
                names[identity] = scope.claim(parameter["x-python-name"], join(where, "x-python-name"))
        arguments = []
        for identity, (parameter, where, hint) in parameters.items():
            if parameter["in"] == "header" and parameter["name"].lower() in _UNSENT_HEADERS:
                continue
            name = names.get(identity) or scope.take(snake(parameter["name"].removesuffix(".*"), "argument"))
            label = names.get(identity) or parameter["name"]
            arguments.append(self._parameter(parameter, where, name, hint or parent + pascal(label, "Argument")))
        order = {name: index for index, name in enumerate(VARIABLE.findall(place.path))}
        return tuple(
            sorted(arguments, key=lambda it: (it.place != "path", not it.required, order.get(it.wire, 0) if it.place == "path" else 0))
        )

    def _parameter(self, node: Node, pointer: str, name: str, hint: str) -> Parameter:
        where, wire = node["in"], node["name"]
        _check_style(node, pointer)
        schema, at = node.get("schema", {}), join(pointer, "schema")
        doc = remark({**schema, **node}, follow(self._document, schema, at)[0])
        wildcard = node.get("x-astra-wildcard", wire[:-1] if wire.endswith(".*") else None)
        if wildcard is not None:
            if where != "query" or not isinstance(wildcard, str) or not wildcard:
                raise SpecError(pointer, "x-astra-wildcard must be the prefix of the names of a query parameter")
            return Parameter(name=name, wire=wire, place="query", type=STR, required=False, wildcard=wildcard, doc=doc)
        kind = self.schemas.type_of(schema, at, str(node["x-python-name"]) if is_class_name(node.get("x-python-name")) else hint)
        self._check_type(kind, where, at)
        if where == "path" and kind != Plain("int") and STR not in (kind.members if isinstance(kind, Either) else (kind,)):
            kind = STR  # booleans and times can be written in several ways, and the caller knows which
        is_joined = where == "query" and node.get("explode") is False and isinstance(kind, ListOf)
        return Parameter(name=name, wire=wire, place=where, type=kind, required=node.get("required") is True, is_joined=is_joined, doc=doc)

    def _check_type(self, kind: Type, where: str, pointer: str) -> None:
        """Refuse what a URL or header cannot hold: objects, lists in a path, lists of lists."""
        for member in kind.members if isinstance(kind, Either) else (kind,):
            if isinstance(member, ListOf) and where in ("query", "header"):
                self._check_type(member.item, f"list in a {where}", pointer)
            elif isinstance(member, ListOf | MapOf) or (
                isinstance(member, Named) and isinstance(self.schemas.definitions[member.key], Class)
            ):
                raise SpecError(pointer, f"a parameter of this type is not supported in a {where}")

    def _body(self, place: _Place, parent: str) -> Body | None:
        if "requestBody" not in place.node:
            return None
        body, pointer = follow(self._document, place.node["requestBody"], join(place.pointer, "requestBody"))
        content = body.get("content") or {}
        media = _json_media(content)
        if media is None:
            kinds = ", ".join(content) or "nothing"
            raise SpecError(join(pointer, "content"), f"a request body must be JSON, not {kinds}")
        schema = content[media].get("schema", {})
        kind = self.schemas.type_of(schema, join(pointer, "content", media, "schema"), parent + "Request")
        doc = plain(str(body.get("description") or ""))
        return Body(type=kind, required=body.get("required") is True, media=_exact(media), doc=doc)

    def _answer(self, place: _Place, parent: str) -> tuple[tuple[int, ...], Type]:
        success: set[int] = set()
        types: list[Type] = []
        responses = place.node["responses"]
        codes = [code for code in responses if code.startswith("2")] or [code for code in responses if code == "default"]
        for code in sorted(codes):
            pointer = join(place.pointer, "responses", code)
            response, where = follow(self._document, responses[code], pointer)
            success |= set(range(200, 300)) if code == "2XX" else {200 if code == "default" else int(code)}
            types.append(self._content(response, where, parent))
        if not success:
            raise SpecError(join(place.pointer, "responses"), "an operation must have an answer that is a success")
        return tuple(sorted(success)), either(*types)

    def _accepts(self, place: _Place) -> str:
        """Return the media types of all answers: those of successes first, JSON for errors last."""
        kinds: dict[str, None] = {}
        for code, raw in place.node["responses"].items():
            if code.startswith("2") or code == "default":
                response = follow(self._document, raw, join(place.pointer, "responses", code))[0]
                media = _json_media(response.get("content") or {})
                if media is not None:
                    kinds[_exact(media)] = None
        return ", ".join({**kinds, JSON: None})

    def _content(self, response: Node, pointer: str, parent: str) -> Type:
        content = response.get("content") or {}
        if not content:
            return NONE
        media = _json_media(content)
        if media is not None:
            schema = content[media].get("schema", {})
            return self.schemas.type_of(schema, join(pointer, "content", media, "schema"), parent + "Response")
        if all(media_type(name).startswith("text/") or media_type(name) in _TEXTS for name in content):
            return STR
        raise SpecError(join(pointer, "content"), f"an answer must be JSON or text, not {', '.join(content)}")


def media_type(name: str) -> str:
    """Return a media type without its parameters."""
    return name.split(";")[0].strip().lower()


def _json_media(content: Node) -> str | None:
    for name in content:
        kind = media_type(name)
        if kind in ("application/json", "*/*", "application/*") or kind.endswith("+json"):
            return name
    return None


def _exact(media: str) -> str:
    """Return the media type to send for one of a document, which may be a range of them."""
    kind = media_type(media)
    return JSON if "*" in kind else kind


def _check_style(node: Node, pointer: str) -> None:
    default = "simple" if node["in"] in ("path", "header") else "form"
    if node.get("style", default) != default:
        raise SpecError(join(pointer, "style"), f"a {node['in']} parameter of style {node['style']} is not supported")


def _retry(place: _Place) -> str:
    retry = place.node.get("x-astra-retry", "read" if place.method in ("get", "head") else "once")
    if retry not in _RETRY:
        raise SpecError(join(place.pointer, "x-astra-retry"), f"x-astra-retry must be one of {', '.join(_RETRY)}, not {retry!r}")
    return str(retry)


def _lane(place: _Place) -> str | None:
    name = place.node.get("x-astra-lane")
    if name is not None and f"{{{name}}}" not in place.path.split("/"):
        raise SpecError(join(place.pointer, "x-astra-lane"), "x-astra-lane must name a variable that is a whole segment of the path")
    return name


def _how_to_check(place: _Place) -> str | None:
    text = place.node.get("x-astra-how-to-check")
    if text is not None and not (isinstance(text, str) and text.strip()):
        raise SpecError(join(place.pointer, "x-astra-how-to-check"), "how to check an outcome is a text")
    return text


def _confidence(place: _Place) -> str:
    confidence = place.node.get("x-astra-confidence", "documented")
    if confidence not in ("documented", "inferred"):
        raise SpecError(join(place.pointer, "x-astra-confidence"), f"x-astra-confidence must be documented or inferred, not {confidence!r}")
    return str(confidence)


def _permissions(place: _Place) -> tuple[str, ...]:
    permissions: Any = place.node.get("x-astra-permissions", [])
    if not isinstance(permissions, list) or not all(isinstance(name, str) for name in permissions):
        raise SpecError(join(place.pointer, "x-astra-permissions"), "x-astra-permissions must be a list of strings")
    return tuple(permissions)
