"""What a report consists of, as values."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

import attrs

from astra_devops.fleet.outcome import State

STATES: Final[tuple[State, ...]] = ("ok", "failed", "unknown", "skipped")


@attrs.frozen(kw_only=True)
class ReportedItem:
    """An item that failed, has an unknown outcome, or is still being worked on.

    ``error`` is the text of its error without secrets.
    """

    key: str
    state: State
    error: str | None = None
    error_type: str | None = None
    resource_id: str | None = None
    resume_tokens: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class ErrorGroup:
    """The items for which the same can be done.

    ``count`` is that of all, ``error_types`` counts them by the class of the error, and ``items``
    has the first of them.
    """

    advice: str
    count: int
    error_types: Mapping[str, int]
    items: tuple[ReportedItem, ...]


@attrs.frozen(kw_only=True)
class Period:
    """A part of the run's time.

    ``start`` and ``seconds`` are in seconds since its beginning, by the client's clock. ``ended``
    counts the items that ended in it, by state; ``in_progress`` is the most that were worked on at
    once, and ``limit`` the client's limit of requests at once, where it has one.
    """

    start: float
    seconds: float
    ended: Mapping[State, int]
    in_progress: int
    limit: float | None = None


@attrs.frozen(kw_only=True)
class LatencyBucket:
    """How many items took at most ``seconds``, and longer than those of the bucket before."""

    seconds: float
    count: int


@attrs.frozen(kw_only=True)
class Figures:
    """What a run has done so far: the values of a report.

    Attributes:
        began: When it began, by the client's clock.
        seconds: How long it has run.
        workers: How many items it works on at once.
        total: The number of items, where it is known beforehand.
        counts: The number of items by state.
        requests: The requests that were sent, without polls of waits.
        groups: The items that failed or have an unknown outcome, by what can be done about them.
        running: Items with operations that were accepted and not seen to be done.
        running_left_out: How many of those are not listed.
        latencies: How long the items took.
        timeline: The run in periods of equal length.
        is_finished: Whether all items have ended.
        stopped_after: The number of failures after which it stopped by itself.
        journal: The path of its journal.
        run_id: The id of the run in the journal.
        session: The number of this session in the journal.
    """

    began: datetime
    seconds: float
    workers: int
    total: int | None
    counts: Mapping[State, int]
    requests: int
    groups: tuple[ErrorGroup, ...]
    running: tuple[ReportedItem, ...]
    running_left_out: int
    latencies: tuple[LatencyBucket, ...]
    timeline: tuple[Period, ...]
    is_finished: bool
    stopped_after: int | None = None
    journal: str | None = None
    run_id: str | None = None
    session: int | None = None

    @property
    def how_to_resume(self) -> str | None:
        """What continues the run; None if nothing is left to do."""
        left = self.counts["failed"] + self.counts["unknown"]
        if self.is_finished and not left:
            return None
        if self.journal is None:
            return "run it again: it has no journal, so all items are tried again"
        return f"run the same program again with journal={self.journal!r}: finished items are skipped"


def duration(seconds: float) -> str:
    """Format a number of seconds for people."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min {rest:02} s"
