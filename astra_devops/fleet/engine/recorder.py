"""What one item has sent and started: the recorder that its calls find in their context."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import attrs

from astra_devops import errors
from astra_devops._runtime.call import Answer, Call, OutcomeCheck
from astra_devops._runtime.intents.recorder import Accepted, RecordedCheck
from astra_devops._runtime.request import Request
from astra_devops._secret import redact
from astra_devops.fleet.journal.answers import Withheld, digest_of, recorded, replayed
from astra_devops.fleet.journal.rows import ItemJournal, StepRow

_LANDED: Final = "landed"


class ItemRecorder:
    """Records the calls of one item, in the journal if there is one.

    A call that was recorded before is found by its operation and arguments, so that calls made at
    the same time may come in any order. One that was refused has had no effect, so the next call
    with the same arguments takes its place. A call that makes something else than the item has made
    before, at the same address, is refused: it may be the same with another name.
    """

    def __init__(self, key: str, journal: ItemJournal | None, steps: Sequence[StepRow] = ()) -> None:
        self.requests: int = 0
        self.landed: int = 0
        self.has_sent_changes: bool = bool(steps)
        self.open: dict[int, Call[Any]] = {}
        self.operations: list[Accepted] = []
        self._key = key
        self._journal = journal
        self._left = list(steps)
        self._next = max((step.number for step in steps), default=-1) + 1
        self._found: list[Accepted] = []
        self._refused: dict[tuple[str, bytes], StepRow] = {}

    def requested(self, count: int) -> None:
        """Count the requests that were sent for a call."""
        self.requests += count

    def accepted(self, operation: Accepted) -> None:
        """Record an operation that the service has accepted."""
        self.operations.append(operation)

    def found(self, operation: Accepted) -> None:
        """Record that what a call was to make exists, so that the call is not sent."""
        self._found.append(operation)

    @property
    def resume_tokens(self) -> tuple[str, ...]:
        """The operations that were not seen to be done."""
        return tuple(operation.resume_token for operation in self.operations if not operation.done)

    @property
    def resource_id(self) -> str | None:
        """The id of the resource of the last operation, or else of what was found."""
        operations = [*self._found, *self.operations]
        return next((operation.resource_id for operation in reversed(operations) if operation.resource_id), None)

    async def intend(self, call: Call[Any], request: Request, check_outcome: OutcomeCheck[Any] | None) -> "ItemIntent":
        """Record a call that is about to be sent, unless an earlier session has its answer.

        Raises:
            ReplayError: The item makes other calls than before, or needs an answer that was not
                recorded.
            JournalError: The journal cannot be written.
        """
        if self._journal is None:
            number, self._next = self._next, self._next + 1
            return ItemIntent(self, number, call)
        step = self._step_of(call, request)
        if step.state == _LANDED:
            found = replayed(step, call)
            if isinstance(found, Answer):
                self.landed += 1
                return ItemIntent(self, step.number, call, answer=found)
            if call.operation.retry != "repeatable":
                raise _gone(step, found)
        is_lost = step.state in ("sent", _LANDED)
        if isinstance(check_outcome, RecordedCheck):
            if is_lost and step.facts is not None:
                check_outcome.restore(step.facts)
            else:
                step = attrs.evolve(step, facts=dict(check_outcome.facts()))
        step = attrs.evolve(step, state="sent", attempts=step.attempts + 1)
        try:
            await self._journal.intend(self._key, step)
        except BaseException:
            # It may be recorded by now, but will not be sent.
            if not is_lost:
                self._journal.settle(self._key, step.number, "refused", None)
            raise
        return ItemIntent(self, step.number, call, is_lost=is_lost, step=step)

    def settle(self, intent: "ItemIntent", state: str, answer: Answer[Any] | None) -> None:
        """Record what came of a call."""
        self.open.pop(intent.number, None)
        self.landed += state == _LANDED
        if self._journal is None or intent.step is None:
            return
        if state == "refused":
            self._refused[intent.step.operation, intent.step.digest] = attrs.evolve(intent.step, state=state)
        text = recorded(answer, intent.call) if state == _LANDED else None
        self._journal.settle(self._key, intent.number, state, text)

    def _step_of(self, call: Call[Any], request: Request) -> StepRow:
        """Return the row of a call: of an earlier session, of a refused call, or a new one."""
        operation, digest = call.operation.id, digest_of(call, request)
        if (refused := self._refused.pop((operation, digest), None)) is not None:
            return refused
        same = [step for step in self._left if (step.operation, step.digest) == (operation, digest)]
        if same:
            step = next((step for step in same if step.state != "refused"), same[0])
            self._left.remove(step)
            return step
        target = request.target.partition("?")[0]
        others = [step for step in self._left if step.state != "refused" and (step.operation, step.target) == (operation, redact(target))]
        # A function that found what it had made before leaves out the call that made it.
        if len(others) > len(self._found):
            raise _diverged(operation, others)
        number, self._next = self._next, self._next + 1
        return StepRow(number=number, operation=operation, digest=digest, target=target, state="new")


@attrs.define(eq=False)
class ItemIntent:
    """One call of an item, as recorded before it is sent."""

    recorder: ItemRecorder
    number: int
    call: Call[Any]
    answer: Answer[Any] | None = None
    is_lost: bool = False
    step: StepRow | None = None

    def __attrs_post_init__(self) -> None:
        self.recorder.has_sent_changes = True
        if self.answer is None:
            self.recorder.open[self.number] = self.call

    def landed(self, answer: Answer[Any] | None) -> None:
        """Record that the call took effect; without an answer if that cannot be read."""
        self.recorder.settle(self, _LANDED, answer)

    def refused(self) -> None:
        """Record that the call had no effect."""
        self.recorder.settle(self, "refused", None)

    def lost(self) -> None:
        """Record nothing: the intent stays without an outcome."""


def _diverged(operation: str, left: Sequence[StepRow]) -> errors.ReplayError:
    done = "; ".join(_described(step) for step in left[:5])
    return errors.ReplayError(
        f"the work function calls {operation} with arguments that an earlier session of this run has not recorded for the item, and "
        f"leaves out what it has recorded: {done}. Look whether these changes are what the item needs. The work function must make the "
        "same calls with the same arguments each time, so take names and times from the item, not from a clock or a random number"
    )


def _gone(step: StepRow, withheld: Withheld) -> errors.ReplayError:
    names = ", ".join(f"{name} {value}" for name, value in withheld.ids.items())
    of = f" ({names})" if names else ""
    return errors.ReplayError(
        f"{_described(step)} took effect in an earlier session, but {withheld.reason}, so its answer is gone: revoke or delete what it "
        f"made{of}, and run the item again with another journal"
    )


def _described(step: StepRow) -> str:
    found: Mapping[str, Any] = step.answer or {}
    made = f", which made {found['location']}" if found.get("location") else ""
    return f"{step.operation} ({step.target}{made})"
