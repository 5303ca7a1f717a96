"""One call from start to end: its attempts, deadline, retries, budget and errors."""

import asyncio
import logging
import time
from collections.abc import Mapping
from typing import Any, Final, Generic, TypeVar

import attrs

from astra_devops import errors
from astra_devops._runtime import deadline
from astra_devops._runtime.auth.ask_auth import answer_of, ask
from astra_devops._runtime.auth.protocol import Auth, SecretHeaders
from astra_devops._runtime.call import Answer, Call, OutcomeCheck
from astra_devops._runtime.call_events import enclosing, event_fields
from astra_devops._runtime.circuit import Circuit
from astra_devops._runtime.clock import Clock, running_loop
from astra_devops._runtime.deadline import Deadline
from astra_devops._runtime.http.transport import Transport
from astra_devops._runtime.no_copies import NoCopies
from astra_devops._runtime.observer import (
    CallEnded,
    CallStarted,
    CircuitEvent,
    Observer,
    RequestEvent,
    ResponseEvent,
    RetryEvent,
    observer_or_log,
)
from astra_devops._runtime.outcome import Damaged, Failure, Lost, NotSent, RawAnswer, Received, Refused
from astra_devops._runtime.request import Request, build, secrets_of
from astra_devops._runtime.response import impostor, is_damaged, is_html, read_answer, read_error, retry_after, undocumented
from astra_devops._runtime.retry import RetryBudget, RetryPolicy, is_ambiguous, is_outage, next_attempt, next_step

T = TypeVar("T")

_ADVICE: Final[Mapping[str, str]] = {
    "read": "it only reads, so calling again is safe",
    "repeatable": "repeating it is safe, and it may be done already; if time has passed, look first: others may have changed it since",
}
_CHECK_FIRST: Final = "check the resource before calling again: a second request may do it twice"


@attrs.frozen(kw_only=True)
class Options:
    """The options that ``with_options`` can change for a view of a client.

    Times are in seconds. ``headers`` are sent with every request.
    """

    timeout: float
    attempt_timeout: float
    retry: RetryPolicy
    headers: Mapping[str, str] = attrs.field(repr=lambda headers: f"<{len(headers)} headers>")


@attrs.frozen
class Shared:
    """What a client and its views know of the service's health."""

    budget: RetryBudget = attrs.field(factory=RetryBudget)
    circuit: Circuit = attrs.field(factory=Circuit)


class Caller(NoCopies):
    """Sends the calls of one client or view. Views share everything but the options."""

    def __init__(
        self,
        transport: Transport,
        auth: Auth,
        clock: Clock,
        options: Options,
        observer: Observer | None = None,
        shared: Shared | None = None,
    ) -> None:
        self.transport = transport
        self.auth = auth
        self.clock = clock
        self.options = options
        self.observer = observer
        self.shared: Shared = shared or Shared()
        # Composed once for each credential instead of for each call: without and with a body.
        self._composed_from: SecretHeaders | None = None
        self._composed = (SecretHeaders(), SecretHeaders())

    def view(self, options: Options, auth: Auth | None = None) -> "Caller":
        """Return a caller that shares all but the options, and the authentication if given."""
        return Caller(self.transport, auth or self.auth, self.clock, options, self.observer, self.shared)

    def without_retries(self) -> "Caller":
        """Return a caller that sends each request once, for waits and checks, which ask again.

        A failed request then costs nothing of the retry budget.
        """
        return self.view(attrs.evolve(self.options, retry=attrs.evolve(self.options.retry, max_attempts=1)))

    async def pinned(self) -> "Caller":
        """Return a caller that keeps the current token, whatever its provider returns later."""
        return self.view(self.options, await answer_of(self.auth, self.auth.pinned(), self.options.timeout))

    async def client_id(self) -> str:
        """Return the client id of the token."""
        return await answer_of(self.auth, self.auth.client_id(), self.options.timeout)

    async def send(self, call: Call[T], check_outcome: OutcomeCheck[T] | None = None) -> Answer[T]:
        """Carry out a call: repeat it as its operation permits, within the time limit of the call.

        Raises:
            TypeError: An argument has the wrong type. Nothing was sent.
            ValueError: An argument has a value that cannot be sent. Nothing was sent.
            ConfigurationError: There is no token, or it is malformed. Nothing was sent.
            RequestNotSentError: No attempt left this machine.
            OutcomeUnknownError: The request was sent, and may have taken effect.
            APIStatusError: The service answered with an error status.
            ResponseDecodeError: The request succeeded, but the answer cannot be read.
        """
        request = build(call)
        running_loop()
        attempts = _Attempts(self, call, request, check_outcome, deadline.start(self.options.timeout))
        observer = observer_or_log(self.observer)
        return await (attempts.answer() if observer is None else attempts.observed_answer(observer))

    async def wake_request(self, origin: str, target: str) -> Received:
        """Send a GET request to the data endpoint of a database, once."""
        limit = deadline.start(self.options.attempt_timeout)
        auth_headers = await ask(self.auth, self.auth.data_headers(), limit)
        if isinstance(auth_headers, NotSent):
            return auth_headers
        headers = SecretHeaders({**self.options.headers, **auth_headers})
        return await self.transport.send(Request("GET", target), headers, limit.limit(self.options.attempt_timeout), origin)

    async def headers(self, request: Request) -> SecretHeaders:
        """Return the headers of a request. They hold the token of this moment."""
        auth_headers = await self.auth.api_headers()
        if auth_headers is not self._composed_from:
            plain = SecretHeaders({**self.options.headers, **auth_headers})
            self._composed = plain, SecretHeaders({**plain, "Content-Type": "application/json"})
            self._composed_from = auth_headers
        return self._composed[request.body is not None]


