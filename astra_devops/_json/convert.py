"""The one door between JSON values and objects: tolerant on the way in, strict on the way out."""

from typing import Any

from astra_devops._json.mismatch import locate
from astra_devops._json.model_types import ShapeError
from astra_devops._json.reading import reader_of
from astra_devops._json.writing import query, unstructure

__all__ = ["ShapeError", "query", "structure", "unstructure"]


def structure(data: object, shape: Any) -> Any:
    """Read a JSON value as the type that an annotation names.

    Tolerant where the service is loose: names in other capitals or known by an alias, unknown names
    (kept in ``extra``), ``null`` for an empty list, Go's spellings of time, values that an enum
    does not list. An operation without a result (``None``) takes whatever comes.

    ``data`` is handed over: lists and objects of it may live on in the result.

    Raises:
        ShapeError: it does not fit, with the place and the type, but never the value, of what was
            found.
    """
    if shape is None:
        return None
    try:
        return reader_of(shape)(data)
    except (KeyError, TypeError, ValueError):
        pass  # the readers do not keep track of where they are; nothing of their errors, which may hold values, is kept either
    except RecursionError:
        raise ShapeError("", "nested less deeply", "nested too deeply") from None
    locate(data, shape)
    return reader_of(shape)(data)  # no fault found in the document, so the fault is ours: let it be seen
