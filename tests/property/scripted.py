"""A service in time: what it answers depends on a timeline, and each request takes time.

The answers pass through the client's own decoding. Only the transport is replaced.
"""

import asyncio
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import attrs

from astra_devops import RetryPolicy, errors
from astra_devops._runtime.call import Answer, Call
from astra_devops._runtime.outcome import RawAnswer, Refused
from astra_devops._runtime.response import read_answer, read_error

Respond = Callable[["Timeline", str, str], tuple[int, object]]
"""Returns status and document for an operation id and a path, at the timeline's present."""


@attrs.define
class Timeline:
    """When things happen, in seconds after the service has accepted the operation.

    The database is busy from ``busy`` to ``settled``. The change shows from ``shows``. For
    ``cached`` seconds the service answers 404 for the id, and for ``unlisted`` seconds its list
    lacks it.
    """

    busy: float
    settled: float
    shows: float
    cached: float = 0.0
    unlisted: float = 0.0
    now: float = 0.0

    def status(self, before: str, during: str, after: str = "ACTIVE") -> str:
        """Return the status at present."""
        return before if self.now < self.busy else during if self.now < self.settled else after

    @property
    def shows_change(self) -> bool:
        """Whether the change shows at present."""
        return self.now >= self.shows


class ScriptedClock:
    """A clock that a sleep moves forward."""

    def __init__(self, timeline: Timeline) -> None:
        self._timeline = timeline

    def monotonic(self) -> float:
        return 1000 + self._timeline.now

    def now(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=self._timeline.now)

    async def sleep(self, seconds: float) -> None:
        self._timeline.now += seconds
        await asyncio.sleep(0)


class ScriptedCaller:
    """Answers calls from a timeline. ``failures`` has what happens instead, for each request."""

    def __init__(self, timeline: Timeline, respond: Respond, latencies: Sequence[float], failures: Sequence[str | None]) -> None:
        self.clock = ScriptedClock(timeline)
        self.options = SimpleNamespace(retry=RetryPolicy())
        self.auth = SimpleNamespace(is_static=True, has_provider=False)
        self.transport = SimpleNamespace(origin="https://scripted.example")
        self.observer = None
        self.failures = list(failures)
        self._timeline = timeline
        self._respond = respond
        self._latencies = latencies
        self._requests = 0

    async def send(self, call: Call[Any], check_outcome: object = None) -> Answer[Any]:
        latency = self._latencies[self._requests % len(self._latencies)]
        self._requests += 1
        await asyncio.sleep(0)
        self._timeline.now += latency / 2
        failure = self.failures.pop(0) if self.failures else None
        # The service looks at its state in the middle of a request.
        status, document = self._fail(call, failure) if failure else self._respond(self._timeline, call.operation.id, call.path)
        self._timeline.now += latency / 2
        is_text = isinstance(document, bytes)
        headers = {"content-type": "text/plain" if is_text else "application/json"}
        answer = RawAnswer(status, headers, document if is_text else json.dumps(document).encode())
        if status >= 400:
            raise read_error(call.operation, call.path, Refused(answer), 1)
        return read_answer(call, answer, 1)

    def _fail(self, call: Call[Any], failure: str) -> tuple[int, object]:
        match failure:
            case "lost":
                raise errors.OutcomeUnknownError("lost", operation=call.operation.id, reason="lost", how_to_find_out="look")
            case "not sent":
                raise errors.RequestNotSentError("not sent", operation=call.operation.id, reason="down", attempts=1)
            case "page":
                return 200, b"<html>maintenance</html>"
            case "empty":
                return (200, b"") if call.operation.id == "listDatacenters" else (502, b"")
        return int(failure), {"errors": [{"message": "no"}]}