@attrs.define(eq=False, repr=False)
class _Attempts(Generic[T]):
    """The attempts of one call.

    ``notes`` has a line for each repetition, for the error at the end.
    """

    caller: Caller
    call: Call[T]
    request: Request
    check_outcome: OutcomeCheck[T] | None
    deadline: Deadline
    count: int = 0
    may_have_effect: bool = False
    headers: SecretHeaders | None = None
    has_new_token: bool = False
    status: int | None = None
    last_sent: Failure | None = None
    notes: list[str] = attrs.field(factory=list)
    common: dict[str, Any] | None = None

    async def answer(self) -> Answer[T]:
        """Send the request until there is an answer, or until it must not be sent again.

        If it is canceled, the error says whether the request may have taken effect.
        """
        try:
            return await self._answer()
        except asyncio.CancelledError as error:
            if self.may_have_effect and self.call.operation.retry != "read":
                error.add_note(f"{self.call.operation.id} was canceled in progress and may have taken effect; {self._advice()}")
            raise

    async def _answer(self) -> Answer[T]:
        """Do the same, without a note on a cancellation."""
        while True:
            outcome = await self._attempt()
            if isinstance(outcome, Answer):
                self.caller.shared.budget.earn()
                return outcome
            if await self._token_was_renewed(outcome):
                continue
            if not isinstance(outcome, NotSent):
                self.last_sent = outcome
            may_have_effect = self.may_have_effect
            self.may_have_effect |= is_ambiguous(outcome)
            step = next_step(self.call.operation.retry, outcome, can_check=self.check_outcome is not None, may_have_effect=may_have_effect)
            if step == "check":
                answer = await self._effect(outcome)
                if answer is not None:
                    return answer
                step = "repeat" if is_ambiguous(outcome) else "unknown"
            if step != "repeat" or not await self._wait(outcome):
                error = self._error(outcome)
                raise self._with_notes(error) from self._cause(outcome)

    async def observed_answer(self, observer: Observer) -> Answer[T]:
        """Do the same between the two events that enclose a call."""
        fields, began = self._common(), time.monotonic()
        observer(CallStarted(**fields))
        error: str | None = None
        try:
            with enclosing(fields["call_id"]):
                return await self.answer()
        except BaseException as failure:
            error = type(failure).__name__
            raise
        finally:
            observer(CallEnded(**fields, error=error, status=self.status, attempts=self.count, elapsed=time.monotonic() - began))

    async def _attempt(self) -> Answer[T] | Failure:
        """Send the request once, and read the answer if it is a success."""
        received = await self._send()
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

    async def _send(self) -> Received:
        """Make one attempt: ask for the token, and send the request unless the circuit is open."""
        self.count += 1
        caller = self.caller
        if (pause := caller.shared.circuit.seconds_to_probe(caller.clock.monotonic())) is not None:
            return NotSent(f"the service is down, and calls are held back; the next may be sent in {pause:.1f} s", final=True)
        try:
            headers = await self._current_headers()
        except BaseException:
            caller.shared.circuit.abandoned()
            raise
        if isinstance(headers, NotSent):
            caller.shared.circuit.abandoned()
            return headers
        self.headers = headers
        observer = observer_or_log(caller.observer)
        if observer:
            observer(RequestEvent(**self._common(), attempt=self.count))
        started = time.monotonic()
        try:
            received = await caller.transport.send(self.request, headers, self.deadline.limit(caller.options.attempt_timeout))
        except BaseException as error:
            caller.shared.circuit.abandoned()
            self.may_have_effect |= isinstance(error, asyncio.CancelledError)
            raise
        if observer:
            observer(self._response_event(received, time.monotonic() - started))
        self._note_health(received)
        return received

    async def _current_headers(self) -> SecretHeaders | NotSent:
        """Return the headers with the current token, or why there is none."""
        return await ask(self.caller.auth, self.caller.headers(self.request), self.deadline)

    async def _token_was_renewed(self, failure: Failure) -> bool:
        """Return whether the refused token has been replaced, so that one more attempt is due."""
        if self.has_new_token or self.caller.auth.is_static or not (isinstance(failure, Refused) and failure.status == 401):
            return False
        headers = await self._current_headers()
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
            and not is_html(answer)
        )

    def _note_health(self, received: Received) -> None:
        """Report to the circuit whether the service answers."""
        circuit = self.caller.shared.circuit
        failure = Refused(received) if isinstance(received, RawAnswer) else received
        if is_outage(failure):
            change = circuit.failed(self.caller.clock.monotonic())
        elif isinstance(received, RawAnswer):
            change = circuit.succeeded()
        else:
            circuit.abandoned()
            return
        if change and (observer := observer_or_log(self.caller.observer, logging.WARNING)):
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
                unknown.add_note(f"the check whether it took effect failed, too: {error or type(error).__name__}")
        else:
            if answer is None:
                self.notes.append(f"attempt {self.count}: {failure.reason}; a check found no effect")
            return answer and attrs.evolve(answer, attempts=self.count)
        raise self._with_notes(unknown) from self._cause(failure)

    async def _wait(self, failure: Failure) -> bool:
        """Sleep before the next attempt; return False if there must not be one."""
        delay = None if deadline.is_single() else next_attempt(self.caller.options.retry, self.count, failure, self.deadline.remaining())
        if delay is None or not self.caller.shared.budget.take():
            return False
        self.notes.append(f"attempt {self.count}: {failure.reason}; repeated after {delay:.2f} s")
        if observer := observer_or_log(self.caller.observer, logging.WARNING):
            observer(RetryEvent(**self._common(), attempt=self.count, delay=delay, reason=failure.reason))
        await self.deadline.sleep(self.caller.clock, delay)
        return True

    def _error(self, failure: Failure) -> errors.AstraDevOpsError:
        """Return the error that a call ends with."""
        if isinstance(failure, Damaged):
            return failure.error
        if self.may_have_effect and self.call.operation.retry != "read":
            return self._unknown(failure)
        match failure:
            case NotSent(reason=reason) if self.last_sent is not None:
                self.notes.append(f"attempt {self.count} was not sent: {reason}")
                return self._error(self.last_sent)
            case NotSent(cause=errors.ConfigurationError() as error):
                return error
            case NotSent(reason=reason, final=is_final):
                name = self.call.operation.id
                message = f"{name} was not sent: {reason}"
                return errors.RequestNotSentError(message, operation=name, reason=reason, attempts=self.count, is_final=is_final)
            case Lost():
                return self._unknown(failure)
            case Refused():
                return self._refusal(failure)

    def _refusal(self, refused: Refused) -> errors.APIStatusError:
        return read_error(self.call.operation, self.request.target, refused, self.count, secrets_of(self.call.body))

    def _cause(self, failure: Failure) -> BaseException | None:
        """Return the cause of the error of a call: the service's error, or the token provider's."""
        if isinstance(failure, NotSent) and self.last_sent is not None:
            return self._cause(self.last_sent)
        if isinstance(failure, NotSent):
            return None if isinstance(failure.cause, errors.ConfigurationError) and not self.may_have_effect else failure.cause
        unknown = self.may_have_effect and self.call.operation.retry != "read"
        return self._refusal(failure) if isinstance(failure, Refused) and unknown else None

    def _unknown(self, failure: Failure) -> errors.OutcomeUnknownError:
        operation, advice = self.call.operation, self._advice()
        reason = failure.reason if is_ambiguous(failure) else f"an attempt was lost, and the next one ended with: {failure.reason}"
        return errors.OutcomeUnknownError(
            f"{operation.id} was sent, but got no usable answer ({reason}); {advice}",
            operation=operation.id,
            reason=reason,
            how_to_find_out=advice,
        )

    def _advice(self) -> str:
        operation = self.call.operation
        how = operation.how_to_check
        if operation.retry in _ADVICE:
            return _ADVICE[operation.retry] + (f"; to find out, {how}" if how else "")
        return f"before you call again, {how}: a second request may do it twice" if how else _CHECK_FIRST

    def _with_notes(self, error: errors.AstraDevOpsError) -> errors.AstraDevOpsError:
        for note in self.notes:
            error.add_note(note)
        return error

    def _common(self) -> dict[str, Any]:
        """Return what all events of this call have in common."""
        if self.common is None:
            self.common = event_fields(self.call)
        return self.common

    def _response_event(self, received: Received, elapsed: float) -> ResponseEvent:
        if isinstance(received, RawAnswer):
            status, reason, request_id = received.status, None, received.request_id
        else:
            status, reason, request_id = None, received.reason, None
        fields = self._common()
        return ResponseEvent(**fields, status=status, reason=reason, request_id=request_id, attempt=self.count, elapsed=elapsed)
