"""Calling any operation of the contract by its id: the way to what no resource offers, or offers otherwise."""

import difflib
import re
from collections.abc import Mapping
from importlib import import_module
from typing import Any, Final, get_args

from astra_devops._rest.index import OPERATIONS
from astra_devops._runtime.call import Call, Operation, segment

_VARIABLE: Final = re.compile(r"\{([^}]+)\}")


def call_of(operation_id: str, path: Mapping[str, str] | None, query: Mapping[str, object] | None, body: object) -> Call[object]:
    """Make a call of names and values.

    Raises:
        ValueError: there is no such operation, or ``path`` does not name exactly the variables of
            its path.
    """
    operation = OPERATIONS.get(operation_id)
    if operation is None:
        near = difflib.get_close_matches(operation_id, OPERATIONS, n=3)
        raise ValueError(f"operation_id {operation_id!r} is not in the contract" + (f"; near it: {', '.join(near)}" if near else ""))
    given = dict(path or {})
    wanted = _VARIABLE.findall(operation.path)
    if set(given) != set(wanted):
        raise ValueError(f"path must give {', '.join(wanted) or 'nothing'} for {operation.path}, not {', '.join(given) or 'nothing'}")
    target = _VARIABLE.sub(lambda match: segment(given[match[1]], match[1]), operation.path)
    return Call(operation, target, _result_of(operation), tuple((query or {}).items()), body)


def _result_of(operation: Operation) -> Any:
    """Read the type of the decoded answer from the endpoint's annotation, so that secrets in it are masked as everywhere."""
    function = getattr(import_module(f"astra_devops._rest.endpoints.{operation.group}"), operation.function)
    (result,) = get_args(function.__annotations__["return"])
    return None if result is type(None) else result
