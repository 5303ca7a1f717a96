"""Scripted faults as they are stored, and the choice of the one that applies to a request."""

import random
from collections.abc import Callable, Iterable
from typing import Final, Literal, TypedDict, TypeVar

import attrs

from astra_devops.emulator.replies import Reply
from astra_devops.emulator.state.transitions import CHANGES

Moment = Literal["instead", "after"]
"""When a fault happens: instead of the operation, or to its answer after it has taken effect."""

F = TypeVar("F", bound="Callable[..., ScriptedFault]")

KINDS: Final[list[str]] = []
"""The kinds of faults that a file may hold: the methods that :func:`fault_kind` decorates."""


def fault_kind(method: F) -> F:
    """Register a method of ``Faults`` as a kind of fault, which files name like the method."""
    KINDS.append(method.__name__)
    return method


class Frequency(TypedDict, total=False):
    """How often a fault applies.

    ``times`` is the number of requests, None for no limit; ``probability`` is that of each request.
    By default a fault applies once; with a probability alone, there is no limit.
    """

    times: int | None
    probability: float


@attrs.define
class Entry:
    """A scripted fault for an operation.

    ``times`` is the number of requests that it still applies to, None for no limit. ``id`` is its
    number among all that were added, empty before it has one.
    """

    operation: str
    times: int | None
    probability: float | None
    id: str = attrs.field(default="", kw_only=True)


@attrs.define
class Fault(Entry):
    """A fault that affects an answer.

    ``reply`` is sent instead. Without one, ``reset`` cuts the connection. The other settings change
    the content of the true answer, or the way it is sent.
    """

    moment: Moment = "after"
    reply: Reply | None = None
    reset: bool = False
    body: bytes | None = None
    content_type: str | None = None
    silent: bool = False
    slow_headers: float = 0.0
    slow_body: float = 0.0
    truncated_gzip: bool = False
    oversized: int = 0


@attrs.define
class StateFault(Entry):
    """A fault that affects a change.

    The change stays in ``stuck_in``, or it fails and ends in ``ends_in``, by default in the state
    in which such a change usually fails.
    """

    stuck_in: str | None = None
    ends_in: str | None = None

    def of(self, change: str) -> tuple[str | None, str | None]:
        """Return the state that a change of this name stays in, and the state that it fails in."""
        return self.stuck_in, None if self.stuck_in is not None else self.ends_in or CHANGES[change].fails_in


@attrs.define
class Staleness(Entry):
    """A stale read, by this many seconds, or from just before the last change if None."""

    seconds: float | None = None


@attrs.define
class Throttle(Entry):
    """A limit on the requests that are let through: ``rate`` per second, ``burst`` at once.

    Both may be changed at any time. ``tokens`` is what is left of the burst, as of ``since``.
    """

    rate: float
    burst: float
    reply: Reply
    tokens: float
    since: float | None = None

    def lets_through(self, now: float) -> bool:
        """Count a request at a moment of the emulator's clock, if it is let through."""
        passed = 0.0 if self.since is None else max(now - self.since, 0.0)
        self.tokens, self.since = min(self.burst, self.tokens + passed * self.rate), now
        # The sum of many short times is not exact.
        if self.tokens < 1 - 1e-9:
            return False
        self.tokens -= 1
        return True


E = TypeVar("E", bound=Entry)


@attrs.frozen
class ScriptedFault:
    """A fault that was added.

    ``id`` is what :meth:`Faults.remove` and the control API name it by.
    """

    id: str
    _take_back: Callable[[str], bool] = attrs.field(repr=False)

    def remove(self) -> None:
        """Take the fault back, if it is not used up. What has happened stays."""
        self._take_back(self.id)


def checked_frequency(frequency: Frequency) -> tuple[int | None, float | None]:
    """Check a frequency, and return its number of requests and its probability.

    Raises:
        ValueError: The number is below 1, or the probability is not between 0 and 1.
    """
    probability = frequency.get("probability")
    times = frequency.get("times", 1 if probability is None else None)
    if times is not None and times < 1:
        raise ValueError(f"times must be at least 1, or None for no limit, not {times!r}")
    if probability is not None and not 0 <= probability <= 1:
        raise ValueError(f"probability must be between 0 and 1, not {probability!r}")
    return times, probability


def take(entries: list[E], operation: str, rng: random.Random) -> E | None:
    """Return the first entry that applies to a request, and remove it if it is used up."""
    for entry in _for(entries, operation):
        if entry.probability is not None and rng.random() >= entry.probability:
            continue
        if entry.times is not None:
            entry.times -= 1
            if entry.times <= 0:
                entries[:] = [other for other in entries if other is not entry]
        return entry
    return None


def remove(entries: list[E], fault_id: str) -> bool:
    """Remove the entry with an id, and return whether there was one."""
    found = [entry for entry in entries if entry.id == fault_id]
    entries[:] = [entry for entry in entries if entry.id != fault_id]
    return bool(found)


def _for(entries: Iterable[E], operation: str) -> list[E]:
    return [entry for entry in entries if entry.operation in (operation, "*")]
