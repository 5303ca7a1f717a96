"""Converting schemas to types and classes."""

import json
from typing import Any, Final

import attrs

from astra_devops._codegen.errors import Node, SpecError, Warn
from astra_devops._codegen.pointer import join, split
from astra_devops._codegen.rest.compose import Property, collect
from astra_devops._codegen.rest.model import (
    ANY,
    NONE,
    STR,
    Class,
    Definition,
    Either,
    Enum,
    Field,
    ListOf,
    MapOf,
    Named,
    Plain,
    PlainName,
    Type,
    either,
)
from astra_devops._codegen.rest.names import class_scope, field_scope, is_class_name, member_scope, pascal, singular, snake, upper
from astra_devops._codegen.rest.walk import find, follow
from astra_devops._codegen.text import sentence

_PLAIN: Final[dict[str, PlainName]] = {"integer": "int", "number": "float", "boolean": "bool"}
_STRUCTURE: Final = ("type", "properties", "items", "allOf", "oneOf", "anyOf", "enum", "$ref", "additionalProperties", "required")
_CONSTRAINT: Final = frozenset({"required", "title", "description"})


@attrs.frozen
class _Parent:
    """The class that a field is in.

    If ``identity`` is given, every other required field may be absent in an answer.
    """

    name: str
    identity: frozenset[str] | None


