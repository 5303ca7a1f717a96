"""What is there of one resource, as values that are compared, printed and saved."""

from collections.abc import Mapping
from typing import Any

import attrs


@attrs.frozen
class State:
    """The parts of a resource that a declaration is about: the base class of all states.

    A field is a text, a number, a bool, None, a tuple, or a mapping of names to texts.
    """

    def to_dict(self) -> dict[str, Any]:
        """Return the state as JSON values."""
        document: dict[str, Any] = _json_of(self)
        return document

    def fields(self) -> dict[str, Any]:
        """Return the values by their names, those of a mapping as ``FIELD.NAME``."""
        values: dict[str, Any] = {}
        for field in attrs.fields(type(self)):
            value = getattr(self, field.name)
            if isinstance(value, Mapping):
                values |= {f"{field.name}.{name}": item for name, item in value.items()}
            else:
                values[field.name] = value
        return values


def _json_of(value: Any) -> Any:
    if attrs.has(type(value)):
        return {field.name: _json_of(getattr(value, field.name)) for field in attrs.fields(type(value))}
    if isinstance(value, Mapping):
        return {name: _json_of(item) for name, item in value.items()}
    return [_json_of(item) for item in value] if isinstance(value, tuple) else value
