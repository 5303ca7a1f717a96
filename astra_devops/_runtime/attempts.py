"""The attempts of one call: deadline, retries, budget, circuit, and what its outcomes mean."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from astra_devops import errors
from astra_devops._first_use import importing
from astra_devops._runtime import deadline
from astra_devops._runtime.auth.ask_auth import ask
from astra_devops._runtime.auth.protocol import SecretHeaders
from astra_devops._runtime.call import Answer, Call, OutcomeCheck
from astra_devops._runtime.call_errors import CallErrors
from astra_devops._runtime.deadline import Deadline
from astra_devops._runtime.details import add_detail
from astra_devops._runtime.explain import how_to_find_out
from astra_devops._runtime.observer import observer_or_log
from astra_devops._runtime.outcome import Damaged, Failure, Lost, NotSent, RawAnswer, Received, Refused
from astra_devops._runtime.request import Request, secrets_in
from astra_devops._runtime.response import impostor, is_damaged, is_from_proxy, read_answer, retry_after, undocumented
from astra_devops._runtime.retry import is_ambiguous, is_outage, next_attempt, next_step, next_turn

if TYPE_CHECKING:
    from astra_devops._runtime.auth.protocol import Auth
    from astra_devops._runtime.call_events import CallEvents
    from astra_devops._runtime.clock import Clock
    from astra_devops._runtime.events import Observer
    from astra_devops._runtime.http.transport import Transport
    from astra_devops._runtime.options import Options, Shared

    class Sender(Protocol):
        """What the attempts need of the client or view: its ``Caller``."""

        transport: Transport
        auth: Auth
        clock: Clock
        options: Options
        observer: Observer | None
        shared: Shared

        def headers(self, auth_headers: SecretHeaders, request: Request, /) -> SecretHeaders:
            """Return the headers of a request, with those of the authentication."""
            ...


T = TypeVar("T")


class Attempts(CallErrors, Generic[T]):
    """The attempts of one call."""

    __slots__ = ("caller", "check_outcome", "deadline", "events", "has_new_token", "headers", "lost", "sent_at", "status")

    call: Call[T]

    def __init__(self, caller: "Sender", call: Call[T], request: Request, check_outcome: OutcomeCheck[T] | None, limit: Deadline) -> None:
        super().__init__(call, request, caller.transport)
        self.caller = caller
        self.check_outcome = check_outcome
        self.deadline = limit
        self.events: CallEvents | None = None
        self.headers: SecretHeaders | None = None
        self.sent_at: float | None = None
        self.has_new_token = False
        self.status: int | None = None
        self.lost: Lost | None = None

    def carry_out(self) -> Coroutine[Any, Any, Answer[T]]:
        """Return what makes the attempts, between two events if there is an observer or a log."""
        observer = observer_or_log(self.caller.observer)
        return self._answer() if observer is None else self._observed_answer(self._events(observer))

    def _events(self, observer: "Observer") -> "CallEvents":
        """Return the events of this call."""
        if self.events is None:
            with importing:
                from astra_devops._runtime.call_events import CallEvents
            self.events = CallEvents(self.call, observer)
        return self.events

    async def _answer(self) -> Answer[T]:
        """Send the request until there is an answer, or until it must not be sent again."""
        try:
            if self.lost is not None and (answer := await self._settled(self.lost)) is not None:
                return answer
            while True:
                outcome = self._judged(await self._attempt())
                if isinstance(outcome, Answer):
                    self.caller.shared.budget.earn()
                    return outcome
                if await self._token_was_renewed(outcome):
                    continue
                if not isinstance(outcome, NotSent):
                    self.last_sent = outcome
                may_have_effect = self.may_have_effect
                self.may_have_effect |= is_ambiguous(outcome)
                step = next_step(
                    self.call.operation.retry, outcome, can_check=self.check_outcome is not None, may_have_effect=may_have_effect
                )
                if step == "check":
                    answer = await self._effect(outcome)
                    if answer is not None:
                        return answer
                    step = "repeat" if is_ambiguous(outcome) else "unknown"
                if step != "repeat" or not await self._wait(outcome):
                    error = self._error(outcome)
                    if isinstance(error, errors.PermissionDeniedError) and (explain := self.caller.shared.explain):
                        with deadline.inside(self.deadline):
                            await explain(self.caller, error)
                    raise self._with_history(error) from self._cause(outcome)
        except asyncio.CancelledError as error:
            self._note_effect(error)
            raise

    async def _settled(self, lost: Lost) -> Answer[T] | None:
        """Return the answer if what another process has sent took effect; None to send it again."""
        self.may_have_effect, self.last_sent = True, lost
        step = next_step(self.call.operation.retry, lost, can_check=self.check_outcome is not None, may_have_effect=False)
        if step == "unknown":
            raise self._unknown(lost)
        return await self._effect(lost) if step == "check" else None

    def _note_effect(self, error: BaseException) -> None:
        """Add to a cancellation whether the request may have taken effect."""
        if self.may_have_effect and self.call.operation.retry != "read":
            add_detail(
                error,
                f"{self.call.operation.id} was canceled in progress and may have taken effect; {how_to_find_out(self.call.operation)}",
            )

    async def _observed_answer(self, events: "CallEvents") -> Answer[T]:
        """Do the same between the two events that enclose a call."""
        events.started()
        try:
            with events.enclosing():
                answer = await self._answer()
        except BaseException as error:
            events.ended(self.count, self.status, error)
            raise
        events.ended(self.count, self.status, None)
        return answer

    async def _attempt(self) -> Received:
        """Make one attempt when its turn comes, unless the circuit is open."""
        self.count, self.sent_at = self.count + 1, None
        caller, shared = self.caller, self.caller.shared
        turn: float | NotSent | None = shared.limiter.enter()
        if turn is None:
            turn = await shared.limiter.wait(self.deadline)
        if isinstance(turn, NotSent):
            return turn
        received: Received | None = None
        try:
            if shared.circuit.failures and (held_back := await self._held_back()):
                return held_back
            auth_headers = caller.auth.known_headers()
            headers = await self._asked_headers() if auth_headers is None else caller.headers(auth_headers, self.request)
            if isinstance(headers, NotSent):
                return headers
            self.headers = headers
            if (left := self.deadline.remaining()) <= 0:
                shared.circuit.abandoned()
                return NotSent("its time was up before it could be sent", final=True, is_local=True)
            if self.events:
                headers = self.events.request(self.count, self.transport.origin, headers)
            self.sent_at = caller.clock.monotonic()
            received = await self.transport.send(self.request, headers, min(left, caller.options.attempt_timeout))
            if self.events:
                self.events.response(self.count, received)
            if shared.circuit.failures or is_outage(received):
                self._note_health(received)
            return received
        except BaseException as error:
            shared.circuit.abandoned()
            self.may_have_effect |= self.sent_at is not None and isinstance(error, asyncio.CancelledError)
            raise
        finally:
            shared.limiter.end(self.call.operation.id, turn, self.sent_at or turn, received, caller.options.retry)

    def _judged(self, received: Received) -> Answer[T] | Failure:
        """Return the answer if it is a success that can be read, or else the failure."""
        if not isinstance(received, RawAnswer):
            return received
        self.status = received.status
        operation = self.call.operation
        if not 200 <= received.status < 300 and not self._was_deleted_before(received):
            return Refused(received, retry_after(received, self.caller.clock.now()))
        only_reads = operation.retry == "read"
        if not only_reads and (reason := impostor(self.call, received)) and not self._was_deleted_before(received):
            return Lost(reason)
        try:
            if only_reads and received.status not in operation.success:
                raise undocumented(self.call, received)
            return read_answer(self.call, received, self.count)
        except errors.ResponseDecodeError as error:
            if not is_damaged(received, error):
                raise
            return Damaged(error)

    async def _held_back(self) -> NotSent | None:
        """Return why the circuit does not let the request pass; None if it does."""
        if (pause := self.caller.shared.circuit.seconds_to_probe(self.caller.clock.monotonic())) is None:
            return None
        await asyncio.sleep(0)  # A loop around the call must not keep all others from running.
        return NotSent(f"the service is down, and calls are held back; the next may be sent in {pause:.1f} s", final=True)

    def _secrets(self) -> list[str]:
        return [*super()._secrets(), *secrets_in(self.caller.options.headers)]

    async def _asked_headers(self) -> SecretHeaders | NotSent:
        """Return the headers with the current token, or why there is none."""
        headers = await ask(self.caller.auth, self.caller.auth.api_headers(), self.deadline)
        if isinstance(headers, NotSent):
            self.caller.shared.circuit.abandoned()
            return headers
        return self.caller.headers(headers, self.request)

    async def _token_was_renewed(self, failure: Failure) -> bool:
        """Return whether the refused token has been replaced, so that one more attempt is due."""
        if self.has_new_token or self.caller.auth.is_static or not (isinstance(failure, Refused) and failure.status == 401):
            return False
        headers = await self._asked_headers()
        self.has_new_token = not isinstance(headers, NotSent) and headers != self.headers
        return self.has_new_token

    def _was_deleted_before(self, answer: RawAnswer) -> bool:
        """Return whether this is a 404 because a lost attempt of this DELETE took effect."""
        operation = self.call.operation
        return (
            answer.status == 404
            and operation.method == "DELETE"
            and self.call.result is None
            and self.may_have_effect
            and not is_from_proxy(answer.headers.get("content-type", ""), answer.body)
        )

    def _note_health(self, received: Received) -> None:
        """Report to the circuit whether the service answers."""
        circuit = self.caller.shared.circuit
        if is_outage(received):
            change = circuit.failed(self.caller.clock.monotonic())
        elif isinstance(received, RawAnswer):
            change = circuit.succeeded()
        else:
            circuit.abandoned()
            return
        if change and (observer := observer_or_log(self.caller.observer, logging.WARNING)):
            with importing:
                from astra_devops._runtime.events import CircuitEvent
            failure = Refused(received) if isinstance(received, RawAnswer) else received
            observer(CircuitEvent(True, failure.reason) if change == "opened" else CircuitEvent(False))

    async def _effect(self, failure: Failure) -> Answer[T] | None:
        """Return the answer if the request took effect, or None if a check found no effect."""
        assert self.check_outcome is not None
        try:
            with deadline.inside(self.deadline), deadline.single_attempts():
                async with asyncio.timeout(self.deadline.limit(self.caller.options.timeout)):
                    answer = await self.check_outcome()
        except (TimeoutError, errors.AstraDevOpsError) as error:
            if isinstance(error, errors.OutcomeUnknownError) and error.operation == self.call.operation.id:
                unknown = error  # The result of the check; that of a lost lookup names the lookup.
            else:
                unknown = self._unknown(failure)
                add_detail(unknown, f"the check whether it took effect failed, too: {error or type(error).__name__}")
        else:
            if answer is None:
                self.history += (f"attempt {self.count}: {failure.reason}; a check found no effect",)
            return answer and Answer(value=answer.value, status=answer.status, headers=answer.headers, attempts=self.count)
        raise self._with_history(unknown) from self._cause(failure)

    async def _wait(self, failure: Failure) -> bool:
        """Sleep before the next attempt; return False if there must not be one."""
        policy, remaining = self.caller.options.retry, self.deadline.remaining()
        # The service has not looked at it after a 429, which costs neither an attempt nor budget.
        if is_too_many := isinstance(failure, Refused) and failure.status == 429:
            self.too_many += 1
            delay = next_turn(policy, self.too_many, failure, remaining)
        else:
            delay = None if deadline.is_single() else next_attempt(policy, self.count - self.too_many, failure, remaining)
        if delay is None:
            return False
        if not (is_too_many or self.caller.shared.budget.take()):
            self.stopped = "not repeated: too many calls of this client fail, and its budget of retries is used up"
            return False
        self.history += (f"attempt {self.count}: {failure.reason}; repeated after {delay:.2f} s",)
        if observer := observer_or_log(self.caller.observer, logging.WARNING):
            self._events(observer).retry(self.count, delay, failure.reason)
        await self.deadline.sleep(self.caller.clock, delay)
        return True
