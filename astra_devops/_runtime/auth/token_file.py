"""A token in a file that another program replaces, such as a mounted secret of a container."""

import asyncio
import os
import stat
import time
from collections.abc import Awaitable, Callable
from typing import Final

from astra_devops._runtime.auth.token import check_token
from astra_devops._secret import Secret
from astra_devops.errors import ConfigurationError

_LARGEST: Final = 4096
# Two changes within the granularity of a file system's times, which is up to 2 s, look like one.
_SETTLED_AFTER_NS: Final = 2_000_000_000

_Version = tuple[int, int, int, int, int]


def token_file(path: str | os.PathLike[str]) -> Callable[[], Awaitable[Secret]]:
    """Return a token provider that reads the token from a file, and again when it has changed.

    The file holds the token and nothing else; white space around it does not matter. It is looked
    at before each attempt of a call, in a worker thread, so a new token counts from the next
    attempt on. Write the new token to another file and rename it: then the client never finds half
    of one.

    Args:
        path: The file. It need not exist yet. A relative path is resolved now.

    Raises:
        TypeError: ``path`` is not a string or a path.
        ValueError: ``path`` is empty.

    Calls raise :class:`~astra_devops.errors.ConfigurationError` if the file has never held a token,
    and :class:`~astra_devops.errors.RequestNotSentError` if it no longer does. The messages name
    the file, and do not show what is in it.

    >>> astra = AsyncAstraDevOps(token_file("/run/secrets/astra-token"))
    """
    if not isinstance(path, (str, os.PathLike)) or not isinstance(text := os.fspath(path), str):
        raise TypeError(f"path must be a string or a path, not {type(path).__name__}")
    if not text.strip():
        raise ValueError("path must not be empty")
    return TokenFile(os.path.abspath(os.path.expanduser(text)))


class TokenFile:
    """The provider that :func:`token_file` returns."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._last: tuple[_Version | None, Secret] | None = None

    async def __call__(self) -> Secret:
        """Return the token that is in the file now."""
        return await asyncio.to_thread(self._read)

    def _read(self) -> Secret:
        try:
            # A pipe would block when it is opened.
            if not stat.S_ISREG(os.stat(self._path).st_mode):
                raise self._error("is not a regular file")
            with open(self._path, "rb") as file:
                version = _version(os.fstat(file.fileno()))
                if version is not None and self._last is not None and self._last[0] == version:
                    return self._last[1]
                data = Secret(file.read(_LARGEST).decode("utf-8-sig", errors="replace"))
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else str(error)
            raise self._error(f"cannot be read: {reason or type(error).__name__}") from None
        try:
            token = check_token(data, "it")
        except ConfigurationError as error:
            raise self._error(f"does not hold a token: {error}") from None
        self._last = version, token
        return token

    def _error(self, problem: str) -> Exception:
        """Return the error of a file without a token.

        If it had one before, it may be in the middle of a change: that is worth another attempt.
        """
        text = f"the token file {self._path} {problem}"
        return ConfigurationError(text) if self._last is None else RuntimeError(text)

    def __repr__(self) -> str:
        return f"token_file({self._path!r})"

    def __reduce__(self) -> tuple[type["TokenFile"], tuple[str]]:
        return TokenFile, (self._path,)


def _version(status: os.stat_result) -> _Version | None:
    """Return what differs after a change; None while a further change might not show."""
    newest = max(status.st_mtime_ns, status.st_ctime_ns)
    if time.time_ns() - newest < _SETTLED_AFTER_NS:
        return None
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns
