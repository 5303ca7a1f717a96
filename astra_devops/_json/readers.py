"""Reading objects as models: field by field, then by functions compiled for their names."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from itertools import filterfalse
from typing import Any, Final

from astra_devops._json.model_types import Field, Model, variant_names, wrong_type
from astra_devops._json.scalars import Reader
from astra_devops._secret import NO_EXTRA, Extra

# An object is worth a reader of its own when it has come this often. Each takes a millisecond to
# compile, and some kilobytes.
_OFTEN: Final = 10
_MOST_SHAPES: Final = 16
_MOST_COUNTED: Final = 64
_MOST_NAMES: Final = 200


Compile = Callable[[Model, tuple[str, ...], str, Reader], Reader]
"""Makes a reader of objects with certain names; the others it passes on to the reader given."""


class Readers(dict[int, Reader]):
    """The readers of one model, by the number of names in an object.

    For each number there is at most one, for the names that came often first. It passes objects
    with other names on, which have a second table.
    """

    def __init__(self, model: Model, reader_of: Callable[[Any], Reader], compile_reader: Compile) -> None:
        self._model = model
        self._reader_of = reader_of
        self._compile = compile_reader
        self._by_names: dict[tuple[str, ...], Reader] = {}
        self._counts: dict[tuple[str, ...], int] = {}
        # Made when a field is first there: most answers lack some objects that they may have.
        self._by_field: dict[str, Reader] = {}

    def read(self, document: Any, _: object = None) -> Any:
        """Turn an object into an instance of the model's class."""
        try:
            read = self[len(document)]
        except TypeError:
            read = self._read_any
        return read(document)

    def _read_any(self, document: Any) -> Any:
        """Read an object field by field, whatever its names are."""
        if type(document) is not dict:
            raise wrong_type(document, "an object")
        extra = NO_EXTRA
        if not self._model.wire_names.issuperset(document):
            document, extra = split_unknown(document, self._model)
        instance = object.__new__(self._model.cls)
        for field in self._model.fields:
            if field.wire in document:
                setattr(instance, field.name, self._reader_of_field(field)(document[field.wire]))
            elif field.if_absent is not None:
                setattr(instance, field.name, self._reader_of_field(field)(None))
            elif field.required:
                raise KeyError(field.wire)
            else:
                setattr(instance, field.name, None if field.default is None else field.default())
        if self._model.extra is not None:
            setattr(instance, self._model.extra, extra)
        return instance

    def _reader_of_field(self, field: Field) -> Reader:
        if field.wire not in self._by_field:
            self._by_field[field.wire] = or_if_absent(self._reader_of(field.shape), field)
        return self._by_field[field.wire]

    def __missing__(self, count: int) -> Reader:
        return self._read_others

    def _read_others(self, document: Any) -> Any:
        shape = tuple(document) if type(document) is dict else ()
        read = self._by_names.get(shape)
        if read is not None:
            return read(document)
        instance = self._read_any(document)  # Raises what is wrong with it.
        if len(self._by_names) < _MOST_SHAPES and 0 < len(shape) <= _MOST_NAMES:
            self._learn(shape)
        return instance

    def _learn(self, shape: tuple[str, ...]) -> None:
        if len(self._counts) >= _MOST_COUNTED:
            self._counts.clear()
        self._counts[shape] = self._counts.get(shape, 0) + 1
        if self._counts[shape] >= _OFTEN:
            title = f"{self._model.cls.__qualname__}, objects {len(self._by_names) + 1}"
            read = self._compile(self._model, shape, title, self._read_others)
            self._by_names[shape] = read
            self.setdefault(len(shape), read)


def table_of(read: Reader) -> Mapping[int, Reader]:
    """Return the table of the readers of a model, which needs no call for the look-up."""
    table = getattr(read, "__self__", None)
    return table if isinstance(table, Readers) else defaultdict(lambda: read)


def or_if_absent(read: Reader, field: Field) -> Reader:
    """Return a reader that reads null as what the service may leave out."""
    if_absent = field.if_absent
    return read if if_absent is None else lambda value: read(if_absent if value is None else value)


def split_unknown(document: dict[str, object], model: Model) -> tuple[dict[str, object], Extra]:
    """Split an object into the fields of the model, under their wire names, and the rest.

    The exact name of a field wins over its variants, which are then kept with the unknown names.
    """
    unknown = [*filterfalse(model.wire_names.__contains__, document)]
    variants = variant_names(document, unknown, model)
    extra = Extra({key: document[key] for key in unknown if key not in variants.values()})
    return ({**document, **{wire: document[key] for wire, key in variants.items()}} if variants else document), extra
