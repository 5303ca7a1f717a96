"""The way from a blocking call to the coroutine that does the work, and back."""

import asyncio
import atexit
import contextlib
import warnings
from collections.abc import Callable, Coroutine
from types import TracebackType
from typing import Any, ParamSpec, Protocol, Self, TypeVar

from astra_devops._bridge.bridged_call import BridgedCall
from astra_devops._bridge.callback import current_scope, in_worker_thread
from astra_devops._bridge.process import PerProcess, WeakRegistry
from astra_devops._bridge.thread import LoopThread

P = ParamSpec("P")
T = TypeVar("T")
F = TypeVar("F")

AT_EXIT = 5.0


class Closable(Protocol):
    """What a bridge closes before its loop ends: an async client."""

    async def aclose(self) -> None:
        """Close connections."""


class _BridgeState:
    """What the thread of a bridge is made of.

    Apart from the bridge, which nothing shall hold but those who use it.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.closed = False
        self.clients: list[PerProcess[Any]] = []

    def check_open(self) -> None:
        if self.closed:
            raise RuntimeError(f"{self.name} is closed")

    def new_thread(self) -> LoopThread:
        """Make a thread, not started yet.

        Under the lock of its cell, which closing takes too: none is made behind its back.
        """
        self.check_open()
        return LoopThread(self.name, self.clients)


class Bridge:
    """One event loop on a thread of its own, and calls that run on it while their thread waits.

    The thread starts with the first call. A child after ``fork`` gets a thread of its own. Calls
    may come from any number of threads, from inside a running event loop (which then stands still
    for the length of the call), and from callbacks in worker threads; a call from the bridge's own
    thread could never end and is refused.

    A task sees the context variables of the thread that calls, as they are at that moment; what it
    sets does not come back.

    ``name`` is the class that messages and warnings speak of.
    """

    def __init__(self, name: str = "Bridge") -> None:
        self._state = _BridgeState(name)
        self._thread = PerProcess(self._state.new_thread)
        _open.add(self)

    def call(self, function: Callable[P, Coroutine[Any, Any, T]], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run ``function`` on the loop and give what it returns, or raise what it raises.

        Whatever interrupts the wait, Ctrl-C above all, cancels the call, and is raised on once the
        call's cleanup has ended; a second interrupt does not wait for that.
        """
        self._state.check_open()
        thread = self._thread()
        if thread.is_current():
            raise RuntimeError(
                f"{self._state.name} cannot be called from the thread of its own event loop, where the call would wait for itself: "
                "use AsyncAstraDevOps in async code, or make the callback a plain function, which runs in a worker thread"
            )
        self._start(thread)
        bridged = BridgedCall(function, args, kwargs)
        scope = current_scope()
        try:
            if scope is not None:
                scope.enter(thread, bridged)
            self._send(thread, bridged)
            bridged.wait()
        except BaseException as interrupt:
            thread.recall(bridged)
            _tell(interrupt, bridged.error)
            raise
        finally:
            thread.forget(bridged)
            if scope is not None:
                scope.leave(bridged)
        if thread.stopping and isinstance(bridged.error, asyncio.CancelledError):
            raise self._overtaken(thread, bridged)
        return bridged.outcome()

    @staticmethod
    def callback(function: F) -> F:
        """Make an async function of a plain callback, which runs in a worker thread; everything else comes back as it is."""
        return in_worker_thread(function)

    def adopt(self, client: PerProcess[Any]) -> None:
        """Close the client of this process, if it has one by then, before the loop ends."""
        self._state.clients.append(client)

    def disown(self, client: PerProcess[Any]) -> None:
        """Leave ``client`` to whoever closes it."""
        with contextlib.suppress(ValueError):
            self._state.clients.remove(client)

    @property
    def closed(self) -> bool:
        """Whether it was closed."""
        return self._state.closed

    def close(self) -> None:
        """Cancel what is under way, close the clients, and end the thread.

        A second call waits for the first, and does nothing more.

        A callback cannot be cancelled: the calls that it makes are, and its end is waited for.
        Inside a callback nothing is waited for, since the call that the callback belongs to is
        among those that end.
        """
        current = self._thread.peek()
        if current is not None and current.is_current():
            raise RuntimeError(
                f"{self._state.name} cannot be closed from the thread of its own event loop, where closing would wait for itself: "
                "use AsyncAstraDevOps in async code"
            )
        thread = self._on_done()
        if thread is None or current_scope() is not None:
            return
        thread.join()
        error = thread.take_close_error()
        if error is not None:
            raise error

    def close_at_exit(self) -> None:
        """Close, but do not hold up the end of the program for long, and raise nothing, in the daemon threads that still wait either."""
        thread = self._on_done(at_exit=True)
        if thread is not None:
            thread.join(AT_EXIT)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        self.close()

    def __del__(self) -> None:
        thread = self._thread.peek()
        if thread is None or thread.stopping:
            return
        # Never waits: the collector may run on any thread, the loop's own among them.
        thread.stop()
        if not thread.begun:
            return
        message = f"{self._state.name} was dropped without being closed: use it in a with statement, or call close()"
        warnings.warn(message, ResourceWarning, source=self, stacklevel=2)

    def _on_done(self, *, at_exit: bool = False) -> LoopThread | None:
        self._state.closed = True
        thread = self._thread.get()
        if thread is not None:
            thread.stop(at_exit=at_exit)
        return thread

    def _start(self, thread: LoopThread) -> None:
        try:
            thread.start()
        except RuntimeError:
            self._state.check_open()
            raise

    def _send(self, thread: LoopThread, bridged: BridgedCall[Any]) -> None:
        try:
            thread.send(bridged)
        except RuntimeError as error:
            raise RuntimeError(f"{self._state.name} is closed") from (thread.failure or error)

    def _overtaken(self, thread: LoopThread, bridged: BridgedCall[Any]) -> RuntimeError:
        error = RuntimeError(f"{self._state.name} is closed: it was closed while this call was under way")
        _tell(error, bridged.error)
        error.__cause__ = thread.failure or bridged.error
        return error


def _tell(interrupt: BaseException, cancelled: BaseException | None) -> None:
    """Hand on the notes of a cancelled call: they say what is known of its effect."""
    for note in getattr(cancelled, "__notes__", ()):
        interrupt.add_note(note)


_open: WeakRegistry[Bridge] = WeakRegistry()


def _close_all() -> None:
    for bridge in _open:
        bridge.close_at_exit()


atexit.register(_close_all)
