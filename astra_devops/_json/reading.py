"""Readers of JSON values, one for each annotation. Each is made when first used, and kept.

What nearly all fields have is recognized here; for any other shape cattrs is the dispatch table.
Its own structuring is not used, since our compiled readers take about a third of the time (see
``tests/benchmarks``) and accept what the service varies. Importing it would take a twentieth of a
small script's time, so a program imports it with the first shape that needs it.
"""

import functools
from typing import TYPE_CHECKING, Any

import attrs

from astra_devops._first_use import ModuleOnFirstUse, importing
from astra_devops._json import scalars, times
from astra_devops._json.model_types import is_dict, is_enum, is_list, is_open_enum, item_of, members, model_of, split_optional, wrong_type
from astra_devops._json.readers import Readers, table_of
from astra_devops._json.scalars import SCALAR_READERS, Reader

if TYPE_CHECKING:
    from cattrs import BaseConverter

    from astra_devops._json import reader_source, unions
    from astra_devops._json.model_types import Model
else:
    reader_source = ModuleOnFirstUse("astra_devops._json.reader_source")
    unions = ModuleOnFirstUse("astra_devops._json.unions")


@functools.cache
def reader_of(shape: Any) -> Reader:
    """Return the function that reads a JSON value as ``shape``.

    Its errors do not have a pointer into the document.
    """
    if shape in SCALAR_READERS:
        return SCALAR_READERS[shape]
    if times.is_time(shape):
        return scalars.read_time
    if is_enum(shape):
        return scalars.closed_enum_reader(shape)
    if attrs.has(shape):
        return Readers(model_of(shape), reader_of, _compile_reader).read
    if is_list(shape):
        return _list_reader(shape)
    rest, nullable = split_optional(shape)
    if nullable:
        return _optional_reader(rest)
    if is_open_enum(shape):
        return scalars.open_enum_reader(*filter(is_enum, members(shape)))
    read: Reader = _converter().get_structure_hook(shape)
    return read


def _compile_reader(model: "Model", shape: tuple[str, ...], title: str, read_others: Reader) -> Reader:
    return reader_source.compile_reader(model, shape, title, read_others, reader_of)


@functools.cache
def _converter() -> "BaseConverter":
    """Return the dispatch table of the other shapes."""
    with importing:
        from cattrs import BaseConverter

        converter = BaseConverter()
        for applies, factory in (
            (lambda shape: True, _reject),
            (is_dict, _dict_reader),
            (lambda shape: len(members(shape)) > 1, _union_reader),
        ):  # It asks the last one first.
            converter.register_structure_hook_factory(applies, factory)
        return converter


def _list_reader(shape: Any) -> Reader:
    item_shape = item_of(shape)
    read_item, drops_null = reader_of(item_shape), attrs.has(item_shape)
    table = table_of(read_item)

    def read(value: object, _: object = None) -> list[Any]:
        if value is None:  # Go writes an empty list as null.
            return []
        if type(value) is not list:
            raise wrong_type(value, "an array")
        if drops_null and None in value:  # It says nothing, and must not take the others with it.
            value = [item for item in value if item is not None]
        return [table[len(item)](item) for item in value] if drops_null else list(map(read_item, value))

    return read


def _dict_reader(shape: Any) -> Reader:
    read_item = reader_of(item_of(shape))

    def read(value: object, _: object = None) -> dict[str, Any]:
        if type(value) is not dict:
            raise wrong_type(value, "an object")
        return {key: read_item(item) for key, item in value.items()}

    return read


def _union_reader(shape: Any) -> Reader:
    choose = unions.chooser(shape)
    return lambda value, _=None: reader_of(choose(value))(value)


def _optional_reader(shape: Any) -> Reader:
    if is_list(shape):
        return reader_of(shape)
    read = scalars.read_time_or_none if times.is_time(shape) else reader_of(shape)
    return lambda value, _=None: None if value is None else read(value)


def _reject(shape: Any) -> Reader:
    raise TypeError(f"{shape!r} is not an annotation that a model may have")
