"""The error that a call ends with, from what became of its attempts."""

from typing import Any

from astra_devops import errors
from astra_devops._runtime.call import Call
from astra_devops._runtime.details import add_detail
from astra_devops._runtime.explain import how_to_find_out
from astra_devops._runtime.http.transport import Transport
from astra_devops._runtime.outcome import Damaged, Failure, Lost, NotSent, Refused
from astra_devops._runtime.request import Request, secrets_of
from astra_devops._runtime.response import read_error
from astra_devops._runtime.retry import is_ambiguous


class CallErrors:
    """Makes the errors of one call.

    Attributes:
        count: The number of attempts so far.
        too_many: How many of them were refused with 429.
        may_have_effect: Whether a request may have taken effect although its answer was lost.
        last_sent: What became of the last attempt that left this machine.
        history: A line for each repetition.
        stopped: Why there is no further attempt, where that is not a matter of this call alone.
    """

    __slots__ = ("call", "count", "history", "last_sent", "may_have_effect", "request", "stopped", "too_many", "transport")

    def __init__(self, call: Call[Any], request: Request, transport: Transport) -> None:
        self.call = call
        self.request = request
        self.transport = transport
        self.count = 0
        self.too_many = 0
        self.may_have_effect = False
        self.last_sent: Failure | None = None
        self.history: tuple[str, ...] = ()
        self.stopped: str | None = None

    def _error(self, failure: Failure) -> errors.AstraDevOpsError:
        """Return the error that a call ends with."""
        if isinstance(failure, Damaged):
            return failure.error
        if self.may_have_effect and self.call.operation.retry != "read":
            return self._unknown(failure)
        match failure:
            case NotSent(reason=reason) if self.last_sent is not None:
                self.stopped = f"attempt {self.count} was not sent: {reason}"
                self.history += (self.stopped,)
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
        call, origin = self.call, self.transport.origin
        return read_error(call.operation, self.request.target, refused, self.count, self._secrets(), call=call, origin=origin)

    def _secrets(self) -> list[str]:
        """Return the secrets that were sent, to mask them where the service echoes them."""
        return secrets_of(self.call)

    def _cause(self, failure: Failure) -> BaseException | None:
        """Return the cause of the error of a call: the service's error, or the token provider's."""
        if isinstance(failure, NotSent) and self.last_sent is not None:
            return self._cause(self.last_sent)
        if isinstance(failure, NotSent):
            return None if isinstance(failure.cause, errors.ConfigurationError) and not self.may_have_effect else failure.cause
        unknown = self.may_have_effect and self.call.operation.retry != "read"
        return self._refusal(failure) if isinstance(failure, Refused) and unknown else None

    def _unknown(self, failure: Failure) -> errors.OutcomeUnknownError:
        operation, advice = self.call.operation, how_to_find_out(self.call.operation)
        reason = failure.reason if is_ambiguous(failure) else f"an attempt was lost, and the next one ended with: {failure.reason}"
        return errors.OutcomeUnknownError(
            f"{operation.id} was sent, but got no usable answer ({reason}); {advice}",
            operation=operation.id,
            reason=reason,
            how_to_find_out=advice,
        )

    def _with_history(self, error: errors.AstraDevOpsError) -> errors.AstraDevOpsError:
        error.earlier_attempts = self.history
        if self.history:
            add_detail(error, f"attempts: {self.count}")
        if self.stopped:
            add_detail(error, self.stopped)
        if self.too_many > 1:
            add_detail(error, f"the service refused {self.too_many} of them as too many requests, until the time of the call was up")
        return error