class Schemas:
    """Converts schemas to types, and collects the classes on the way.

    The key of a class is the pointer of its schema. Schemas under ``components`` are named first. A
    schema inside another one is named after its parent and its place, unless it has an
    ``x-python-name``.
    """

    def __init__(self, document: Node, warn: Warn) -> None:
        self.definitions: dict[str, Definition] = {}
        self._document = document
        self._warn = warn
        self._scope = class_scope()
        self._component_names: dict[str, str] = {}
        self._pointer_of_name: dict[str, str] = {}
        self._key_of_pointer: dict[str, str] = {}
        self._open: list[str] = []
        self._name_components()

    def _name_components(self) -> None:
        schemas = (self._document.get("components") or {}).get("schemas") or {}
        for is_named in (True, False):
            for key, schema in schemas.items():
                pointer = join("/components/schemas", key)
                if ("x-python-name" in schema) is not is_named or not _makes_class(schema):
                    continue
                where = join(pointer, "x-python-name")
                name = self._scope.claim(schema["x-python-name"], where) if is_named else self._scope.take(pascal(key))
                self._component_names[pointer] = name
                self._pointer_of_name[name] = pointer

    def type_of(self, schema: Node, pointer: str, hint: str) -> Type:
        """Return the type of a schema. ``hint`` is the name of a class that has none of its own."""
        target, where = follow(self._document, schema, pointer)
        if where in self._component_names:
            hint = self._component_names[where]
        elif where != pointer:
            hint = pascal(split(where)[-1])
        elif is_class_name(schema.get("x-python-name")):
            hint = schema["x-python-name"]
        if where in self._open and where not in self._key_of_pointer:
            self._warn(pointer, "a schema that contains itself without a class in between", "treated as any value there")
            return ANY
        self._open.append(where)
        try:
            kind = self._structural(target, where, hint)
        finally:
            self._open.pop()
        if schema.get("x-astra-secret") is True or target.get("x-astra-secret") is True:
            kind = _secret(kind, pointer)
        if schema.get("x-astra-decimal") is True or target.get("x-astra-decimal") is True:
            kind = _decimal(kind, pointer)
        nullable = schema.get("nullable") is True or target.get("nullable") is True
        return either(kind, NONE) if nullable else kind

    def _structural(self, schema: Node, pointer: str, hint: str) -> Type:
        if "allOf" in schema:
            return self._all_of(schema, pointer, hint)
        for key in ("oneOf", "anyOf"):
            if key in schema and not is_constraint(schema, key):
                return self._alternatives(schema, key, pointer, hint)
        kind = schema.get("type")
        if schema.get("properties") and kind in (None, "object"):
            return self._class(schema, pointer, hint)
        if kind == "array":
            name = schema.get("x-python-name")
            inner = str(name) if is_class_name(name) else singular(hint)
            return ListOf(self.type_of(schema.get("items", {}), join(pointer, "items"), inner))
        if kind == "object" or (kind is None and isinstance(schema.get("additionalProperties"), dict)):
            return MapOf(self._values(schema, pointer, hint))
        if kind == "string" or (kind is None and "enum" in schema):
            return self._string(schema, pointer, hint)
        return Plain(_PLAIN[kind]) if kind in _PLAIN else ANY

    def _values(self, schema: Node, pointer: str, hint: str) -> Type:
        values = schema.get("additionalProperties")
        if not isinstance(values, dict):
            return ANY
        return self.type_of(values, join(pointer, "additionalProperties"), singular(hint) + "Value")

    def _string(self, schema: Node, pointer: str, hint: str) -> Type:
        listed = schema.get("enum", [])
        values = [value for value in listed if value is not None]
        if not all(isinstance(value, str) for value in values):
            if schema.get("type") is None:
                return ANY
            raise SpecError(join(pointer, "enum"), "the values of an enum of strings must be strings")
        if values:
            kind = either(self._enum(schema, list(dict.fromkeys(values)), pointer, hint), STR)
            return either(kind, NONE) if None in listed else kind
        return Plain("datetime") if schema.get("format") == "date-time" else STR

    def _alternatives(self, schema: Node, key: str, pointer: str, hint: str) -> Type:
        if schema.get("properties"):
            raise SpecError(join(pointer, key), f"properties together with {key} are not supported")
        members = []
        for index, member in enumerate(schema[key]):
            name = f"{hint}Variant{index + 1}"
            members.append(self.type_of(member, join(pointer, key, index), name))
        return either(*members)

    def _all_of(self, schema: Node, pointer: str, hint: str) -> Type:
        members = list(enumerate(schema["allOf"]))
        structural = [(index, member) for index, member in members if has_structure(member)]
        if len(structural) == 1 and not any(key in schema for key in ("properties", "required", "oneOf", "anyOf")):
            index, member = structural[0]
            if "$ref" in member or not _makes_class(member):
                # One schema with notes around it: the way to write "that one, but nullable" in
                # OpenAPI 3.0.
                return self.type_of(member, join(pointer, "allOf", index), hint)
        return self._class(schema, pointer, hint)

    def _enum(self, schema: Node, values: list[str], pointer: str, hint: str) -> Type:
        if pointer not in self._key_of_pointer:
            scope = member_scope()
            members = tuple((scope.take(upper(value)), value) for value in values)
            self._define(Enum(key=pointer, name=hint, members=members, doc=self._note(schema, pointer)), schema)
        return Named(self._key_of_pointer[pointer])

    def _class(self, schema: Node, pointer: str, hint: str) -> Type:
        if pointer not in self._key_of_pointer:
            properties, required = collect(self._document, schema, pointer)
            if not properties:
                return MapOf(ANY)
            self._key_of_pointer[pointer] = pointer
            fields = self._fields(properties, required, _Parent(hint, _identity(schema, properties, pointer)))
            doc, extras = self._note(schema, pointer), _class_extras(schema, pointer, fields)
            self._define(Class(key=pointer, name=hint, fields=fields, doc=doc, **extras), schema)
        return Named(self._key_of_pointer[pointer])

    def _note(self, schema: Node, pointer: str) -> str:
        """Return the description of a schema. Items of a list without one get that of the list."""
        while not (text := note(schema)) and pointer.endswith("/items"):
            pointer = pointer.removesuffix("/items")
            schema = find(self._document, pointer)
        return text

    def _fields(self, properties: dict[str, Property], required: frozenset[str], parent: "_Parent") -> tuple[Field, ...]:
        scope = field_scope()
        names: dict[str, str] = {}
        for wire, (schema, pointer) in properties.items():
            if "x-python-name" in schema and not is_class_name(schema["x-python-name"]):
                names[wire] = scope.claim(schema["x-python-name"], join(pointer, "x-python-name"))
        for wire in properties:
            names[wire] = names.get(wire) or scope.take(snake(wire, "field"))
        fields = [self._field(names[wire], wire, place, wire in required, parent) for wire, place in properties.items()]
        return tuple(sorted(fields, key=lambda field: not field.required))

    def _field(self, name: str, wire: str, place: Property, required: bool, parent: "_Parent") -> Field:
        schema, pointer = place
        target, _ = follow(self._document, schema, pointer)
        aliases = schema.get("x-astra-aliases", [])
        if not isinstance(aliases, list) or not all(isinstance(alias, str) for alias in aliases):
            raise SpecError(join(pointer, "x-astra-aliases"), "x-astra-aliases must be a list of strings")
        if_absent = schema.get("x-astra-if-absent")
        if if_absent is not None and (not required or if_absent not in ("", 0, False, True, [], {})):
            raise SpecError(
                join(pointer, "x-astra-if-absent"), "x-astra-if-absent is for required properties, and is empty, zero, true or false"
            )
        label = name if schema.get("x-python-name") == name else wire
        kind = self.type_of(schema, pointer, parent.name + pascal(label, "Field"))
        if if_absent is None and required and parent.identity is not None and wire not in parent.identity:
            if_absent = self._empty(kind, pointer)
        doc = remark(schema, target)
        return Field(name=name, wire=wire, type=kind, required=required, aliases=tuple(aliases), if_absent=if_absent, doc=doc)

    def _empty(self, kind: Type, pointer: str) -> object:
        """Return the JSON that stands for nothing in a type."""
        match kind:
            case Plain("str" | "Secret"):
                return ""
            case Plain("int" | "float" | "Decimal"):
                return 0
            case Plain("bool"):
                return False
            case ListOf():
                return []
            case MapOf():
                return {}
            case Named(key):
                return {} if isinstance(self._definition(key), Class) else ""
            case Either(options) if STR in options:
                return ""
        raise SpecError(pointer, "a required property of this type must be in x-astra-identity of its schema")

    def _define(self, definition: Definition, schema: Node) -> None:
        """Set the final name of a definition. Two equal classes inside other schemas become one."""
        key, name = definition.key, definition.name
        self._key_of_pointer[key] = key
        if self._component_names.get(key) != name:
            other = self._pointer_of_name.get(name)
            if other is not None and _same(definition, self._definition(other)):
                self._key_of_pointer[key] = self._key_of_pointer[other]
                return
            if schema.get("x-python-name") == name:
                if other is not None:
                    raise SpecError(join(key, "x-python-name"), f"the class name {name!r} is already taken by {other}")
                name = self._scope.claim(name, join(key, "x-python-name"))
            else:
                name = self._scope.take(name)
                if other is not None:
                    self._warn(
                        key,
                        f"the class name {definition.name} is already taken by {other}",
                        f"named {name}; x-python-name can set another name",
                    )
            self._pointer_of_name[name] = key
        self.definitions[key] = _renamed(definition, name)

    def _definition(self, pointer: str) -> Definition | None:
        """Return the definition at a pointer, and read it first if necessary."""
        if pointer in self._component_names and pointer not in self._key_of_pointer and pointer not in self._open:
            self.type_of({"$ref": f"#{pointer}"}, "", "")
        return self.definitions.get(pointer)


