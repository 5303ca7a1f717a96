"""A file that appears under its name only when it is complete.

The functions that touch the disk block, so they run in worker threads. A caller waits for the
end of each, also when it is canceled: what the thread has opened would be lost.
"""

import asyncio
import os
import stat
import tempfile
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO, Final, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

LARGEST_UNPACKED: Final = 64 * 1024 * 1024
_MOST_FILES: Final = 1000


async def in_thread(function: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
    """Run a function in a worker thread.

    A cancellation takes effect when the function has returned.
    """
    future = asyncio.get_running_loop().run_in_executor(None, lambda: function(*arguments, **named))
    cancellation: asyncio.CancelledError | None = None
    while not future.done():
        try:
            await asyncio.wait([future])
        except asyncio.CancelledError as error:
            cancellation = error
    if cancellation is not None:
        future.exception()  # Otherwise asyncio logs an exception that was never retrieved.
        raise cancellation
    return future.result()


class PartialFile:
    """A temporary file next to its target, which only its owner can read.

    Attributes:
        path: The target. A symbolic link stays, and what it points to is replaced.
    """

    def __init__(self, path: str | os.PathLike[str], default_name: str) -> None:
        self.path = Path(path)
        self._given = os.fspath(path)
        self._default_name = default_name
        self._file: IO[bytes] | None = None
        self._name: str | None = None
        self._target = self._given

    def open(self) -> None:
        """Create the file. Blocks.

        Raises:
            OSError: It cannot be created.
            ValueError: The target is a device, a pipe or a socket.
        """
        self._target = self._find_target()
        folder, name = os.path.split(self._target)
        # mkstemp creates a file that only its owner can read. The name is cut, since the target's
        # may be as long as the file system permits.
        descriptor, self._name = tempfile.mkstemp(prefix=f".{name[:50]}.", suffix=".part", dir=folder)
        self._file = os.fdopen(descriptor, "w+b")

    def _find_target(self) -> str:
        mode = _mode(self._given)
        if mode is not None and stat.S_ISDIR(mode):
            self.path = self.path / self._default_name
            mode = _mode(str(self.path))
            if mode is not None and stat.S_ISDIR(mode):
                raise IsADirectoryError(f"{self.path} is a directory")
        elif mode is None and self._given.endswith(_SEPARATORS):
            raise FileNotFoundError(f"the directory {self._given} does not exist")
        if mode is not None and not stat.S_ISREG(mode):
            raise ValueError(f"path must be a file or a directory, not a device, pipe or socket: {self.path}")
        return os.path.realpath(self.path)

    @property
    def file(self) -> IO[bytes]:
        """The open file."""
        assert self._file is not None
        return self._file

    def empty(self) -> None:
        """Drop what has been written. Blocks."""
        self.file.seek(0)
        self.file.truncate()

    def close(self) -> None:
        """Write what is still in memory. Blocks."""
        self.file.close()

    def publish(self) -> None:
        """Move the file to its target.

        This does not run in a thread, so that a cancellation comes before it or after it.
        """
        assert self._name is not None
        os.replace(self._name, self._target)
        self._name = None

    def discard(self) -> None:
        """Remove the file unless it has been published."""
        if self._file is not None:
            with suppress(OSError, ValueError):
                self._file.close()
        if self._name is not None:
            with suppress(OSError):
                os.unlink(self._name)


_SEPARATORS: Final = (os.sep, os.altsep) if os.altsep else (os.sep,)


def _mode(path: str) -> int | None:
    """Return the mode of what a path leads to; None if that does not exist."""
    try:
        return os.stat(path).st_mode
    except FileNotFoundError:
        return None


def zip_damage(file: IO[bytes]) -> str | None:
    """Return why a file is not a zip file that can be unpacked; None if it is one. Blocks.

    Nothing is unpacked beyond the size that its directory names, and that is checked before.

    Raises:
        OSError: The file cannot be read.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
            unpacked = sum(entry.file_size for entry in entries)
            if not entries:
                return "it is empty"
            if len(entries) > _MOST_FILES:
                return f"it has {len(entries)} files, and at most {_MOST_FILES} are accepted"
            if unpacked > LARGEST_UNPACKED:
                return f"it unpacks to {unpacked} bytes, and at most {LARGEST_UNPACKED} are accepted"
            damaged = archive.testzip()
    except OSError as error:
        # Decompressors raise an OSError without a number. One with a number is the disk's.
        if error.errno is not None:
            raise
        return f"it cannot be unpacked: {error}"
    except Exception as error:
        # zipfile lets through what its decompressors raise, and has several exceptions of its own.
        return f"it cannot be unpacked: {str(error)[:200] or type(error).__name__}"
    return None if damaged is None else f"{damaged[:100]!r} is damaged"
