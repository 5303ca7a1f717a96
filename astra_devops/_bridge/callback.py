"""The user's callbacks in the blocking client.

anyio runs plain functions in worker threads, where they may call the blocking client.
"""

import asyncio
import inspect
from collections.abc import Callable
from contextvars import ContextVar
from functools import partial
from typing import Any, Final, TypeVar, cast

from astra_devops._bridge.bridged_call import BridgedCall
from astra_devops._bridge.thread import LoopThread
from astra_devops._first_use import load_anyio

F = TypeVar("F")


class CallbackScope:
    """The blocking calls that one callback makes.

    They are canceled together with the call that waits for the callback.
    """

    def __init__(self) -> None:
        self._threads: dict[BridgedCall[Any], LoopThread] = {}
        self._cancelled = False

    def add(self, thread: LoopThread, call: BridgedCall[Any]) -> None:
        """Record ``call``, which is about to be submitted to ``thread``.

        Raises:
            CancelledError: The call that waited for the callback has been canceled.
        """
        self._threads[call] = thread
        if self._cancelled:
            raise asyncio.CancelledError

    def remove(self, call: BridgedCall[Any]) -> None:
        """Forget ``call``, which has ended."""
        self._threads.pop(call, None)

    def cancel(self) -> None:
        """Cancel the calls that are running, and reject new ones."""
        self._cancelled = True
        for call, thread in list(self._threads.items()):
            thread.cancel_soon(call)


_scope: Final[ContextVar[CallbackScope | None]] = ContextVar("astra_devops_callback_scope", default=None)


def current_scope() -> CallbackScope | None:
    """Return the scope of the callback that the calling code runs in, or None outside callbacks."""
    return _scope.get()


def in_worker_thread(function: F) -> F:
    """Make an async function of a plain function, to run it in a worker thread.

    Return anything else unchanged. The result is typed as ``function`` is, since parameters for
    callbacks accept plain and async functions alike.
    """
    return cast("F", partial(_run, function)) if callable(function) and not _is_async(function) else function


def _is_async(function: object) -> bool:
    call = getattr(function, "__call__", None)  # noqa: B004
    return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(call)


async def _run(function: Any, /, *args: Any, **kwargs: Any) -> Any:
    scope = CallbackScope()
    reset = _scope.set(scope)
    try:
        worker = asyncio.ensure_future(_capture(partial(function, *args, **kwargs)))
    finally:
        _scope.reset(reset)
    try:
        result, error = await asyncio.shield(worker)
    except asyncio.CancelledError as cancellation:
        scope.cancel()
        await asyncio.wait([worker])
        # The notes of a call in the callback name what it may have done.
        for note in getattr(worker.result()[1], "__notes__", ()):
            cancellation.add_note(note)
        raise
    try:
        if error is not None:
            raise error
    finally:
        del error
    return await result if inspect.isawaitable(result) else result


async def _capture(function: Callable[[], Any]) -> tuple[Any, BaseException | None]:
    """Run ``function`` in a worker thread, and return its result and its error.

    A SystemExit is returned like any error: one that ends a task would end the loop too.
    """
    load_anyio()
    from anyio import CapacityLimiter, to_thread

    try:
        # Each callback has its own limiter. Callbacks may wait for calls that wait for callbacks,
        # and would deadlock at a shared limit.
        return await to_thread.run_sync(function, limiter=CapacityLimiter(1)), None
    except BaseException as error:
        return None, error
