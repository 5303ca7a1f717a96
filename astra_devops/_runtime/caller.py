"""One call from start to end: its attempts, deadline, retries, budget and errors."""

import asyncio
import logging
from collections.abc import Mapping
from typing import Final, Generic, TypeVar

import attrs

from astra_devops import errors
from astra_devops._runtime.auth import Auth, SecretHeaders
from astra_devops._runtime.call import Answer, Call, OutcomeCheck
from astra_devops._runtime.clock import Clock
from astra_devops._runtime.observer import Observer, RequestEvent, ResponseEvent, RetryEvent, observer_or_log
from astra_devops._runtime.outcome import Damaged, Failure, Lost, NotSent, RawAnswer, Received, Refused
from astra_devops._runtime.request import Request, build, secrets_of
from astra_devops._runtime.response import is_damaged, read_answer, read_error, retry_after
from astra_devops._runtime.retry import RetryBudget, RetryPolicy, next_attempt, next_step
from astra_devops._runtime.transport import Transport

T = TypeVar("T")

_CALL_AGAIN: Final = "calling again is safe: a second request has no further effect"
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


class Caller:
    """Sends the calls of one client or view. Views share everything but the options."""

    def __init__(
        self,
        transport: Transport,
        auth: Auth,
        clock: Clock,
        budget: RetryBudget,
        options: Options,
        observer: Observer | None = None,
    ) -> None:
        self.transport = transport
        self.auth = auth
        self.clock = clock
        self.budget = budget
        self.options = options
        self.observer = observer
        # Composed once for each credential instead of for each call: without and with a body.
        self._composed_from: SecretHeaders | None = None
        self._composed = (SecretHeaders(), SecretHeaders())

    def view(self, options: Options, auth: Auth | None = None) -> "Caller":
        """Return a caller that shares all but the options, and the authentication if given."""
        return Caller(self.transport, auth or self.auth, self.clock, self.budget, options, self.observer)

    async def pinned(self) -> "Caller":
        """Return a caller that keeps the current token, whatever its provider returns later."""
        return self.view(self.options, await self.auth.pinned())

    async def client_id(self) -> str:
        """Return the client id of the token."""
        return await self.auth.client_id()

    async def send(self, call: Call[T], check_outcome: OutcomeCheck[T] | None = None) -> Answer[T]:
        """Carry out a call: repeat it as its operation permits, within the time limit of the call.

        Raises:
            TypeError: An argument has the wrong type. Nothing was sent.
            ValueError: An argument has a value that cannot be sent. Nothing was sent.
            RequestNotSentError: No attempt left this machine.
            OutcomeUnknownError: The request was sent, and may have taken effect.
            APIStatusError: The service answered with an error status.
            ResponseDecodeError: The request succeeded, but the answer cannot be read.
        """
        request = build(call)
        return await _Attempts(self, call, request, await self._headers(request), check_outcome).answer()

    async def wake_request(self, origin: str, target: str) -> Received:
        """Send a GET request to the data endpoint of a database, once."""
        headers = SecretHeaders({**self.options.headers, **await self.auth.data_headers()})
        return await self.transport.send(Request("GET", target), headers, self.options.attempt_timeout, origin)

    async def _headers(self, request: Request) -> SecretHeaders:
        auth_headers = await self.auth.api_headers()
        if auth_headers is not self._composed_from:
            plain = SecretHeaders({**self.options.headers, **auth_headers})
            self._composed = plain, SecretHeaders({**plain, "Content-Type": "application/json"})
            self._composed_from = auth_headers
        return self._composed[request.body is not None]


