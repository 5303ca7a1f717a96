"""Comparing types. What a request may contain must not shrink, what an answer may must not grow."""

from collections.abc import Callable
from typing import Final

import attrs

from astra_devops._codegen.diff.changes import Change, Side
from astra_devops._codegen.pointer import split
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
    Model,
    Named,
    Plain,
    Type,
)

_WIDER: Final[dict[object, Plain]] = {Plain("int"): Plain("float")}
"""Types whose values another type has, too."""
_SECRET: Final = Plain("Secret")
"""A text that we keep out of logs; on the wire it is a text like others."""


@attrs.define
class TypeComparison:
    """Compares types of two models on one side, and reports each change once.

    ``report`` takes the changes.
    """

    old: Model
    new: Model
    side: Side
    report: Callable[[Change], None]
    _seen: set[tuple[str, str]] = attrs.field(factory=set)

    def compare(self, old: Type, new: Type, place: str) -> None:
        """Compare the types of one place."""
        before, after = _Parts.of(old, self.old), _Parts.of(new, self.new)
        self._compare_kinds(before, after, place, (self.text(old, self.old), self.text(new, self.new)))
        for one, other in zip(before.items, after.items, strict=False):
            self.compare(one, other, f"{place}[]")
        for one, other in zip(before.values, after.values, strict=False):
            self.compare(one, other, f"{place}{{}}")
        if before.enum and after.enum:
            self._compare_enums(before.enum, after.enum, place)
        elif before.enum:
            self._add(place, f"may be any text, not only {_values(before.enum)}", False, False)
        elif after.enum:
            self._add(place, f"has listed values now: {_values(after.enum)}", True, False)
        self._compare_classes(before, after, place)

    def compare_classes(self, old: Class, new: Class, place: str) -> None:
        """Compare the fields of two classes."""
        if (old.key, new.key) in self._seen:
            return
        self._seen.add((old.key, new.key))
        before, after = {field.wire: field for field in old.fields}, {field.wire: field for field in new.fields}
        for wire in before.keys() - after.keys():
            self._add(f"{place}.{wire}", "removed", True, True)
        for wire in after.keys() - before.keys():
            is_required = after[wire].required
            self._add(f"{place}.{wire}", "added, required" if is_required else "added, optional", is_required, False)
        for wire in before.keys() & after.keys():
            self._compare_fields(before[wire], after[wire], f"{place}.{wire}")

    def text(self, kind: Type, model: Model) -> str:
        """Return a type as messages show it."""
        match kind:
            case Plain(name):
                return "any value" if kind == ANY else "null" if kind == NONE else "str" if kind == _SECRET else name
            case Named(key):
                return _name(model.definitions[key])
            case ListOf(item):
                return f"list of {self.text(item, model)}"
            case MapOf(value):
                return f"map of {self.text(value, model)}"
            case Either(members):
                is_open_enum = any(isinstance(member, Named) and isinstance(model.definitions[member.key], Enum) for member in members)
                return " or ".join(self.text(member, model) for member in members if not (is_open_enum and member == STR))

    def _compare_fields(self, old: Field, new: Field, place: str) -> None:
        if old.required is not new.required:
            self._add(place, "required now" if new.required else "optional now", new.required, not new.required)
        self.compare(old.type, new.type, place)

    def _compare_kinds(self, before: "_Parts", after: "_Parts", place: str, texts: tuple[str, str]) -> None:
        lost, gained = before.kinds - after.kinds, after.kinds - before.kinds
        if not lost and not gained:
            return
        shrinks = ANY not in after.kinds and any(_WIDER.get(kind) not in after.kinds for kind in lost)
        grows = ANY not in before.kinds and any(_WIDER.get(kind) not in before.kinds for kind in gained)
        self._add(place, f"{texts[1]} instead of {texts[0]}", shrinks, grows)

    def _compare_enums(self, old: Enum, new: Enum, place: str) -> None:
        before, after = [value for _, value in old.members], [value for _, value in new.members]
        for value in before:
            if value not in after:
                # Code that names the value breaks on either side.
                self._add(f"{place} {value!r}", "value removed", True, True)
        for value in after:
            if value not in before:
                self._add(f"{place} {value!r}", "value added", False, False)

    def _compare_classes(self, before: "_Parts", after: "_Parts", place: str) -> None:
        """Compare the classes of two types: those of one name, and the others in their order."""
        if not before.classes or not after.classes:
            return  # another kind, which is reported already
        old, new = dict(before.classes), dict(after.classes)
        pairs = [(old.pop(name), new.pop(name)) for name in list(old) if name in new]
        if len(old) == len(new) == 1:
            pairs.append((old.popitem()[1], new.popitem()[1]))
        for one, other in pairs:
            # What is in a component is a change of the component, wherever it is used.
            name = _name(one) if _name(one) == _name(other) else f"{_name(one)} (now {_name(other)})"
            self.compare_classes(one, other, name if one.key.startswith("/components/") else place)
        if old:
            self._add(place, f"may no longer be {', '.join(old)}", True, False)
        if new:
            self._add(place, f"may also be {', '.join(new)}", False, True)

    def _add(self, place: str, text: str, breaks_requests: bool, breaks_answers: bool) -> None:
        self.report(Change(place, text, breaks_requests if self.side == "request" else breaks_answers, self.side))


@attrs.define
class _Parts:
    """What a type may be, by kind."""

    kinds: set[object] = attrs.field(factory=set)
    items: list[Type] = attrs.field(factory=list)
    values: list[Type] = attrs.field(factory=list)
    classes: dict[str, Class] = attrs.field(factory=dict)
    enum: Enum | None = None

    @classmethod
    def of(cls, kind: Type, model: Model) -> "_Parts":
        parts = cls()
        for member in kind.members if isinstance(kind, Either) else (kind,):
            match member:
                case Named(key):
                    definition = model.definitions[key]
                    if isinstance(definition, Enum):
                        parts.enum = definition
                        parts.kinds.add(STR)
                    else:
                        parts.classes[_name(definition)] = definition
                        parts.kinds.add("object")
                case ListOf(item):
                    parts.items.append(item)
                    parts.kinds.add("list")
                case MapOf(value):
                    parts.values.append(value)
                    parts.kinds.add("object")
                case _:
                    parts.kinds.add(STR if member == _SECRET else member)
        return parts


def _name(definition: Definition) -> str:
    """Return the name that a document gives to a schema, or else that of its class."""
    steps = split(definition.key)
    return steps[-1] if steps[:2] == ["components", "schemas"] and len(steps) == 3 else definition.name


def _values(enum: Enum) -> str:
    return ", ".join(repr(value) for _, value in enum.members)
