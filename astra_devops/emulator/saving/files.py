"""State files: the snapshot of an emulator in a JSON file, which one emulator uses at a time."""

import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

if sys.platform != "win32":  # Windows has other locks, and there the file is not locked.
    import fcntl

from astra_devops._json_bytes import codec
from astra_devops._json_bytes.reading import problem


def read(path: Path) -> dict[str, Any] | None:
    """Read a state file. Returns None if it does not exist.

    Raises:
        ValueError: It is not valid JSON.
        OSError: It cannot be read.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    try:
        state = codec.loads(content)
    except codec.JSONDecodeError as error:
        raise ValueError(f"not valid JSON: {problem(content)}") from error
    if not isinstance(state, dict):
        raise ValueError(f"must have a JSON object, not {'null' if state is None else type(state).__name__}")
    return state


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Lock a state file, by an empty file beside it. The lock ends with the process.

    Raises:
        BlockingIOError: Another emulator holds it.
        OSError: It cannot be created.
    """
    path = path.resolve()
    lock = path.with_name(f".{path.name}.lock")
    handle = _lock(lock)
    while not _is_same(handle, lock):  # Another emulator has just removed it.
        os.close(handle)
        handle = _lock(lock)
    try:
        yield
    finally:
        lock.unlink(missing_ok=True)
        os.close(handle)


def _lock(lock: Path) -> int:
    handle = os.open(lock, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        if sys.platform != "win32":
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise BlockingIOError(f"another emulator uses it, and holds the lock {lock}") from None
    return handle


def _is_same(handle: int, lock: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), lock.stat())
    except FileNotFoundError:
        return False


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
            file.write(codec.dumps_indented(dict(state)) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise
