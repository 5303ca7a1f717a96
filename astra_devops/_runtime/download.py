"""Downloading a presigned address into a file, which appears whole or not at all."""

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
from astra_devops._runtime.response import Raw, read_error
from astra_devops._runtime.retry import Lost, NotSent, Refused, next_attempt
from astra_devops._secret import Secret, SecretBytes

ProgressCallback = Callable[[int, int | None], Awaitable[None] | None]
"""Called with the bytes received so far, and the bytes in all if the host tells; sync or async."""

_DOWNLOAD: Final = Operation(
    id="downloadSecureBundle", method="GET", path="the bundle", group="", function="", success=frozenset({200}), retry="safe"
)


async def download(caller: Caller, address: Callable[[], Awaitable[Secret]], target: Path, progress: ProgressCallback | None) -> Path:
    """Fetch a zip into ``target``; ``address`` is asked anew for each attempt, since addresses expire.

    Raises:
        OSError: the file cannot be written.
        RequestNotSentError, OutcomeUnknownError, APIStatusError: the host could not be reached,
            broke off, or refused.
        ResponseDecodeError: what came is not a sound zip.
    """
    attempt = 0
    while True:
        attempt += 1
        url = (await address()).reveal()
        checks.https_url(url, "the bundle's address")
        outcome = await _fetch(caller, url, target, progress)
        if isinstance(outcome, Raw) and outcome.status == 200:
            return target
        verdict = Refused(outcome.status) if isinstance(outcome, Raw) else outcome
        passing = not isinstance(outcome, Raw) or outcome.status >= 500 or outcome.status in (403, 429)
        delay = next_attempt(caller.options.retry, attempt, verdict, caller.options.timeout) if passing else None
        if delay is None:
            raise _error(outcome, attempt)
        await caller.clock.sleep(delay)


async def _fetch(caller: Caller, url: str, target: Path, progress: ProgressCallback | None) -> Raw | NotSent | Lost:
    """Fetch once, into a file of another name beside the target, and rename it if it is whole."""
    descriptor, name = await to_thread.run_sync(_open_beside, target)
    partial = Path(name)
    received = 0
    try:
        with os.fdopen(descriptor, "wb") as file:

            async def sink(piece: bytes, total: int | None) -> None:
                nonlocal received
                received += len(piece)
                try:
                    await to_thread.run_sync(file.write, piece)
                    if progress is not None and inspect.isawaitable(told := progress(received, total)):
                        await told
                except OSError as error:
                    raise _LocalIOError(error) from None

            outcome = await caller.transport.download(url, sink, idle=caller.options.attempt_timeout)
        if isinstance(outcome, Raw) and outcome.status == 200:
            await to_thread.run_sync(_check_and_rename, partial, target)
        return outcome
    except _LocalIOError as stop:
        raise stop.error from None
    finally:
        with suppress(FileNotFoundError):
            partial.unlink()


class _LocalIOError(Exception):
    """Carries an error of our side, such as a full disk, past the transport, which takes every OSError for the network's."""

    def __init__(self, error: OSError) -> None:
        super().__init__(str(error))
        self.error = error


def _open_beside(target: Path) -> tuple[int, str]:
    # mkstemp makes a file that only its owner may read.
    return tempfile.mkstemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent)


def _check_and_rename(partial: Path, target: Path) -> None:
    try:
        with zipfile.ZipFile(partial) as bundle:
            broken = bundle.testzip()
    except zipfile.BadZipFile:
        broken = "the archive itself"
    if broken is not None:
        raise errors.ResponseDecodeError(
            f"the bundle is not a sound zip: {broken} is damaged",
            operation=_DOWNLOAD.id,
            status=200,
            pointer=None,
            body=SecretBytes(partial.read_bytes()),
        )
    os.replace(partial, target)


def _error(outcome: Raw | NotSent | Lost, attempts: int) -> errors.AstraDevOpsError:
    match outcome:
        case NotSent(reason=reason):
            message = f"the host that keeps the bundle cannot be reached: {reason}"
            return errors.RequestNotSentError(message, operation=_DOWNLOAD.id, reason=reason, attempts=attempts)
        case Lost(reason=reason):
            advice = "it only reads, so downloading again is safe"
            message = f"the download of the bundle broke off: {reason}; {advice}"
            return errors.OutcomeUnknownError(message, operation=_DOWNLOAD.id, reason=reason, how_to_find_out=advice)
        case Raw():
            return read_error(_DOWNLOAD, "the bundle", outcome, attempts)
