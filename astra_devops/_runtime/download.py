"""Downloading a presigned URL into a file that appears complete or not at all."""

import asyncio
import inspect
import os
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import IO, Final
from urllib.parse import urlsplit

import attrs

from astra_devops import errors
from astra_devops._runtime import checks, deadline
from astra_devops._runtime.call import Operation
from astra_devops._runtime.caller import Caller
from astra_devops._runtime.deadline import Deadline
from astra_devops._runtime.observer import Guard
from astra_devops._runtime.outcome import Damaged, Lost, NotSent, RawAnswer, Refused
from astra_devops._runtime.partial_file import PartialFile, in_thread
from astra_devops._runtime.response import read_error
from astra_devops._runtime.retry import next_attempt
from astra_devops._secret import Secret, SecretBytes

ProgressCallback = Callable[[int, int | None], Awaitable[None] | None]
"""Called with the bytes received so far, and the total if the host sends it; sync or async."""

_DownloadFailure = NotSent | Lost | Refused | Damaged


@attrs.frozen(kw_only=True)
class Wanted:
    """What is downloaded.

    Attributes:
        operation: Id of the download in errors and events.
        url_operation: Id of the operation whose answer has the address.
        name: What it is, such as ``"bundle"``.
        kind: What the file has to be, such as ``"a valid zip file"``.
        damage: Returns what is wrong with the file, or None. It may block.
        largest: Bytes that it has at most.
    """

    operation: str
    url_operation: str
    name: str
    kind: str
    damage: Callable[[IO[bytes]], str | None]
    largest: int

    def as_operation(self) -> Operation:
        """Return the download as an operation, for errors."""
        path = f"the {self.name}"
        return Operation(id=self.operation, method="GET", path=path, group="", function="", success=frozenset({200}), retry="read")


# The host refuses an expired URL with 403, and the next attempt brings a new one.
_TRANSIENT: Final = frozenset({403, 429})
_LONGEST_EXCERPT: Final = 1024 * 1024


def checked_path(path: str | os.PathLike[str]) -> str:
    """Return a path as it was given: a separator at its end says that it is a directory."""
    if not isinstance(path, str | os.PathLike):
        raise TypeError(f"path must be a string or a path, not {type(path).__name__}")
    try:
        given = checks.string(os.fspath(path), "path")
        os.fsencode(given)
    except UnicodeEncodeError:
        raise ValueError(f"path must be a name that the file system can have, not {path!r}") from None
    return given


def checked_file_name(name: str, argument: str) -> str:
    """Return the name of a file, of which an argument is a part."""
    if os.path.basename(name) != name:
        raise ValueError(f"{argument} must not contain a path separator")
    return name


async def download(
    caller: Caller,
    wanted: Wanted,
    get_url: Callable[[], Awaitable[Secret]],
    path: str | os.PathLike[str],
    default_name: str,
    progress: ProgressCallback | None,
) -> Path:
    """Download a file to ``path``, within the time limit of one call, and return the path.

    ``get_url`` is called before each attempt, since a presigned URL expires. If ``path`` is a
    directory, the file in it gets the default name.

    Raises:
        OSError: The file cannot be written.
        ValueError: ``path`` is neither a file nor a directory.
        RequestNotSentError: The host cannot be reached.
        OutcomeUnknownError: The download broke off, or took too long.
        APIStatusError: The host refused the request.
        ResponseDecodeError: The download is not a file of the wanted kind.
    """
    limit = Deadline(caller.options.timeout)
    partial = PartialFile(path, default_name)
    try:
        await in_thread(partial.open)
        with deadline.inside(limit):
            await _Download(caller, wanted, get_url, partial, _guarded(progress), limit).run()
        # From here on nothing is awaited, so a canceled download never leaves the file.
        partial.publish()
        return partial.path
    finally:
        partial.discard()


def _guarded(progress: ProgressCallback | None) -> Callable[[int, int | None], Awaitable[None]] | None:
    """Return an async callback of which no exception reaches the download."""
    if progress is None:
        return None
    guard = Guard("progress", progress)

    async def report(received: int, total: int | None) -> None:
        try:
            if inspect.isawaitable(pending := progress(received, total)):
                await pending
        except Exception:
            guard.failed()

    return report


