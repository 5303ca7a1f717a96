"""The state of an emulator in a file of JSON."""

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson


def check(path: Path) -> None:
    """Make sure early that a state can be written there.

    Raises:
        OSError: it cannot.
    """
    with tempfile.TemporaryFile(dir=path.resolve().parent):
        pass


def read(path: Path) -> dict[str, Any] | None:
    """Read a state; None if there is no such file.

    Raises:
        ValueError: that is not JSON.
        OSError: it cannot be read.
    """
    try:
        state: dict[str, Any] = orjson.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    except orjson.JSONDecodeError as problem:
        raise ValueError(f"this is not JSON: {problem}") from problem
    return state


def write(path: Path, state: Mapping[str, Any]) -> None:
    """Write a state in place of what is there.

    Whoever reads finds the old one or the new one, never a part; only the owner may read it.

    Raises:
        OSError: it cannot be written.
    """
    path = path.resolve()
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(orjson.dumps(dict(state), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise
