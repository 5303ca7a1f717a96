"""Calling any API operation by its id, including those without a dedicated method."""

import difflib
import re
from collections.abc import Mapping
from importlib import import_module
from typing import Any, Final, get_args

from astra_devops._first_use import importing
from astra_devops._json.writing import query_pairs
from astra_devops._rest.index import OPERATIONS
from astra_devops._runtime import checks
from astra_devops._runtime.call import Call, Operation, segment
from astra_devops._secret import uncovered

_PATH_VARIABLE: Final = re.compile(r"\{([^}]+)\}")


def build_call(operation_id: str, path: Mapping[str, str] | None, query: Mapping[str, object] | None, body: object) -> Call[object]:
    """Build a call from the id of an operation and its arguments. The body is a hidden one.

    Raises:
        ValueError: The operation does not exist, or ``path`` does not have exactly the variables of
            the operation's path.
        TypeError: An argument has a wrong type, or ``body`` cannot be written as JSON.
    """
    checks.string(operation_id, "operation_id")
    values = checks.mapping({} if path is None else path, "path")
    pairs = checks.mapping({} if query is None else query, "query")
    for name, value in pairs.items():
        query_pairs(f"query[{name!r}]", value)
    operation = OPERATIONS.get(operation_id)
    if operation is None:
        suggestions = difflib.get_close_matches(operation_id, OPERATIONS, n=3)
        hint = f"; similar ids: {', '.join(suggestions)}" if suggestions else ""
        raise ValueError(f"operation_id must be an operation of the API, but {operation_id!r} is none{hint}")
    variables = _PATH_VARIABLE.findall(operation.path)
    if set(values) != set(variables):
        raise ValueError(
            f"path must have the variables of {operation.path} ({', '.join(variables) or 'none'}), not {', '.join(values) or 'none'}"
        )
    target = _PATH_VARIABLE.sub(lambda match: segment(values[match[1]], f"path[{match[1]!r}]"), operation.path)
    return Call(operation, target, _result_of(operation), tuple(pairs.items()), uncovered(body))


def _result_of(operation: Operation) -> Any:
    """Return the type of the decoded answer from the endpoint's annotation, which masks secrets."""
    with importing:
        endpoints = import_module(f"astra_devops._rest.endpoints.{operation.group}")
    function = getattr(endpoints, operation.function)
    # A string, of which the module has all names at runtime; of the arguments it has not.
    (result,) = get_args(eval(function.__annotations__["return"], vars(endpoints)))
    return None if result is type(None) else result
