"""The daemon thread of a bridge: an asyncio event loop, and the calls that are running on it."""

import _thread
import asyncio
import contextlib
import threading
from typing import Any

from astra_devops._bridge.bridged_call import BridgedCall
from astra_devops._bridge.latch import Latch
from astra_devops._bridge.process import PerProcess


class LoopThread:
    """A thread that serves calls until it is told to stop; then it cancels what is left, closes the clients that it has by then, and ends.

    It is a daemon, so that a program that closes nothing can still end; threads that anyio or
    asyncio start from it are daemons too.

    The running thread holds the clients. Were it only their users who do, the collector could find
    client and connections in one piece of garbage, and finalize the connections first, from any
    thread.
    """

    def __init__(self, name: str, clients: list[PerProcess[Any]]) -> None:
        self._clients = clients
        self._thread = threading.Thread(target=self._main, name=f"{name} event loop", daemon=True)
        self._launched = threading.Lock()
        self._ready = Latch()
        self._ident: int | None = None
        self._stopping = False
        self._at_exit = False
        self._bridged_calls: set[BridgedCall[Any]] = set()
        self._failure: BaseException | None = None
        self._close_error: Exception | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._over: asyncio.Event | None = None

    def start(self) -> None:
        """Start the thread unless it runs, and wait for its loop."""
        if self._ready.opened:
            return
        if self._stopping:
            raise RuntimeError("the event loop of the blocking client has ended")
        if not self._launched.locked():
            # Starting a Thread does not stand an interrupt either: so a thread does that which gets
            # none, and of several only the first.
            _thread.start_new_thread(self._launch, ())
        self._ready.wait()
        if self._loop is None:
            raise RuntimeError("the event loop of the blocking client did not start") from self._failure

    @property
    def begun(self) -> bool:
        """Whether the thread has been started."""
        return self._launched.locked()

    @property
    def stopping(self) -> bool:
        """Whether the thread was told to stop, or has ended."""
        return self._stopping

    @property
    def failure(self) -> BaseException | None:
        """What ended the thread, if it was not told to end."""
        return self._failure

    def take_close_error(self) -> Exception | None:
        """Give what a closer raised, once."""
        error, self._close_error = self._close_error, None
        return error

    def is_current(self) -> bool:
        """Tell whether the code that asks runs on this thread."""
        return threading.get_ident() == self._ident

    def send(self, bridged: BridgedCall[Any]) -> None:
        """Put ``bridged`` on its way. Raises RuntimeError when the loop is closed."""
        loop = self._loop
        assert loop is not None
        # Listed before it is sent: what is sent while the loop ends is then found by the sweep, and
        # its thread is not left waiting.
        self._bridged_calls.add(bridged)
        loop.call_soon_threadsafe(bridged.start, loop)

    def recall(self, bridged: BridgedCall[Any]) -> None:
        """Cancel ``bridged`` and wait for the end of its cleanup."""
        try:
            if self.cancel_soon(bridged):
                bridged.wait()
        except BaseException:
            # A second interrupt does not wait, and may have come before the cancellation was on its
            # way.
            self.cancel_soon(bridged)
            raise

    def cancel_soon(self, bridged: BridgedCall[Any]) -> bool:
        """Cancel ``bridged`` without waiting.

        False when the loop is closed, and nothing runs any more.
        """
        assert self._loop is not None
        try:
            self._loop.call_soon_threadsafe(bridged.cancel)
        except RuntimeError:
            return False
        return True

    def forget(self, bridged: BridgedCall[Any]) -> None:
        """Take ``bridged`` off the list: its thread has its outcome."""
        self._bridged_calls.discard(bridged)

    def stop(self, *, at_exit: bool = False) -> None:
        """Ask the thread to end, and return at once. Takes no lock, so ``__del__`` may call it.

        ``at_exit`` leaves those who wait for calls waiting: they are daemon threads, and would only
        die noisily.
        """
        if not self._stopping:
            self._at_exit = at_exit
            self._stopping = True
        # Each time: an interrupt may have kept the first from getting here.
        if self._loop is not None and self._over is not None:
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._over.set)

    def join(self, timeout: float | None = None) -> None:
        """Wait until the thread has ended, or for ``timeout`` seconds."""
        if self.begun:
            self._ready.wait()
            if self._thread.ident is not None:
                self._thread.join(timeout)

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
            # At exit the interpreter lets nobody start threads any more, and asyncio wants one to
            # end its executor with. Any other failure reaches those who still wait for the loop, as
            # the cause of what they get.
            self._failure = error
        finally:
            self._stopping = True
            self._sweep()
            self._ready.open()
            # The next thread may be given the same number.
            self._ident = None

    async def _serve(self) -> None:
        self._over = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._ready.open()
        if not self._stopping:
            await self._over.wait()
        await self._wind_up()

    async def _wind_up(self) -> None:
        for bridged in list(self._bridged_calls):
            bridged.abandoned = self._at_exit
            bridged.cancel()
        tasks = [bridged.task for bridged in list(self._bridged_calls) if bridged.task is not None]
        if tasks:
            await asyncio.wait(tasks)
        for client in [cell.peek() for cell in self._clients]:
            try:
                if client is not None:
                    await client.aclose()
            except Exception as error:
                self._close_error = error

    def _sweep(self) -> None:
        # After the loop has closed: nothing can be sent any more, and what was sent in its last
        # moment never ran.
        for bridged in list(self._bridged_calls):
            bridged.abandoned = self._at_exit
            bridged.finish(asyncio.CancelledError())