def is_constraint(schema: Node, key: str) -> bool:
    """Check whether a choice only restricts which properties go together."""
    return bool(schema.get("properties")) and all(member.keys() <= _CONSTRAINT for member in schema[key])


def has_structure(member: Node) -> bool:
    """Check whether a member of allOf has more than notes."""
    return any(key in member for key in _STRUCTURE) and {key: member[key] for key in _STRUCTURE if key in member} != {"type": "object"}


def note(schema: Node) -> str:
    """Return the description or title of a schema."""
    text = schema.get("description") or schema.get("title")
    return text if isinstance(text, str) else ""


def remark(schema: Node, target: Node) -> str:
    """Return one line about a field or parameter. ``target`` is its schema after all references."""
    parts = [sentence(str(schema.get("description") or target.get("description") or ""))]
    if schema.get("deprecated") is True or target.get("deprecated") is True:
        parts.append("Deprecated.")
    if (default := schema.get("default", target.get("default"))) not in (None, ""):
        parts.append(sentence(f"The service's default is {json.dumps(default)}"))
    return " ".join(part for part in parts if part)


def _makes_class(schema: Node) -> bool:
    if "$ref" in schema:
        return False
    kind = schema.get("type")
    if kind in (None, "object") and schema.get("properties"):
        return True
    return "allOf" in schema or ("enum" in schema and kind in (None, "string"))


def _secret(kind: Type, pointer: str) -> Type:
    if kind == STR:
        return Plain("Secret")
    if kind == either(STR, NONE):
        return either(Plain("Secret"), NONE)
    raise SpecError(join(pointer, "x-astra-secret"), "x-astra-secret is supported for strings only")


def _decimal(kind: Type, pointer: str) -> Type:
    options = set(kind.members) if isinstance(kind, Either) else {kind}
    if Plain("float") in options and options <= {Plain("float"), STR, NONE}:
        return either(Plain("Decimal"), NONE) if NONE in options else Plain("Decimal")
    raise SpecError(join(pointer, "x-astra-decimal"), "x-astra-decimal is supported for numbers only, and for numbers that may be strings")


def _same(one: Definition, other: Definition | None) -> bool:
    if isinstance(one, Class) and isinstance(other, Class):
        return one.fields == other.fields
    return isinstance(one, Enum) and isinstance(other, Enum) and one.members == other.members


def _renamed(definition: Definition, name: str) -> Definition:
    if isinstance(definition, Class):
        return attrs.evolve(definition, name=name)
    return Enum(key=definition.key, name=name, members=definition.members, doc=definition.doc)


def _identity(schema: Node, properties: dict[str, Property], pointer: str) -> frozenset[str] | None:
    names = schema.get("x-astra-identity")
    if names is None:
        return None
    if not isinstance(names, list) or not all(name in properties for name in names):
        raise SpecError(join(pointer, "x-astra-identity"), "x-astra-identity must be a list of properties")
    return frozenset(names)


def _class_extras(schema: Node, pointer: str, fields: tuple[Field, ...]) -> dict[str, Any]:
    """Return the shortcuts and the summary of a class, by the Python names of its fields."""
    names = {field.name for field in fields}
    where = join(pointer, "x-python-shortcuts")
    shortcuts: list[tuple[str, str, str]] = []
    scope = field_scope()
    for name, path in schema.get("x-python-shortcuts", {}).items():
        first, _, second = str(path).partition(".")
        if first not in names or not second.isidentifier() or name in names:
            raise SpecError(where, "x-python-shortcuts must have new names for fields of a field, such as name: info.name")
        shortcuts.append((scope.claim(name, where), first, second))
    summary = tuple(map(str, schema.get("x-python-summary", ())))
    if unknown := [name for name in summary if name not in names and name not in {shortcut for shortcut, _, _ in shortcuts}]:
        raise SpecError(join(pointer, "x-python-summary"), f"x-python-summary has unknown attributes: {', '.join(unknown)}")
    return {"shortcuts": tuple(shortcuts), "summary": summary}
