"""Rendering types as annotations, with the imports that these need."""

from typing import Final

import attrs

from astra_devops._codegen.rest.model import Definition, Either, ListOf, MapOf, Named, Plain, Type, leaves
from astra_devops._codegen.text import literal

_HOMES: Final = {
    "datetime": ("datetime", "datetime"),
    "Decimal": ("decimal", "Decimal"),
    "Secret": ("astra_devops._secret", "Secret"),
}


@attrs.define
class Imports:
    """The names that a module imports, by the module they come from."""

    _names: dict[str, set[str]] = attrs.field(factory=dict)

    def add(self, module: str, *names: str) -> None:
        """Import names from a module."""
        self._names.setdefault(module, set()).update(names)

    def drop(self, others: "Imports") -> None:
        """Remove the names that others import, too."""
        for module, names in others._names.items():
            self._names.get(module, set()).difference_update(names)

    def lines(self) -> list[str]:
        """Return the import statements in a fixed order. The formatter sorts them into sections."""
        return [f"from {module} import {', '.join(sorted(names))}" for module, names in sorted(self._names.items()) if names]


@attrs.frozen
class Annotator:
    """Renders the types of one generated module.

    Attributes:
        definitions: The classes of the document by key.
        homes: The module of each class by key.
        package: Prefix of the models modules, with the last dot.
        here: Name of the generated module, if it is one of the models modules.
    """

    definitions: dict[str, Definition]
    homes: dict[str, str]
    package: str
    here: str | None = None

    def annotation(self, kind: Type, imports: Imports) -> str:
        """Return the annotation of a type, and import the names in it."""
        for leaf in leaves(kind):
            if isinstance(leaf, Plain) and leaf.name in _HOMES:
                module, name = _HOMES[leaf.name]
                imports.add(module, name)
            elif isinstance(leaf, Named) and self.homes[leaf.key] != self.here:
                imports.add(f"{self.package}{self.homes[leaf.key]}", self.definitions[leaf.key].name)
        return self._text(kind)

    def quoted(self, kind: Type, imports: Imports, defined: set[str]) -> str:
        """Return the annotation of a field, quoted if a class in it is not ``defined`` yet."""
        text = self.annotation(kind, imports)
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
