"""The events of one wait: what they have in common, and when which is emitted."""

from collections.abc import Mapping

from astra_devops._runtime.events import Observer, PollEvent, WaitEnded, WaitStarted
from astra_devops.errors import OperationSnapshot


class WaitEvents:
    """The events of one wait, which share its id."""

    def __init__(self, emit: Observer, wait_id: str, kind: str, ids: Mapping[str, str]) -> None:
        self._emit = emit
        self._id = wait_id
        self._kind = kind
        self._ids = ids

    def started(self, traceparent: str | None) -> None:
        """Emit that the wait begins."""
        self._emit(WaitStarted(wait_id=self._id, kind=self._kind, ids=self._ids, traceparent=traceparent))

    def polled(self, snapshot: OperationSnapshot, problem: str | None, *, is_done: bool) -> None:
        """Emit what a poll has seen."""
        self._emit(PollEvent(snapshot, is_done, wait_id=self._id, problem=problem))

    def ended(self, error: BaseException | None, snapshot: OperationSnapshot, *, is_done: bool) -> None:
        """Emit that the wait is over."""
        self._emit(
            WaitEnded(
                wait_id=self._id,
                kind=self._kind,
                ids=self._ids,
                done=is_done,
                error=None if error is None else type(error).__name__,
                status=snapshot.status,
                polls=snapshot.polls,
                elapsed=snapshot.elapsed,
            )
        )
