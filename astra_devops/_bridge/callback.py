"""Callbacks of the user in the blocking flavour: plain functions, run in a worker thread, from where they may call the blocking client."""

import asyncio
import inspect
from collections.abc import Callable
from contextvars import ContextVar
from functools import partial
from typing import Any, TypeVar, cast

from anyio import CapacityLimiter, to_thread

from astra_devops._bridge.bridged_call import BridgedCall
from astra_devops._bridge.thread import LoopThread

F = TypeVar("F")


class CallbackScope:
    """The blocking calls that one callback makes, so that they can be cancelled together with the call that waits for the callback."""

    def __init__(self) -> None:
        self._bridged_calls: dict[BridgedCall[Any], LoopThread] = {}
        self._cancelled = False

    def enter(self, thread: LoopThread, bridged: BridgedCall[Any]) -> None:
        """Note that ``bridged`` is about to go.

        Raises CancelledError when the callback is no longer waited for.
        """
        self._bridged_calls[bridged] = thread
        if self._cancelled:
            raise asyncio.CancelledError

    def leave(self, bridged: BridgedCall[Any]) -> None:
        """Note that ``bridged`` is over."""
        self._bridged_calls.pop(bridged, None)

    def cancel(self) -> None:
        """Cancel the calls under way, and those to come."""
        self._cancelled = True
        for bridged, thread in list(self._bridged_calls.items()):
            thread.cancel_soon(bridged)


_scope: ContextVar[CallbackScope | None] = ContextVar("astra_devops_nest", default=None)


def current_scope() -> CallbackScope | None:
    """Give the nest of the callback that this code runs in, None outside of callbacks."""
    return _scope.get()


def in_worker_thread(function: F) -> F:
    """Make an async function of a plain one, which runs in a worker thread; everything else comes back as it is.

    The result has the type of ``function``, since what takes a callback takes the plain and the
    async kind alike.
    """
    return cast("F", partial(_run, function)) if callable(function) and not _is_async(function) else function


def _is_async(function: object) -> bool:
    call = getattr(function, "__call__", None)  # noqa: B004
    return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(call)


async def _run(function: Any, /, *args: Any, **kwargs: Any) -> Any:
    scope = CallbackScope()
    reset = _scope.set(scope)
    try:
        worker = asyncio.ensure_future(_settle(partial(function, *args, **kwargs)))
    finally:
        _scope.reset(reset)
    try:
        result, error = await asyncio.shield(worker)
    except asyncio.CancelledError:
        scope.cancel()
        await asyncio.wait([worker])
        raise
    try:
        if error is not None:
            raise error
    finally:
        del error
    return await result if inspect.isawaitable(result) else result


async def _settle(function: Callable[[], Any]) -> tuple[Any, BaseException | None]:
    """Run ``function`` in a thread and give its outcome as a value: a SystemExit that ends a task would end the loop with it."""
    try:
        # A limiter of its own: callbacks may wait for calls that wait for callbacks, and a shared
        # limit would be a deadlock.
        return await to_thread.run_sync(function, limiter=CapacityLimiter(1)), None
    except BaseException as error:
        return None, error
