"""Collects the report of a run from its outcomes, in memory that does not grow with them."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Final

from astra_devops._runtime.clock import Clock
from astra_devops._secret import printable, redact
from astra_devops.fleet.outcome import Outcome, State
from astra_devops.fleet.report.buckets import Latencies, Timeline
from astra_devops.fleet.report.report import Report
from astra_devops.fleet.report.values import STATES, ErrorGroup, ReportedItem

_ITEMS_PER_GROUP: Final = 100
_RUNNING: Final = 1_000
_LONGEST_ERROR: Final = 2_000


def _no_limit() -> float | None:
    return None


class Tally:
    """Counts the outcomes of a run as they come.

    ``limit`` returns the number of requests that the client may have in flight now; None if it has
    no such limit.
    """

    def __init__(self, clock: Clock, workers: int, total: int | None, limit: Callable[[], float | None] = _no_limit) -> None:
        self.total = total
        self.stopped_after: int | None = None
        self.in_progress: int = 0
        self.counts: dict[State, int] = dict.fromkeys(STATES, 0)
        self._clock = clock
        self._workers = workers
        self._limit = limit
        self._began = clock.now()
        self._started = clock.monotonic()
        self._seconds: float | None = None
        self._requests = 0
        self._groups: dict[str, _Group] = {}
        self._running: list[ReportedItem] = []
        self._running_left_out = 0
        self._latencies = Latencies()
        self._timeline = Timeline()
        self._is_finished = False
        self._journal: tuple[str, str, int] | None = None

    def opened(self, path: Path, run_id: str, session: int) -> None:
        """Record which journal the run has."""
        self._journal = (str(path), run_id, session)

    def start(self, began: datetime | None = None) -> None:
        """Record that the run begins now, or when it began."""
        self._began, self._started = began or self._clock.now(), self._clock.monotonic()

    def began(self, key: str) -> None:
        """Count an item that begins."""
        self.in_progress += 1

    def ended(self, outcome: Outcome) -> None:
        """Count an item that has ended."""
        at = self._clock.monotonic() - self._started
        self.add(reported(outcome), at=at, seconds=outcome.seconds, requests=outcome.requests, advice=outcome.advice)
        self.in_progress -= 1

    def add(self, item: ReportedItem, *, at: float, seconds: float, requests: int, advice: str | None) -> None:
        """Count an item that ended ``at`` seconds after the beginning of the run."""
        self.counts[item.state] += 1
        self._requests += requests
        if item.state != "skipped":
            self._latencies.add(seconds)
        self._timeline.add(at, item.state, self.in_progress, self._limit())
        if item.state in ("failed", "unknown"):
            self._groups.setdefault(advice or "", _Group()).add(item)
        if not item.resume_tokens:
            return
        if len(self._running) < _RUNNING:
            self._running.append(item)
        else:
            self._running_left_out += 1

    @property
    def failures(self) -> int:
        """How many items have failed or have an unknown outcome."""
        return self.counts["failed"] + self.counts["unknown"]

    @property
    def seconds(self) -> float:
        """How long the run has taken so far."""
        return self._clock.monotonic() - self._started if self._seconds is None else self._seconds

    def finish(self, *, is_complete: bool, seconds: float | None = None) -> None:
        """Record that the run has ended, whether all items have, and how long it took."""
        self._seconds, self._is_finished = self.seconds if seconds is None else seconds, is_complete

    def report(self) -> Report:
        """Return the report so far."""
        journal, run_id, session = self._journal or (None, None, None)
        return Report(
            began=self._began,
            seconds=self.seconds,
            workers=self._workers,
            total=self.total,
            counts=dict(self.counts),
            requests=self._requests,
            groups=tuple(group.report(advice) for advice, group in sorted(self._groups.items(), key=lambda pair: -pair[1].count)),
            running=tuple(self._running),
            running_left_out=self._running_left_out,
            latencies=self._latencies.buckets(),
            timeline=self._timeline.periods(),
            is_finished=self._is_finished,
            stopped_after=self.stopped_after,
            journal=journal,
            run_id=run_id,
            session=session,
        )


class _Group:
    def __init__(self) -> None:
        self.count = 0
        self._types: Counter[str] = Counter()
        self._items: list[ReportedItem] = []

    def add(self, item: ReportedItem) -> None:
        self.count += 1
        self._types[item.error_type or item.state] += 1
        if len(self._items) < _ITEMS_PER_GROUP:
            self._items.append(item)

    def report(self, advice: str) -> ErrorGroup:
        return ErrorGroup(advice=advice, count=self.count, error_types=dict(self._types.most_common()), items=tuple(self._items))


def reported(outcome: Outcome) -> ReportedItem:
    """Return an outcome as a report has it: without its value, and with the text of its error."""
    error = outcome.error
    return ReportedItem(
        key=outcome.key,
        state=outcome.state,
        error=None if error is None else printable(redact(str(error) or type(error).__name__))[:_LONGEST_ERROR],
        error_type=None if error is None else type(error).__name__,
        resource_id=outcome.resource_id,
        resume_tokens=outcome.resume_tokens,
    )
