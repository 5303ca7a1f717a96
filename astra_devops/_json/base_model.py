"""What all models have in common, written once: a class of attrs makes its own in a millisecond."""

import functools
from collections.abc import Callable
from operator import attrgetter
from reprlib import recursive_repr
from typing import Any

import attrs


class BaseModel:
    """Compares and shows models by their fields, as attrs does."""

    __slots__ = ()
    __hash__ = None  # type: ignore[assignment]  # Models can be changed.

    def __eq__(self, other: object) -> bool:
        if other.__class__ is not self.__class__:
            return NotImplemented
        cls: Any = self.__class__
        values = _values_of(cls)
        return bool(values(self) == values(other))

    @recursive_repr(fillvalue="...")
    def __repr__(self) -> str:
        cls: Any = self.__class__
        fields = (f"{field.name}={getattr(self, field.name)!r}" for field in attrs.fields(cls))
        return f"{cls.__qualname__}({', '.join(fields)})"


@functools.cache
def _values_of(cls: Any) -> Callable[[Any], tuple[object, ...]]:
    return attrgetter(*(field.name for field in attrs.fields(cls)))
