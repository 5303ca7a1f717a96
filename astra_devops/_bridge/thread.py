"""The daemon thread of a bridge: an asyncio event loop, and the calls that are running on it."""

import _thread
import asyncio
import concurrent.futures.thread
import contextlib
import encodings.idna
import threading
from typing import Any, Final

from astra_devops._bridge.bridged_call import BridgedCall
from astra_devops._bridge.latch import Latch
from astra_devops._bridge.process import PerProcess

# asyncio imports these two when it first looks up the name of a host. Imported before there is a
# thread, they cannot be half imported when the process forks.
_USED_BY_ASYNCIO: Final = (concurrent.futures.thread, encodings.idna)


class NotStartedError(Exception):
    """The thread or its event loop could not start; the cause says why."""


class LoopThread:
    """A thread that runs calls on an event loop until it is stopped.

    It then cancels the calls that are left, closes the clients that exist by then, and ends.

    The thread is a daemon, so a program that closes nothing can still end. The threads that anyio
    or asyncio start from it are daemons too.

    The running thread refers to the clients. If only their users did, the garbage collector could
    find a client and its connections in the same garbage and finalize the connections first, from
    any thread.
    """

    def __init__(self, name: str, clients: list[PerProcess[Any]]) -> None:
        self._clients = clients
        self._thread = threading.Thread(target=self._main, name=f"{name} event loop", daemon=True)
        self._launched = threading.Lock()
        self._ready = Latch()
        self._ident: int | None = None
        self._stopping = False
        self._at_exit = False
        self._calls: set[BridgedCall[Any]] = set()
        self._failure: BaseException | None = None
        self._close_error: Exception | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop_event: asyncio.Event | None = None

    def start(self) -> None:
        """Start the thread if it is not running, and wait for its loop.

        Raises:
            NotStartedError: The thread or its loop could not start, and never will.
            RuntimeError: The thread was asked to stop before it was started.
        """
        if not self._ready.is_open:
            if self._stopping:
                raise RuntimeError("the event loop of the blocking client has ended")
            self._ensure_launched()
            self._ready.wait()
        if self._loop is None:
            raise NotStartedError from self._failure

    @property
    def started(self) -> bool:
        """Whether the thread has been started."""
        return self._launched.locked()

    @property
    def stopping(self) -> bool:
        """Whether the thread was asked to stop, or has ended."""
        return self._stopping

    @property
    def failure(self) -> BaseException | None:
        """The error that ended the thread, if it was not asked to stop."""
        return self._failure

    def take_close_error(self) -> Exception | None:
        """Return the error that closing a client raised, and forget it."""
        error, self._close_error = self._close_error, None
        return error

    def is_current(self) -> bool:
        """Return whether the calling code runs on this thread."""
        return threading.get_ident() == self._ident

    def submit(self, call: BridgedCall[Any]) -> None:
        """Ask the loop to start ``call``.

        Raises:
            RuntimeError: The loop is closed.
        """
        loop = self._loop
        assert loop is not None
        # Recorded first: if the loop ends now, the call is in the set of those that are finished
        # then, and its thread does not wait forever.
        self._calls.add(call)
        loop.call_soon_threadsafe(call.start, loop)

    def cancel_and_wait(self, call: BridgedCall[Any]) -> None:
        """Cancel ``call`` and wait until its cleanup has ended."""
        try:
            if self.cancel_soon(call):
                call.wait()
        except BaseException:
            # A second interrupt ends the wait. It may have come before the cancellation was sent.
            self.cancel_soon(call)
            raise

    def cancel_soon(self, call: BridgedCall[Any]) -> bool:
        """Cancel ``call`` without waiting.

        Return False if the loop is closed, so that nothing runs any more.
        """
        assert self._loop is not None
        try:
            self._loop.call_soon_threadsafe(call.cancel)
        except RuntimeError:
            return False
        return True

    def remove(self, call: BridgedCall[Any]) -> None:
        """Remove ``call`` from the calls that are running."""
        self._calls.discard(call)

    def stop(self, *, at_exit: bool = False) -> None:
        """Ask the thread to end, and return at once. Takes no lock, so ``__del__`` may call it.

        Args:
            at_exit: Abandon the running calls: the daemon threads that wait for them keep waiting,
                instead of raising errors while the interpreter shuts down.
        """
        if not self._stopping:
            self._at_exit = at_exit
            self._stopping = True
        # Every time: an interrupt may have kept an earlier call from getting here.
        if self._loop is not None and self._stop_event is not None:
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._stop_event.set)

    def join(self, timeout: float | None = None) -> None:
        """Wait until the thread has ended, or for at most ``timeout`` seconds."""
        if self.started:
            self._ready.wait()
            if self._thread.ident is not None:
                self._thread.join(timeout)

    def _ensure_launched(self) -> None:
        if self._launched.locked():
            return
        # An interrupt can break Thread.start as well. So it is called in a thread that receives no
        # interrupts; if several threads come here, only the first of these calls it.
        try:
            _thread.start_new_thread(self._launch, ())
        except (RuntimeError, MemoryError) as error:
            raise NotStartedError from error

    def _launch(self) -> None:
        if self._launched.acquire(blocking=False):
            try:
                self._thread.start()
            except BaseException as error:
                self._failure = error
                self._ready.open()

    def _main(self) -> None:
        self._ident = threading.get_ident()
        try:
            with asyncio.Runner() as runner:
                runner.run(self._serve())
        except BaseException as error:
            # At exit the interpreter starts no more threads, and asyncio needs one to shut down its
            # executor. Threads that still wait for the loop get any other failure as the cause of
            # their error.
            self._failure = error
        finally:
            self._stopping = True
            self._finish_calls()
            self._ready.open()
            # Another thread may get the same identifier later.
            self._ident = None

    async def _serve(self) -> None:
        self._stop_event = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._ready.open()
        if not self._stopping:
            await self._stop_event.wait()
        await self._cancel_calls()
        await self._close_clients()

    async def _cancel_calls(self) -> None:
        for call in list(self._calls):
            call.abandoned = self._at_exit
            call.cancel()
        tasks = [call.task for call in list(self._calls) if call.task is not None]
        if tasks:
            await asyncio.wait(tasks)

    async def _close_clients(self) -> None:
        for client in [instance.peek() for instance in self._clients]:
            try:
                if client is not None:
                    await client.aclose()
            except Exception as error:
                self._close_error = error

    def _finish_calls(self) -> None:
        # The loop is closed and accepts no more calls. Those that came just before never ran.
        for call in list(self._calls):
            call.abandoned = self._at_exit
            call.finish(asyncio.CancelledError())
