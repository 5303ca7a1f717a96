"""State files: the snapshot of an emulator in a JSON file."""

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson


def check_writable(path: Path) -> None:
    """Check that a state file can be written, before there is anything to write.

    Raises:
        OSError: It cannot be written.
    """
    with tempfile.TemporaryFile(dir=path.resolve().parent):
        pass


def read(path: Path) -> dict[str, Any] | None:
    """Read a state file. Returns None if it does not exist.

    Raises:
        ValueError: It is not valid JSON.
        OSError: It cannot be read.
    """
    try:
        state: dict[str, Any] = orjson.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    except orjson.JSONDecodeError as error:
        raise ValueError(f"not valid JSON: {error}") from error
    return state


def write(path: Path, state: Mapping[str, Any]) -> None:
    """Write a state file, or replace it.

    A reader gets the old or the new content, never a part. Only the owner of the file may read it.

    Raises:
        OSError: It cannot be written.
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
