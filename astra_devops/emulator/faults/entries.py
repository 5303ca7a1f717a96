"""The entries that faults are scripted as, and which of them a request meets."""

import random
from collections.abc import Callable, Iterable
from typing import Literal, TypedDict, TypeVar

import attrs

from astra_devops.emulator.replies import Reply
from astra_devops.emulator.state.transitions import CHANGES

Moment = Literal["instead", "after"]
"""A fault happens instead of the operation, or to its answer, once it has taken effect."""


F = TypeVar("F", bound=Callable[..., None])

KINDS: list[str] = []
"""The kinds of faults that a file may hold: the methods that :func:`fault_kind` decorates."""


def fault_kind(method: F) -> F:
    """Let a method of ``Faults`` be used in files of faults, under its own name."""
    KINDS.append(method.__name__)
    return method


class Frequency(TypedDict, total=False):
    """How often a fault strikes: ``times`` is for how many requests, None for any number; ``probability`` is the chance of each request.

    Without either it strikes once. With a probability alone it strikes for ever, each time by
    chance.
    """

    times: int | None
    probability: float


@attrs.define
class Entry:
    """One script for an operation.

    ``times`` is how many requests it has left, None for any number.
    """

    operation: str
    times: int | None
    probability: float | None


@attrs.define
class Fault(Entry):
    """What happens to an answer.

    ``reply`` is answered; without one, ``reset`` cuts the connection. The rest changes how the true
    answer looks, or travels.
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
    """What becomes of a change: a state that it stays in, or a failure, which ends in ``ends_in`` or as such a change usually fails."""

    stuck_in: str | None = None
    ends_in: str | None = None

    def of(self, change: str) -> tuple[str | None, str | None]:
        """Tell the state that a change by this name stays in, and the state that it fails into."""
        return self.stuck_in, None if self.stuck_in is not None else self.ends_in or CHANGES[change].fails_in


@attrs.define
class Staleness(Entry):
    """How many seconds old a read is; None for a read from before the last change."""

    seconds: float | None = None


E = TypeVar("E", bound=Entry)


def checked_frequency(frequency: Frequency) -> tuple[int | None, float | None]:
    """Read a dose: the requests that are struck, and the chance of each.

    Raises:
        ValueError: it strikes less than once, or with a chance that is none.
    """
    probability = frequency.get("probability")
    times = frequency.get("times", 1 if probability is None else None)
    if times is not None and times < 1:
        raise ValueError(f"times must be at least 1, or None for any number, not {times!r}")
    if probability is not None and not 0 <= probability <= 1:
        raise ValueError(f"probability must be between 0 and 1, not {probability!r}")
    return times, probability


def take(entries: list[E], operation: str, source: random.Random) -> E | None:
    """Take the first entry that strikes an operation, and drop it when it is used up."""
    for entry in _for(entries, operation):
        if entry.probability is not None and source.random() >= entry.probability:
            continue
        if entry.times is not None:
            entry.times -= 1
            if entry.times <= 0:
                entries[:] = [other for other in entries if other is not entry]
        return entry
    return None


def _for(entries: Iterable[E], operation: str) -> list[E]:
    return [entry for entry in entries if entry.operation in (operation, "*")]
