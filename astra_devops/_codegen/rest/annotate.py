"""Spelling types as annotations, and knowing what they make a module import."""

import attrs

from astra_devops._codegen.rest.model import Definition, Either, ListOf, MapOf, Named, Plain, Type, leaves
from astra_devops._codegen.text import literal

_HOMES = {
    "datetime": ("datetime", "datetime"),
    "Secret": ("astra_devops._secret", "Secret"),
}


@attrs.define
class Imports:
    """The names that a module imports, by the module they come from."""

    _names: dict[str, set[str]] = attrs.field(factory=dict)

    def add(self, module: str, *names: str) -> None:
        """Import names from a module."""
        self._names.setdefault(module, set()).update(names)

    def lines(self) -> list[str]:
        """Return the import statements, in a fixed order; the formatter sorts them into sections."""
        return [f"from {module} import {', '.join(sorted(names))}" for module, names in sorted(self._names.items()) if names]


@attrs.frozen
class Annotator:
    """Spells the types of one generated module.

    ``here`` is its own models module, if it is one; ``package`` where the models are.
    """

    definitions: dict[str, Definition]
    homes: dict[str, str]
    package: str
    here: str | None = None

    def spell(self, kind: Type, imports: Imports) -> str:
        """Return a type as an annotation, and import what it mentions."""
        for leaf in leaves(kind):
            if isinstance(leaf, Plain) and leaf.name in _HOMES:
                module, name = _HOMES[leaf.name]
                imports.add(module, name)
            elif isinstance(leaf, Named) and self.homes[leaf.key] != self.here:
                imports.add(f"{self.package}{self.homes[leaf.key]}", self.definitions[leaf.key].name)
        return self._text(kind)

    def quoted(self, kind: Type, imports: Imports, defined: set[str]) -> str:
        """Return a type as an annotation in a class body, as a string if it mentions a class that is not ``defined`` yet."""
        text = self.spell(kind, imports)
        later = any(isinstance(leaf, Named) and self.homes[leaf.key] == self.here and leaf.key not in defined for leaf in leaves(kind))
        return literal(text) if later else text

    def _text(self, kind: Type) -> str:
        match kind:
            case Plain(name):
                return name
            case Named(key):
                return self.definitions[key].name
            case ListOf(item):
                return f"list[{self._text(item)}]"
            case MapOf(value):
                return f"dict[str, {self._text(value)}]"
            case Either(members):
                return " | ".join(self._text(member) for member in members)
