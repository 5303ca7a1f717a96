"""What all models have in common: comparing them, showing them, and exporting them."""

import functools
from collections.abc import Callable, Iterator
from operator import attrgetter
from typing import TYPE_CHECKING, Any, ClassVar

import attrs

from astra_devops._first_use import ModuleOnFirstUse

if TYPE_CHECKING:
    from astra_devops._json import exporting
    from astra_devops._json.exporting import Names
else:
    exporting = ModuleOnFirstUse("astra_devops._json.exporting")


class BaseModel:
    """An object of the service.

    ``repr()`` is one short line; ``to_dict()`` and ``to_json()`` have everything. Notebooks show a
    table.
    """

    __slots__ = ()
    __hash__: ClassVar[None]  # type: ignore[assignment]  # Models can be changed.

    _summary: ClassVar[tuple[str, ...]] = ()

    # A class of attrs makes methods of its own in a third of a millisecond; these serve all.
    def __eq__(self, other: object) -> bool:
        if other.__class__ is not self.__class__:
            return NotImplemented
        cls: Any = self.__class__
        values = _values_of(cls)
        return bool(values(self) == values(other))

    def __repr__(self) -> str:
        return exporting.short_repr(self)

    def __rich_repr__(self) -> Iterator[tuple[str, object]]:
        return iter(exporting.shown_fields(self))

    def _repr_html_(self) -> str:
        return exporting.html_table([exporting.shown_fields(self)])

    def to_dict(self, *, names: "Names" = "python", reveal_secrets: bool = False) -> dict[str, Any]:
        """Return the fields as values that JSON has, in nested dictionaries.

        Times are strings in ISO 8601, in UTC. Amounts of money are numbers with the digits of the
        service, or the first 17 if it wrote a string with more. A field without a value is None.

        Args:
            names: ``"python"`` for the names of the attributes, ``"wire"`` for those of the
                service.
            reveal_secrets: Whether tokens, passwords and presigned URLs are shown. Unknown fields
                may hold some, so they are left out, too, unless this is True.

        Raises:
            ValueError: ``names`` is neither, or a secret to reveal is redacted.
        """
        return exporting.to_dict(self, names, reveal_secrets)

    def to_json(self, *, names: "Names" = "python", reveal_secrets: bool = False, indent: int | None = None) -> str:
        """Return the fields as JSON. The arguments are those of :meth:`to_dict`.

        Args:
            names: Which names the fields have.
            reveal_secrets: Whether secrets and unknown fields are shown.
            indent: Spaces for each level; on one line if None.

        Raises:
            ValueError: ``names`` is neither, or a secret to reveal is redacted.
        """
        return exporting.to_json(self, names, reveal_secrets, indent)

    def record(self) -> dict[str, Any]:
        """Return the fields as one flat row, as data frames take them.

        The fields of an object within have its name before theirs, as in ``info.name``. All rows of
        a class have the same keys. Times are ``datetime``, amounts of money are ``Decimal``,
        secrets are masked, and lists of objects are JSON.
        """
        return exporting.record(self)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        """Return the schema by which Pydantic, and so FastAPI, validates and serializes models."""
        return exporting.pydantic_schema(cls)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: Any, handler: Any) -> dict[str, Any]:
        return exporting.json_schema(cls)


@functools.cache
def _values_of(cls: Any) -> Callable[[Any], tuple[object, ...]]:
    return attrgetter(*(field.name for field in attrs.fields(cls)))
