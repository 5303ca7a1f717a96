"""One item of a run, from its work function to its outcome."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any

import attrs

from astra_devops import errors
from astra_devops._runtime import checks
from astra_devops._runtime.clock import Clock
from astra_devops._runtime.intents.current import current
from astra_devops._runtime.limits.priority import background
from astra_devops.fleet.advice import WAIT_AGAIN, advice_for, state_of
from astra_devops.fleet.engine.recorder import ItemRecorder
from astra_devops.fleet.journal.rows import ItemJournal, ItemRow, StepRow
from astra_devops.fleet.outcome import Outcome
from astra_devops.operations.handle import AsyncOperation

Work = Callable[[Any], Awaitable[object]]


@attrs.frozen(kw_only=True)
class Performer:
    """Carries out items: calls the work function, waits for what it returns, records the outcome.

    ``wait_timeout`` limits each wait, in seconds.
    """

    work: Work
    clock: Clock
    journal: ItemJournal | None
    wait_timeout: float | None

    async def open(self) -> None:
        """Do nothing: all that it needs is there."""

    async def close(self) -> None:
        """Do nothing: the run closes the journal."""

    async def perform(self, key: str, item: Any) -> Outcome:
        """Carry out an item. What stops it is part of the outcome.

        Raises:
            JournalError: The journal cannot be written. The item is not begun, or not recorded.
        """
        began, started = self.clock.now(), self.clock.monotonic()
        row = begin_item(self.journal, key, began)
        if isinstance(row, Outcome):
            return row
        recorder = ItemRecorder(key, self.journal, row.steps)
        outcome = await self._attempt(key, item, recorder, began)
        outcome = attrs.evolve(
            outcome,
            attempts=row.attempts,
            requests=recorder.requests,
            seconds=self.clock.monotonic() - started,
            resource_id=recorder.resource_id,
            resume_tokens=recorder.resume_tokens,
        )
        if self.journal is not None:
            self.journal.end(outcome)
        return outcome

    async def _attempt(self, key: str, item: Any, recorder: ItemRecorder, began: datetime) -> Outcome:
        context = current.set(recorder)
        try:
            # Single calls of the program go first where calls queue.
            with background():
                value = await self._value_of(item)
        except asyncio.CancelledError:
            return _interrupted(key, recorder, began)
        except errors.JournalError as error:
            if self.journal is not None and self.journal.failure is not None:
                raise self.journal.failure from None
            return _failed(key, error, recorder, began)
        except Exception as error:
            return _failed(key, error, recorder, began)
        finally:
            current.reset(context)
        return Outcome(key=key, state="ok", value=value, began=began)

    async def _value_of(self, item: Any) -> object:
        result = self.work(item)
        if not isinstance(result, Awaitable):
            raise TypeError(f"work must be an async function, or return an awaitable, but it returned {checks.type_name(result)}")
        return await self._waited(await result)

    async def _waited(self, result: object) -> object:
        """Return a result, or what the operations in it have led to."""
        if isinstance(result, AsyncOperation):
            return await result.wait(timeout=self.wait_timeout)
        if isinstance(result, list | tuple) and result and all(isinstance(part, AsyncOperation) for part in result):
            return await _wait_for_all(result, self.wait_timeout)
        return result


def begin_item(journal: ItemJournal | None, key: str, began: datetime) -> ItemRow | Outcome:
    """Begin an item in the journal, or return its outcome if there is nothing to do.

    Raises:
        JournalError: The journal cannot be written any more.
    """
    row = ItemRow() if journal is None else journal.begin(key)
    if row.is_repeated:
        error = ValueError(f"two items have the key {key!r}: pass a key function that names each item differently")
        return Outcome(key=key, state="failed", error=error, advice="correct the keys", began=began)
    if row.is_finished:
        return Outcome(key=key, state="skipped", attempts=row.attempts, began=began)
    return row


async def _wait_for_all(operations: Sequence[AsyncOperation[Any]], timeout: float | None) -> list[Any]:
    """Wait for operations at the same time. One that fails does not end the other waits."""
    results = await asyncio.gather(*(operation.wait(timeout=timeout) for operation in operations), return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return results


def _failed(key: str, error: Exception, recorder: ItemRecorder, began: datetime) -> Outcome:
    sent = recorder.has_sent_changes
    state, advice = state_of(error, has_sent_changes=sent), advice_for(error, has_sent_changes=sent)
    return Outcome(key=key, state=state, error=error, advice=advice, began=began)


def _interrupted(key: str, recorder: ItemRecorder, began: datetime) -> Outcome:
    """Return the outcome of an item that was stopped, by what it had sent."""
    error: errors.AstraDevOpsError
    if recorder.open:
        operation = next(iter(recorder.open.values())).operation
        how = operation.how_to_check or "look at what it changes"
        reason = "the run was stopped before the answer came"
        error = errors.OutcomeUnknownError(
            f"{operation.id} was sent, and {reason}; to find out whether it took effect, {how}",
            operation=operation.id,
            reason=reason,
            how_to_find_out=how,
        )
        return Outcome(key=key, state="unknown", error=error, advice=advice_for(error), began=began)
    if tokens := recorder.resume_tokens:
        error = errors.AstraDevOpsError(
            f"the run was stopped while the service works on {len(tokens)} operation{'s' * (len(tokens) > 1)} of the item"
        )
        return Outcome(key=key, state="unknown", error=error, advice=WAIT_AGAIN, began=began)
    if recorder.landed:
        error = errors.AstraDevOpsError(
            f"the run was stopped inside the work function, when {recorder.landed} of its changes had taken effect"
        )
        return Outcome(key=key, state="unknown", error=error, advice="run again, or look at the resource", began=began)
    return Outcome(key=key, state="skipped", advice="run again: the run was stopped before it changed anything", began=began)


def interrupted_on_worker(key: str, began: datetime, steps: Sequence[StepRow]) -> Outcome:
    """Return the outcome of an item that was stopped on another machine, which did not answer."""
    sent = [step.operation for step in steps if step.state in ("sent", "landed")]
    if not sent:
        return Outcome(key=key, state="skipped", advice="run again: the run was stopped before it changed anything", began=began)
    error = errors.AstraDevOpsError(f"the run was stopped, and the worker did not answer; the item had sent {', '.join(sent)}")
    return Outcome(key=key, state="unknown", error=error, advice="run again, or look at the resource", began=began)
