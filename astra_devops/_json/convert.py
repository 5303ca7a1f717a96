"""The interface for converting JSON to objects and back: tolerant in reading, strict in writing."""

from typing import TYPE_CHECKING, Any

import attrs

from astra_devops._first_use import ModuleOnFirstUse
from astra_devops._json.model_types import ShapeError, model_of
from astra_devops._json.reading import reader_of

if TYPE_CHECKING:
    from astra_devops._json import lenient, writing
else:
    lenient = ModuleOnFirstUse("astra_devops._json.lenient")
    writing = ModuleOnFirstUse("astra_devops._json.writing")

__all__ = ["ShapeError", "structure", "writing"]


def structure(data: object, shape: Any) -> Any:
    """Read a JSON value as the type in an annotation.

    Accepts what the service varies: names in another spelling or under an alias, unknown names
    (kept in ``extra``), ``null`` for an empty list, for an object that only wraps lists and among
    the objects of a list, Go's formats of time, and values that an enum does not list. Where that
    fails, ``lenient`` reads what is there as well as it can: only what identifies an object must be
    there. For an operation without a result (``None``) any value is accepted.

    The result may contain lists and dicts of ``data``, so do not use it afterward.

    Raises:
        ShapeError: The value does not fit. The error has the place and the type of what was found
            there, but never the value.
    """
    if shape is None:
        return None
    if data is None and attrs.has(shape) and model_of(shape).is_empty_if_null:
        data = {}
    try:
        try:
            return reader_of(shape)(data)
        except (KeyError, TypeError, ValueError):
            # The readers do not track their position, and their errors may contain values. The
            # second pass starts outside this block, so that no error is kept as context.
            pass
        return lenient.read(data, shape)
    except RecursionError:
        raise ShapeError("", "nested less deeply", "nested too deeply") from None
