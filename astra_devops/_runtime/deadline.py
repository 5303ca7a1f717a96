"""The limits of a call, handed down to everything that it does: its time, and its attempts."""

import sys
import time
from collections.abc import Awaitable, Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import Context, ContextVar, Token, copy_context
from typing import Final, Generic, TypeVar

from astra_devops._runtime.clock import Clock

T = TypeVar("T")

_LEAST: Final = 0.001


class Deadline:
    """A moment by which a call must be over, at most that of the call or block around it.

    Time on the wire and in callbacks is real time. A wait between two requests goes by the client's
    clock, which may be faster: what such a wait took in excess of real time counts, too.
    """

    __slots__ = ("_counted", "_ends", "_is_block", "_parent")

    def __init__(self, seconds: float, *, is_block: bool = False) -> None:
        self._ends = time.monotonic() + seconds
        self._parent = _current.get()
        self._is_block = is_block
        # By which clock, and up to which lead of it, excess has been counted.
        self._counted: tuple[Clock, float] | None = None

    def remaining(self) -> float:
        """Return the seconds that are left; zero or less when the time is up."""
        left = self._ends - time.monotonic()
        return left if self._parent is None else min(left, self._parent.remaining())

    def limit(self, seconds: float) -> float:
        """Return ``seconds`` or what is left, whichever is less, but always more than zero."""
        remaining = self.remaining()
        return seconds if seconds <= remaining else max(remaining, _LEAST)

    async def sleep(self, clock: Clock, seconds: float) -> None:
        """Sleep by the client's clock, and count it."""
        lead, began = lead_of(clock), time.monotonic()
        await clock.sleep(seconds)
        self.count(clock, lead, lead + seconds - (time.monotonic() - began))

    def count(self, clock: Clock, lead: float, lead_now: float) -> None:
        """Count what a wait took in excess of real time: by how much the lead of the clock grew.

        Waits side by side, all of which this deadline bounds, are counted once where they overlap.
        """
        if self._counted is not None and self._counted[0] is clock:
            lead = max(lead, self._counted[1])
        if lead_now > lead:
            self._ends -= lead_now - lead
            self._counted = clock, lead_now
        if self._parent is not None:
            self._parent.count(clock, lead, lead_now)


def lead_of(clock: Clock) -> float:
    """Return how many seconds a clock is ahead of real time, counted from any moment."""
    return clock.monotonic() - time.monotonic()


@contextmanager
def stopped() -> Iterator[None]:
    """Stop the time of the calls around for a block, but not that of the user's own blocks."""
    limit, calls = _current.get(), list[Deadline]()
    while limit is not None and not limit._is_block:
        calls.append(limit)
        limit = limit._parent
    began = time.monotonic()
    try:
        with inside(limit):
            yield
    finally:
        for call in calls:
            call._ends += time.monotonic() - began


_is_single: ContextVar[bool] = ContextVar("astra_devops_is_single", default=False)
_current: ContextVar[Deadline | None] = ContextVar("astra_devops_deadline", default=None)


def remaining() -> float | None:
    """Return the seconds that the block around has left; None if nothing bounds it."""
    limit = _current.get()
    return None if limit is None else limit.remaining()


def sleep(clock: Clock, seconds: float) -> Awaitable[None]:
    """Sleep by a client's clock, and count it for the block around."""
    limit = _current.get()
    return clock.sleep(seconds) if limit is None else limit.sleep(clock, seconds)


def count(clock: Clock, lead: float) -> None:
    """Count a wait by a client's clock for the block around; ``lead`` is its lead when it began."""
    limit = _current.get()
    if limit is not None:
        limit.count(clock, lead, lead_of(clock))


def unbounded_context() -> Context:
    """Return a copy of the current context in which nothing bounds calls."""
    context = copy_context()
    context.run(_current.set, None)
    return context


class Setting(AbstractContextManager[None], Generic[T]):
    """A block in which a context variable has a value.

    Many waits are in such blocks at once, and one of ``contextlib`` has three times as many objects
    for the garbage collector to look at.
    """

    __slots__ = ("_token", "_value", "_variable")

    def __init__(self, variable: ContextVar[T], value: T) -> None:
        self._variable = variable
        self._value = value

    def __enter__(self) -> None:
        self._token: Token[T] = self._variable.set(self._value)

    def __exit__(self, *error: object) -> None:
        self._variable.reset(self._token)


def inside(limit: Deadline | None) -> Setting[Deadline | None]:
    """Bound all calls in a block by a deadline, or by nothing."""
    return Setting(_current, limit)


@contextmanager
def within(seconds: float) -> Iterator[Deadline]:
    """Bound all calls in a block together, each of which otherwise has its own time."""
    limit = Deadline(seconds)
    with inside(limit):
        yield limit


def single_attempts() -> Setting[bool]:
    """Limit all calls in a block to one request each: a check looks again by itself.

    So a look that fails costs nothing of the retry budget.
    """
    return Setting(_is_single, True)


def is_single() -> bool:
    """Return whether the block around lets each call send one request only."""
    return _is_single.get()


@contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Bound everything that any client does in a ``with`` block, waits for operations included.

    Each call still has its own ``timeout``; whichever ends first counts. Blocks may be nested. It
    works in async and in blocking code, and reaches the tasks that are started in the block.

    Args:
        seconds: From now. Zero or less means that the time is up: calls fail before anything is
            sent.

    Raises:
        TypeError: ``seconds`` is not a number.
        ValueError: It is not finite.

    >>> with astra_devops.deadline(2.5):
    ...     database = await astra.databases.get(database_id)
    """
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        raise TypeError(f"seconds must be a number, not {type(seconds).__name__}")
    if not abs(seconds) <= sys.float_info.max:
        raise ValueError(f"seconds must be finite, not {seconds}")
    with inside(Deadline(seconds, is_block=True)):
        yield