@attrs.define(eq=False, repr=False)
class _Attempts(Generic[T]):
    """The attempts of one call.

    ``spent`` counts seconds: by the loop's clock on the wire, by the client's clock between
    attempts. ``notes`` has a line for each repetition, for the error at the end.
    """

    caller: Caller
    call: Call[T]
    request: Request
    headers: SecretHeaders
    check_outcome: OutcomeCheck[T] | None
    count: int = 0
    spent: float = 0.0
    notes: list[str] = attrs.field(factory=list)

    async def answer(self) -> Answer[T]:
        """Send the request until there is an answer, or until it must not be sent again."""
        while True:
            outcome = await self._attempt()
            if isinstance(outcome, Answer):
                self.caller.budget.earn()
                return outcome
            step = next_step(self.call.operation.retry, outcome, can_check=self.check_outcome is not None)
            if step == "unknown":
                raise self._with_notes(self._unknown(outcome)) from self._refusal(outcome)
            if step == "check":
                answer = await self._effect(outcome)
                if answer is not None:
                    return answer
            if step == "fail" or not await self._wait(outcome):
                raise self._with_notes(self._error(outcome))

    async def _attempt(self) -> Answer[T] | Failure:
        """Send the request once, and read the answer if it is a success."""
        received = await self._send()
        if not isinstance(received, RawAnswer):
            return received
        if not 200 <= received.status < 300 and not self._was_deleted_before(received):
            return Refused(received, retry_after(received, self.caller.clock.now()))
        try:
            return read_answer(self.call, received, self.count)
        except errors.ResponseDecodeError as error:
            if not is_damaged(received, error):
                raise
            return Damaged(error)

    async def _send(self) -> Received:
        self.count += 1
        operation, observer = self.call.operation, observer_or_log(self.caller.observer)
        if observer:
            observer(RequestEvent(operation.id, self.request.method, self.request.target.partition("?")[0], self.count))
        limit = min(self.caller.options.attempt_timeout, self._remaining())
        loop = asyncio.get_running_loop()
        started = loop.time()
        try:
            received = await self.caller.transport.send(self.request, self.headers, limit)
        except asyncio.CancelledError as error:
            if operation.retry != "safe":
                error.add_note(f"{operation.id} was cancelled in progress and may have taken effect; {_CHECK_FIRST}")
            raise
        elapsed = loop.time() - started
        self.spent += elapsed
        if observer:
            observer(_response_event(operation.id, received, self.count, elapsed))
        return received

    def _remaining(self) -> float:
        """Return the seconds left for the call, and never 0, which would mean no limit."""
        return max(self.caller.options.timeout - self.spent, 0.001)

    def _was_deleted_before(self, answer: RawAnswer) -> bool:
        """Return whether this is a 404 because an earlier attempt of this DELETE took effect."""
        return answer.status == 404 and self.call.operation.method == "DELETE" and self.call.result is None and self.count > 1

    async def _effect(self, failure: Failure) -> Answer[T] | None:
        """Return the answer if the request took effect, or None if it certainly did not."""
        assert self.check_outcome is not None
        loop = asyncio.get_running_loop()
        started = loop.time()
        try:
            async with asyncio.timeout(self._remaining()):
                answer = await self.check_outcome()
            return answer and attrs.evolve(answer, attempts=self.count)
        except errors.OutcomeUnknownError as error:
            unknown = error
        except (TimeoutError, errors.AstraDevOpsError) as error:
            unknown = self._unknown(failure)
            unknown.add_note(f"the check whether it took effect failed, too: {error or type(error).__name__}")
        finally:
            self.spent += loop.time() - started
        raise unknown from self._refusal(failure)

    async def _wait(self, failure: Failure) -> bool:
        """Sleep before the next attempt; return False if there must not be one."""
        delay = next_attempt(self.caller.options.retry, self.count, failure, self.caller.options.timeout - self.spent)
        if delay is None or not self.caller.budget.take():
            return False
        self.notes.append(f"attempt {self.count}: {failure.reason}; repeated after {delay:.2f} s")
        if observer := observer_or_log(self.caller.observer, logging.WARNING):
            observer(RetryEvent(self.call.operation.id, self.count, delay, failure.reason))
        await self.caller.clock.sleep(delay)
        self.spent += delay
        return True

    def _error(self, failure: Failure) -> errors.AstraDevOpsError:
        """Return the error for a failure after which it is clear what happened."""
        match failure:
            case NotSent(reason=reason):
                message = f"{self.call.operation.id} was not sent: {reason}"
                return errors.RequestNotSentError(message, operation=self.call.operation.id, reason=reason, attempts=self.count)
            case Lost():
                return self._unknown(failure)
            case Refused():
                return read_error(self.call.operation, self.request.target, failure, self.count, secrets_of(self.call.body))
            case Damaged(error=error):
                return error

    def _refusal(self, failure: Failure) -> errors.AstraDevOpsError | None:
        """Return the service's own error, if it answered: the cause of an unknown outcome."""
        return self._error(failure) if isinstance(failure, Refused) else None

    def _unknown(self, failure: Failure) -> errors.OutcomeUnknownError:
        operation = self.call.operation
        advice = _CALL_AGAIN if operation.retry == "safe" else _CHECK_FIRST
        return errors.OutcomeUnknownError(
            f"{operation.id} was sent, but got no usable answer ({failure.reason}); {advice}",
            operation=operation.id,
            reason=failure.reason,
            how_to_find_out=advice,
        )

    def _with_notes(self, error: errors.AstraDevOpsError) -> errors.AstraDevOpsError:
        for note in self.notes:
            error.add_note(note)
        return error


def _response_event(operation: str, received: Received, attempt: int, elapsed: float) -> ResponseEvent:
    if isinstance(received, RawAnswer):
        return ResponseEvent(operation, received.status, None, received.request_id, attempt, elapsed)
    return ResponseEvent(operation, None, received.reason, None, attempt, elapsed)
