"""What the events of one call have in common: its id, the call around it, and what it is about."""

import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final
from urllib.parse import unquote

from astra_devops._runtime.call import Call

# Different in each process, and counted in it.
_PROCESS: Final = os.urandom(4).hex()
_numbers: Final = itertools.count(1)
_enclosing: ContextVar[str | None] = ContextVar("astra_devops_call", default=None)


def new_id() -> str:
    """Return an id for a call or a wait that begins now."""
    return f"{_PROCESS}-{next(_numbers)}"


def event_fields(call: Call[Any]) -> dict[str, Any]:
    """Return the fields of ``CallEvent`` for a call that begins now."""
    operation = call.operation
    return {
        "call_id": new_id(),
        "parent_id": _enclosing.get(),
        "operation": operation.id,
        "method": operation.method,
        "path": operation.path,
        "ids": path_ids(operation.path, call.path),
    }


@contextmanager
def enclosing(call_id: str) -> Iterator[None]:
    """Name the call that the calls in a block belong to."""
    token = _enclosing.set(call_id)
    try:
        yield
    finally:
        _enclosing.reset(token)


def path_ids(template: str, path: str) -> dict[str, str]:
    """Return the values of the variables of a path template, by name."""
    pairs = zip(template.split("/"), path.split("/"), strict=False)
    return {variable[1:-1]: unquote(value) for variable, value in pairs if variable.startswith("{") and variable.endswith("}")}
