"""The bridge from a blocking call to the coroutine that does the work."""

import asyncio
import atexit
import contextlib
import warnings
from collections.abc import Callable, Coroutine
from types import TracebackType
from typing import Any, Final, ParamSpec, Protocol, Self, TypeVar

from astra_devops._bridge.bridged_call import BridgedCall
from astra_devops._bridge.callback import current_scope, in_worker_thread
from astra_devops._bridge.calling_loop import LoopWarnings
from astra_devops._bridge.process import PerProcess, WeakRegistry
from astra_devops._bridge.thread import LoopThread, NotStartedError
from astra_devops._runtime.no_copies import NoCopies
from astra_devops.errors import RequestNotSentError

P = ParamSpec("P")
T = TypeVar("T")
F = TypeVar("F")

_EXIT_TIMEOUT: Final = 5.0


class Closable(Protocol):
    """An object that a bridge closes before its loop ends: an async client."""

    async def aclose(self) -> None:
        """Close the connections."""


class _BridgeState:
    """What a bridge and its threads share.

    It is an object of its own, so that only the users of a bridge refer to the bridge.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.closed = False
        self.clients: list[PerProcess[Any]] = []

    def check_open(self) -> None:
        if self.closed:
            raise RuntimeError(f"{self.name} is closed")

    def new_thread(self) -> LoopThread:
        """Create a thread without starting it.

        PerProcess calls this with its lock held. Closing takes that lock too, so no thread is
        created after the bridge has been closed.
        """
        self.check_open()
        return LoopThread(self.name, self.clients)


class Bridge(NoCopies):
    """An event loop in a thread of its own; calls run on it while their threads wait.

    The thread starts with the first call. A child after ``fork`` gets a thread of its own. Calls
    may come from any number of threads, from callbacks in worker threads, and from inside a running
    event loop, which is blocked until the call ends; a RuntimeWarning says so. A call from the
    bridge's own thread could never end, and raises RuntimeError.

    A call sees the context variables of its thread as they are when it starts. Those it sets do not
    change in the thread.

    Args:
        name: The class name to use in error messages and warnings.
    """

    _no_copies = "a bridge cannot be copied or pickled: it holds a thread; create one where it is needed"

    def __init__(self, name: str = "Bridge") -> None:
        self._state = _BridgeState(name)
        self._thread = PerProcess(self._state.new_thread)
        self._loop_warnings = LoopWarnings(name)
        _bridges.add(self)

    def call(self, function: Callable[P, Coroutine[Any, Any, T]], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run ``function`` on the loop, and return what it returns or raise what it raises.

        An interrupt of the wait, such as Ctrl-C, cancels the call and is raised again when the
        call's cleanup has ended. A second interrupt does not wait for the cleanup.

        Raises:
            RequestNotSentError: The thread or its loop could not start, for want of threads, memory
                or file descriptors. The next call starts another.
            RuntimeError: The bridge is closed, or the call comes from its own thread or from the
                event loop of an emulator.
        """
        self._state.check_open()
        thread = self._thread()
        if thread.is_current():
            raise RuntimeError(
                f"{self._state.name} cannot be called from the thread of its own event loop, where the call would wait for itself: "
                "use AsyncAstraDevOps in async code, or make the callback a plain function, which runs in a worker thread"
            )
        self._loop_warnings.check()
        self._start(thread, function)
        call = BridgedCall(function, args, kwargs)
        scope = current_scope()
        try:
            if scope is not None:
                scope.add(thread, call)
            self._submit(thread, call)
            call.wait()
        except BaseException as interrupt:
            thread.cancel_and_wait(call)
            _copy_notes(call.error, interrupt)
            raise
        finally:
            thread.remove(call)
            if scope is not None:
                scope.remove(call)
        if thread.stopping and isinstance(call.error, asyncio.CancelledError):
            raise self._closed_during(call, thread)
        return call.result()

    @staticmethod
    def callback(function: F) -> F:
        """Make an async function of a plain callback, to run it in a worker thread.

        Return anything else unchanged.
        """
        return in_worker_thread(function)

    def add_client(self, client: PerProcess[Any]) -> None:
        """Register ``client``, to close it before the loop ends if this process has made it."""
        self._state.clients.append(client)

    def remove_client(self, client: PerProcess[Any]) -> None:
        """Unregister ``client``, which its owner closes."""
        with contextlib.suppress(ValueError):
            self._state.clients.remove(client)

    @property
    def closed(self) -> bool:
        """Whether the bridge is closed."""
        return self._state.closed

    def close(self) -> None:
        """Cancel the calls that are running, close the clients, and end the thread.

        Closing again only waits until the bridge is closed.

        A callback cannot be canceled: the calls it makes are canceled, and ``close`` waits until
        it returns. ``close`` inside a callback does not wait, since the call that the callback
        belongs to must end first.

        Raises:
            RuntimeError: ``close`` was called from the bridge's own thread.
        """
        current = self._thread.peek()
        if current is not None and current.is_current():
            raise RuntimeError(
                f"{self._state.name} cannot be closed from the thread of its own event loop, where closing would wait for itself: "
                "use AsyncAstraDevOps in async code"
            )
        thread = self._begin_close()
        if thread is None or current_scope() is not None:
            return
        thread.join()
        error = thread.take_close_error()
        if error is not None:
            raise error

    def close_at_exit(self) -> None:
        """Close the bridge while the program exits.

        It delays the exit by a few seconds at most, and raises no error, not even in daemon threads
        that still wait for a call.
        """
        thread = self._begin_close(at_exit=True)
        if thread is not None:
            thread.join(_EXIT_TIMEOUT)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        self.close()

    def __del__(self) -> None:
        # An object whose creation failed has no thread.
        holder = getattr(self, "_thread", None)
        thread = None if holder is None else holder.peek()
        if thread is None or thread.stopping:
            return
        # Does not wait: the garbage collector may run on any thread, including the loop's own.
        thread.stop()
        if not thread.started:
            return
        message = f"{self._state.name} was dropped without being closed: use it in a with statement, or call close()"
        warnings.warn(message, ResourceWarning, source=self, stacklevel=2)

    def _begin_close(self, *, at_exit: bool = False) -> LoopThread | None:
        self._state.closed = True
        thread = self._thread.get()
        if thread is not None:
            thread.stop(at_exit=at_exit)
        return thread

    def _start(self, thread: LoopThread, function: Callable[..., object]) -> None:
        try:
            thread.start()
        except NotStartedError as error:
            self._thread.forget(thread)
            self._state.check_open()
            raise _not_sent(self._state.name, function, error.__cause__) from error.__cause__
        except RuntimeError:
            self._state.check_open()
            raise

    def _submit(self, thread: LoopThread, call: BridgedCall[Any]) -> None:
        try:
            thread.submit(call)
        except RuntimeError as error:
            raise RuntimeError(f"{self._state.name} is closed") from (thread.failure or error)

    def _closed_during(self, call: BridgedCall[Any], thread: LoopThread) -> RuntimeError:
        error = RuntimeError(f"{self._state.name} is closed: it was closed during this call")
        _copy_notes(call.error, error)
        error.__cause__ = thread.failure or call.error
        return error


def _not_sent(name: str, function: Callable[..., object], cause: BaseException | None) -> RequestNotSentError:
    operation = getattr(function, "__qualname__", repr(function)).removeprefix("Async")
    reason = f"{type(cause).__name__}: {cause}"
    message = f"{operation} was not sent, because the event loop of {name} did not start ({reason}); the next call tries again"
    return RequestNotSentError(message, operation=operation, reason=reason, attempts=0)


def _copy_notes(source: BaseException | None, target: BaseException) -> None:
    """Add the notes of a canceled call to ``target``: they state what effect it may have had."""
    for note in getattr(source, "__notes__", ()):
        target.add_note(note)


_bridges: Final[WeakRegistry[Bridge]] = WeakRegistry()


def _close_all() -> None:
    for bridge in _bridges:
        bridge.close_at_exit()


atexit.register(_close_all)
