"""The loop of attempts around one call: deadline, retries, budget, and the error when there is no answer to give."""

import asyncio
import logging
from collections.abc import Mapping
from typing import Any, Final, NoReturn, TypeVar

import attrs

from astra_devops import errors
from astra_devops._runtime.call import Answer, Call, OutcomeCheck
from astra_devops._runtime.clock import Clock
from astra_devops._runtime.observer import Observer, RequestEvent, ResponseEvent, RetryEvent, observer_or_log
from astra_devops._runtime.request import Request, build, secrets_of
from astra_devops._runtime.response import Raw, read_answer, read_error, retry_after
from astra_devops._runtime.retry import Lost, NotSent, Outcome, Refused, RetryBudget, RetryPolicy, is_ambiguous, next_attempt, next_step
from astra_devops._runtime.token import TokenSource
from astra_devops._runtime.transport import Transport

T = TypeVar("T")

_ONLY_READS: Final = "it only reads, so calling again is safe"
_LOOK_FIRST: Final = "look at the resource before calling again: repeating may do it twice"


@attrs.frozen(kw_only=True)
class Options:
    """What ``with_options`` may change for a view of a client.

    Seconds; ``headers`` go with every request.
    """

    timeout: float
    attempt_timeout: float
    retry: RetryPolicy
    headers: Mapping[str, str] = attrs.field(repr=lambda headers: f"<{len(headers)} headers>")


@attrs.define
class _Progress:
    """Where a call stands.

    ``spent`` counts seconds: of the loop's clock on the wire, of the client's clock between
    attempts.
    """

    attempt: int = 0
    spent: float = 0.0
    notes: list[str] = attrs.field(factory=list)


class Caller:
    """Sends calls for one client or view. What views share stands in the first four."""

    def __init__(
        self,
        transport: Transport,
        token: TokenSource,
        clock: Clock,
        budget: RetryBudget,
        options: Options,
        observer: Observer | None = None,
    ) -> None:
        self.transport = transport
        self.clock = clock
        self.options = options
        self.observer = observer
        self._token = token
        self._budget = budget
        # Headers are composed once per token, not per call: without and with a body.
        self._headers_of: tuple[_Headers, _Headers] = (_Headers(), _Headers())

    def view(self, options: Options, token: TokenSource | None = None) -> "Caller":
        """Make a caller with other options, and with another token if one is given, on the same transport, clock and budget."""
        return Caller(self.transport, token or self._token, self.clock, self._budget, options, self.observer)

    async def pinned(self) -> "Caller":
        """Make a caller that goes on with the token of this moment, whatever its provider returns from now on."""
        return self.view(self.options, TokenSource(await self._token.reveal()))

    async def client_id(self) -> str:
        """Return the client id of the token: its second part."""
        return await self._token.client_id()

    async def send(self, call: Call[T], check_outcome: OutcomeCheck[T] | None = None) -> Answer[T]:
        """Carry out a call: repeat it as its operation permits, within the time of the whole call.

        Raises:
            TypeError, ValueError: an argument is wrong; nothing was sent.
            RequestNotSentError, OutcomeUnknownError, APIStatusError, ResponseDecodeError: as their
                names say.
        """
        request = build(call)
        headers = await self._headers(request)
        progress = _Progress()
        while True:
            outcome = await self._attempt(call, request, headers, progress)
            if isinstance(outcome, Raw):
                if 200 <= outcome.status < 300 or _gone_by_our_hand(call, outcome, progress):
                    answer = await self._read(call, outcome, progress)
                    if answer is None:
                        continue
                    self._budget.earn()
                    return answer
                verdict: Outcome = Refused(outcome.status, retry_after(outcome, self.clock.now()))
            else:
                verdict = outcome
            step = next_step(call.operation.retry, verdict, reconcilable=check_outcome is not None)
            if step == "reconcile" and check_outcome is not None:
                adopted = await self._reconcile(call, check_outcome, verdict, progress, _refusal(call, request, outcome, verdict, progress))
                if adopted is not None:
                    return attrs.evolve(adopted, attempts=progress.attempt)
            if step == "stop" or not await self._wait(call, verdict, progress):
                ambiguous = step != "reconcile" and is_ambiguous(call.operation.retry, verdict)
                self._raise(call, request, outcome, verdict, progress, ambiguous=ambiguous)

    async def wake_request(self, origin: str, target: str) -> Raw | NotSent | Lost:
        """GET a path of another host of the vendor, once, with the token in the header that its data endpoints read."""
        headers = _Headers({**self.options.headers, "Token": await self._token.reveal()})
        return await self.transport.send(Request("GET", target), headers, self.options.attempt_timeout, origin)

    async def _headers(self, request: Request) -> Mapping[str, str]:
        authorization = f"Bearer {await self._token.reveal()}"
        if self._headers_of[0].get("Authorization") != authorization:
            plain = {**self.options.headers, "Authorization": authorization}
            self._headers_of = _Headers(plain), _Headers({**plain, "Content-Type": "application/json"})
        return self._headers_of[request.body is not None]

    async def _attempt(self, call: Call[Any], request: Request, headers: Mapping[str, str], progress: _Progress) -> Raw | NotSent | Lost:
        progress.attempt += 1
        observer = observer_or_log(self.observer)
        if observer:
            observer(RequestEvent(call.operation.id, request.method, request.target.partition("?")[0], progress.attempt))
        loop = asyncio.get_running_loop()
        started = loop.time()
        try:
            limit = min(self.options.attempt_timeout, max(self.options.timeout - progress.spent, 0.001))
            outcome = await self.transport.send(request, headers, limit)
        except asyncio.CancelledError as error:
            if call.operation.retry != "safe":
                error.add_note(f"{call.operation.id} was cancelled while under way and may have taken effect; {_LOOK_FIRST}")
            raise
        elapsed = loop.time() - started
        progress.spent += elapsed
        if observer:
            observer(_response_event(call.operation.id, outcome, progress.attempt, elapsed))
        return outcome

    async def _read(self, call: Call[T], raw: Raw, progress: _Progress) -> Answer[T] | None:
        """Decode a success; None where it is to be asked for again: a compressed body that was cut short is a lost answer in disguise."""
        try:
            return read_answer(call, raw, progress.attempt)
        except errors.ResponseDecodeError as error:
            unreadable = error
        damaged = "content-encoding" in raw.headers and unreadable.pointer is None and not raw.oversized
        if damaged and call.operation.retry == "safe" and await self._wait(call, Lost("the compressed body is damaged"), progress):
            return None
        raise unreadable

    async def _reconcile(
        self, call: Call[T], check_outcome: OutcomeCheck[T], outcome: Outcome, progress: _Progress, refusal: errors.APIStatusError | None
    ) -> Answer[T] | None:
        """Ask whether the lost request took effect, within what is left of the call's time."""
        loop = asyncio.get_running_loop()
        started = loop.time()
        try:
            async with asyncio.timeout(max(self.options.timeout - progress.spent, 0.001)):
                return await check_outcome()
        except errors.OutcomeUnknownError as error:
            unknown = error
        except (TimeoutError, errors.AstraDevOpsError) as error:
            unknown = _unknown(call, outcome)
            unknown.add_note(f"looking for the outcome failed too: {error or type(error).__name__}")
        finally:
            progress.spent += loop.time() - started
        raise unknown from refusal

    async def _wait(self, call: Call[Any], outcome: Outcome, progress: _Progress) -> bool:
        """Sleep before the next attempt; False if there is to be none."""
        delay = next_attempt(self.options.retry, progress.attempt, outcome, self.options.timeout - progress.spent)
        if delay is None or not self._budget.take():
            return False
        reason = _worded(outcome)
        progress.notes.append(f"attempt {progress.attempt}: {reason}; repeated after {delay:.2f} s")
        if observer := observer_or_log(self.observer, logging.WARNING):
            observer(RetryEvent(call.operation.id, progress.attempt, delay, reason))
        await self.clock.sleep(delay)
        progress.spent += delay
        return True

    def _raise(
        self, call: Call[Any], request: Request, outcome: Raw | NotSent | Lost, verdict: Outcome, progress: _Progress, *, ambiguous: bool
    ) -> NoReturn:
        """Raise what the last outcome means; where it is ambiguous, the service's own error is the cause."""
        error: errors.AstraDevOpsError
        operation = call.operation
        refusal = _refusal(call, request, outcome, verdict, progress)
        match outcome:
            case NotSent(reason=reason):
                message = f"{operation.id} was not sent: {reason}"
                error = errors.RequestNotSentError(message, operation=operation.id, reason=reason, attempts=progress.attempt)
            case _:
                error = refusal if refusal is not None and not ambiguous else _unknown(call, verdict)
        for note in progress.notes:
            error.add_note(note)
        raise error from (refusal if ambiguous else None)