@attrs.define(eq=False, repr=False)
class _Download:
    """The attempts of one download."""

    caller: Caller
    wanted: Wanted
    get_url: Callable[[], Awaitable[Secret]]
    partial: PartialFile
    progress: Callable[[int, int | None], Awaitable[None]] | None
    limit: Deadline
    attempts: int = 0
    was_damaged: bool = False

    async def run(self) -> None:
        """Download until the file is complete and valid."""
        while True:
            self.attempts += 1
            failure = await self._fetch(await self._url())
            if failure is None:
                return
            if not await self._wait(failure):
                raise _error(self.wanted, failure, self.attempts)

    async def _url(self) -> Secret:
        url = await self.get_url()
        if (problem := _url_problem(url, self.caller.transport.plain_hosts)) is None:
            return url
        raise errors.ResponseDecodeError(
            f"the service's URL of the {self.wanted.name} cannot be used: {problem}",
            operation=self.wanted.url_operation,
            status=200,
            pointer=None,
            body=SecretBytes(url.reveal().encode(errors="replace")),
        )

    async def _fetch(self, url: Secret) -> _DownloadFailure | None:
        """Download and check the file once."""
        await in_thread(self.partial.empty)
        idle = self.limit.limit(self.caller.options.attempt_timeout)
        received = 0

        async def sink(piece: memoryview, total: int | None) -> None:
            nonlocal received
            received += len(piece)
            if received > self.wanted.largest:
                raise _TooLargeError
            try:
                await in_thread(self.partial.file.write, piece)
            except OSError as error:
                raise _LocalIOError(error) from None
            if self.progress is not None:
                await self.progress(received, total)

        try:
            async with asyncio.timeout(max(self.limit.remaining(), 0)):
                outcome = await self.caller.transport.download(url, sink, idle=idle)
        except TimeoutError:
            return Lost(f"it was not complete within {self.caller.options.timeout:.3g} s, the time limit of the call")
        except _LocalIOError as stop:
            raise stop.error from None
        except _TooLargeError:
            return await self._damaged(f"it has more than {self.wanted.largest} bytes")
        if not isinstance(outcome, RawAnswer):
            return outcome
        if outcome.status != 200:
            return Refused(outcome)
        if (reason := await in_thread(self.wanted.damage, self.partial.file)) is not None:
            return await self._damaged(reason)
        await in_thread(self.partial.close)
        return None

    async def _damaged(self, reason: str) -> Damaged:
        error = errors.ResponseDecodeError(
            f"the {self.wanted.name} is not {self.wanted.kind}: {reason}",
            operation=self.wanted.operation,
            status=200,
            pointer=None,
            body=await in_thread(_excerpt, self.partial),
        )
        return Damaged(error)

    async def _wait(self, failure: _DownloadFailure) -> bool:
        """Sleep before the next attempt; return False if there must not be one."""
        caller = self.caller
        if not _is_transient(failure) or (isinstance(failure, Damaged) and self.was_damaged):
            return False
        self.was_damaged |= isinstance(failure, Damaged)
        delay = next_attempt(caller.options.retry, self.attempts, failure, self.limit.remaining())
        if delay is None or not caller.shared.budget.take():
            return False
        await self.limit.sleep(caller.clock, delay)
        return True


def _url_problem(url: Secret, plain_hosts: Iterable[str]) -> str | None:
    try:
        parts = urlsplit(checks.https_url(url.reveal(), "it", plain_hosts))
        return None if parts.hostname and parts.port != 0 else "it has no host, or port 0"
    except ValueError as error:
        return str(error)


class _LocalIOError(Exception):
    """Carries a local error, such as a full disk, past the transport.

    The transport would take an OSError for an error of the network.
    """

    def __init__(self, error: OSError) -> None:
        super().__init__(str(error))
        self.error = error


class _TooLargeError(Exception):
    """Ends a download that is larger than it can be."""


def _excerpt(partial: PartialFile) -> SecretBytes:
    partial.file.seek(0)
    return SecretBytes(partial.file.read(_LONGEST_EXCERPT))


def _is_transient(failure: _DownloadFailure) -> bool:
    match failure:
        case NotSent(final=final):
            return not final
        case Refused(status=status):
            return status >= 500 or status in _TRANSIENT
    return True


def _error(wanted: Wanted, failure: _DownloadFailure, attempts: int) -> errors.AstraDevOpsError:
    name, operation = wanted.name, wanted.operation
    match failure:
        case NotSent(reason=reason, final=is_final):
            message = f"the host of the {name} cannot be reached: {reason}"
            return errors.RequestNotSentError(message, operation=operation, reason=reason, attempts=attempts, is_final=is_final)
        case Lost(reason=reason):
            advice = "it only reads, so downloading again is safe"
            message = f"the download of the {name} broke off: {reason}; {advice}"
            return errors.OutcomeUnknownError(message, operation=operation, reason=reason, how_to_find_out=advice)
        case Refused():
            return read_error(wanted.as_operation(), f"the {name}", failure, attempts)
        case Damaged(error=error):
            return error
