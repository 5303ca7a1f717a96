"""Downloading a presigned URL into a file that appears complete or not at all."""

import inspect
import os
import tempfile
import zipfile
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from anyio import to_thread

from astra_devops import errors
from astra_devops._runtime import checks
from astra_devops._runtime.call import Operation
from astra_devops._runtime.caller import Caller
from astra_devops._runtime.first_use import load_anyio
from astra_devops._runtime.outcome import Lost, NotSent, RawAnswer, Refused
from astra_devops._runtime.response import read_error
from astra_devops._runtime.retry import next_attempt
from astra_devops._secret import Secret, SecretBytes

ProgressCallback = Callable[[int, int | None], Awaitable[None] | None]
"""Called with the bytes received so far, and the total if the host sends it; sync or async."""

_DownloadFailure = NotSent | Lost | Refused

_DOWNLOAD: Final = Operation(
    id="downloadSecureBundle", method="GET", path="the bundle", group="", function="", success=frozenset({200}), retry="read"
)
# The host refuses an expired URL with 403, and the next attempt brings a new one.
_TRANSIENT: Final = frozenset({403, 429})


async def download(caller: Caller, get_url: Callable[[], Awaitable[Secret]], target: Path, progress: ProgressCallback | None) -> Path:
    """Download a zip file to ``target``.

    ``get_url`` is called before each attempt, since a presigned URL expires.

    Raises:
        OSError: The file cannot be written.
        RequestNotSentError: The host cannot be reached.
        OutcomeUnknownError: The download broke off.
        APIStatusError: The host refused the request.
        ResponseDecodeError: The download is not a valid zip file.
    """
    attempt = 0
    while True:
        attempt += 1
        url = checks.https_url((await get_url()).reveal(), "the URL of the bundle")
        failure = await _fetch(caller, url, target, progress)
        if failure is None:
            return target
        delay = next_attempt(caller.options.retry, attempt, failure, caller.options.timeout) if _is_transient(failure) else None
        if delay is None:
            raise _error(failure, attempt)
        await caller.clock.sleep(delay)


async def _fetch(caller: Caller, url: str, target: Path, progress: ProgressCallback | None) -> _DownloadFailure | None:
    """Download once, to a temporary file next to the target, and rename it if it is complete."""
    load_anyio()
    descriptor, name = await to_thread.run_sync(_open_temporary, target)
    partial = Path(name)
    received = 0
    try:
        with os.fdopen(descriptor, "wb") as file:

            async def sink(piece: bytes, total: int | None) -> None:
                nonlocal received
                received += len(piece)
                try:
                    await to_thread.run_sync(file.write, piece)
                    if progress is not None and inspect.isawaitable(pending := progress(received, total)):
                        await pending
                except OSError as error:
                    raise _LocalIOError(error) from None

            outcome = await caller.transport.download(url, sink, idle=caller.options.attempt_timeout)
        if not isinstance(outcome, RawAnswer):
            return outcome
        if outcome.status != 200:
            return Refused(outcome)
        await to_thread.run_sync(_check_and_rename, partial, target)
        return None
    except _LocalIOError as stop:
        raise stop.error from None
    finally:
        with suppress(FileNotFoundError):
            partial.unlink()


class _LocalIOError(Exception):
    """Carries a local error, such as a full disk, past the transport.

    The transport would take an OSError for an error of the network.
    """

    def __init__(self, error: OSError) -> None:
        super().__init__(str(error))
        self.error = error


def _open_temporary(target: Path) -> tuple[int, str]:
    # mkstemp creates a file that only its owner can read.
    return tempfile.mkstemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent)


def _check_and_rename(partial: Path, target: Path) -> None:
    try:
        with zipfile.ZipFile(partial) as bundle:
            damaged = bundle.testzip()
    except zipfile.BadZipFile:
        damaged = "the archive itself"
    if damaged is not None:
        raise errors.ResponseDecodeError(
            f"the bundle is not a valid zip file: {damaged} is damaged",
            operation=_DOWNLOAD.id,
            status=200,
            pointer=None,
            body=SecretBytes(partial.read_bytes()),
        )
    os.replace(partial, target)


def _is_transient(failure: _DownloadFailure) -> bool:
    return not isinstance(failure, Refused) or failure.status >= 500 or failure.status in _TRANSIENT


def _error(failure: _DownloadFailure, attempts: int) -> errors.AstraDevOpsError:
    match failure:
        case NotSent(reason=reason):
            message = f"the host of the bundle cannot be reached: {reason}"
            return errors.RequestNotSentError(message, operation=_DOWNLOAD.id, reason=reason, attempts=attempts)
        case Lost(reason=reason):
            advice = "it only reads, so downloading again is safe"
            message = f"the download of the bundle broke off: {reason}; {advice}"
            return errors.OutcomeUnknownError(message, operation=_DOWNLOAD.id, reason=reason, how_to_find_out=advice)
        case Refused():
            return read_error(_DOWNLOAD, "the bundle", failure, attempts)