def _refusal(
    call: Call[Any], request: Request, outcome: Raw | NotSent | Lost, verdict: Outcome, progress: _Progress
) -> errors.APIStatusError | None:
    if not isinstance(outcome, Raw):
        return None
    wait = verdict.retry_after if isinstance(verdict, Refused) else None
    return read_error(call.operation, request.target, outcome, progress.attempt, wait=wait, secrets=secrets_of(call.body))


def _unknown(call: Call[Any], outcome: Outcome) -> errors.OutcomeUnknownError:
    advice = _ONLY_READS if call.operation.retry == "safe" else _LOOK_FIRST
    reason = _worded(outcome)
    return errors.OutcomeUnknownError(
        f"{call.operation.id} was sent, but got no usable answer ({reason}); {advice}",
        operation=call.operation.id,
        reason=reason,
        how_to_find_out=advice,
    )


def _gone_by_our_hand(call: Call[Any], raw: Raw, progress: _Progress) -> bool:
    """Tell whether a 404 means that a repeated DELETE had done its work the first time."""
    return raw.status == 404 and call.operation.method == "DELETE" and call.result is None and progress.attempt > 1


class _Headers(dict[str, str]):
    """Headers that carry the token: their repr, which a traceback with local variables would print, shows names only."""

    def __repr__(self) -> str:
        return f"<headers {', '.join(self)}>"


def _worded(outcome: Outcome) -> str:
    match outcome:
        case Refused(status=status):
            return f"status {status}"
        case NotSent(reason=reason) | Lost(reason=reason):
            return reason


def _response_event(operation: str, outcome: Raw | NotSent | Lost, attempt: int, elapsed: float) -> ResponseEvent:
    if isinstance(outcome, Raw):
        return ResponseEvent(operation, outcome.status, None, outcome.request_id, attempt, elapsed)
    return ResponseEvent(operation, None, outcome.reason, None, attempt, elapsed)
