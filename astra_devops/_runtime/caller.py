"""Sending the calls of one client or view: its token, options, and what views share."""

from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any, TypeVar

import attrs

from astra_devops._first_use import importing
from astra_devops._runtime.attempts import Attempts
from astra_devops._runtime.auth.ask_auth import answer_of, ask
from astra_devops._runtime.auth.protocol import Auth, SecretHeaders
from astra_devops._runtime.call import Answer, Call, OutcomeCheck
from astra_devops._runtime.clock import Clock, running_loop
from astra_devops._runtime.deadline import Deadline
from astra_devops._runtime.http.transport import Transport
from astra_devops._runtime.intents.current import current
from astra_devops._runtime.no_copies import NoCopies
from astra_devops._runtime.options import OperationsOfClient, Options, Shared
from astra_devops._runtime.outcome import NotSent, Received
from astra_devops._runtime.request import Request, build

if TYPE_CHECKING:
    from astra_devops._runtime.events import Observer

T = TypeVar("T")


class Caller(NoCopies):
    """Sends the calls of one client or view. Views share everything but the options."""

    def __init__(
        self,
        transport: Transport,
        auth: Auth,
        clock: Clock,
        options: Options,
        observer: "Observer | None",
        shared: Shared,
    ) -> None:
        self.transport = transport
        self.auth = auth
        self.clock = clock
        self.options = options
        self.observer = observer
        self.shared = shared
        # Composed once for each credential instead of for each call: without and with a body.
        self._composed_from: SecretHeaders | None = None
        self._composed: dict[tuple[str, str | None], SecretHeaders] = {}

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

    def send(self, call: Call[T], check_outcome: OutcomeCheck[T] | None = None) -> Coroutine[Any, Any, Answer[T]]:
        """Carry out a call: repeat it as its operation permits, within the time limit of the call.

        Its arguments are encoded at once, and the rest is done when the result is awaited.

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
        if call.operation.retry != "read" and (operations := self.shared.operations) is not None:
            operations.prepare()
            if call.operation.lane is not None:
                return self._send_in_turn(operations, call, request, check_outcome)
        return self._send_now(call, request, check_outcome)

    async def _send_in_turn(
        self, operations: OperationsOfClient, call: Call[T], request: Request, check_outcome: OutcomeCheck[T] | None
    ) -> Answer[T]:
        async with operations.turn(call, self.options.lane_timeout):
            return await self._send_now(call, request, check_outcome)

    def _send_now(self, call: Call[T], request: Request, check_outcome: OutcomeCheck[T] | None) -> Coroutine[Any, Any, Answer[T]]:
        attempts = Attempts(self, call, request, check_outcome, Deadline(self.options.timeout))
        if (recorder := current.get()) is None:
            return attempts.carry_out()
        with importing:
            from astra_devops._runtime.intents.recorder import send_recorded
        return send_recorded(recorder, attempts)

    async def wake_request(self, origin: str, target: str) -> Received:
        """Send a GET request to the data endpoint of a database, once."""
        limit = Deadline(self.options.attempt_timeout)
        auth_headers = await ask(self.auth, self.auth.data_headers(), limit)
        if isinstance(auth_headers, NotSent):
            return auth_headers
        headers = SecretHeaders({**self.options.plain_headers(), **auth_headers})
        return await self.transport.send(Request("GET", target), headers, limit.limit(self.options.attempt_timeout), origin)

    def headers(self, auth_headers: SecretHeaders, request: Request) -> SecretHeaders:
        """Return the headers of a request, with those of the authentication."""
        if auth_headers is not self._composed_from:
            self._composed, self._composed_from = {}, auth_headers
        kinds = request.accepts, None if request.body is None else request.sends
        headers = self._composed.get(kinds)
        if headers is None:
            own = {**self.options.plain_headers(), **auth_headers}
            if not any(name.lower() == "accept" for name in own):
                own["Accept"] = request.accepts
            if request.body is not None:
                own["Content-Type"] = request.sends
            headers = self._composed[kinds] = SecretHeaders(own)
        return SecretHeaders({**headers, **request.headers}) if request.headers else headers
