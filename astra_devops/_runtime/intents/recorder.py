"""Recording the calls that change something: before they are sent, and after their answers."""

from abc import ABC, abstractmethod
from collections.abc import Coroutine, Mapping
from typing import Any, Final, Generic, Protocol, TypeVar

from astra_devops import errors
from astra_devops._runtime import deadline
from astra_devops._runtime.call import Answer, Call, OutcomeCheck
from astra_devops._runtime.deadline import Deadline
from astra_devops._runtime.outcome import Lost
from astra_devops._runtime.request import Request

T = TypeVar("T")

_INTERRUPTED: Final = Lost("the process that sent it ended before it had recorded the answer")


class RecordedCheck(ABC, Generic[T]):
    """An outcome check that compares with facts from before the request.

    A recorder keeps the facts, so that another process can make the check.
    """

    @abstractmethod
    async def __call__(self) -> Answer[T] | None:
        """Check whether the request took effect."""

    @abstractmethod
    async def wait_until_certain(self) -> None:
        """Wait until the check of what another process has sent cannot remain without a result."""

    @abstractmethod
    def facts(self) -> Mapping[str, Any]:
        """Return the facts as JSON values, without secrets."""

    @abstractmethod
    def restore(self, facts: Mapping[str, Any]) -> None:
        """Replace the facts by those that :meth:`facts` has returned in another process."""


class Intent(Protocol):
    """One call that changes something, as recorded before it is sent.

    Attributes:
        answer: The answer, if an earlier process has recorded one. The call is then not sent.
        is_lost: Whether an earlier process may have sent the call, and has recorded no answer.
    """

    answer: Answer[Any] | None
    is_lost: bool

    def landed(self, answer: Answer[Any] | None) -> None:
        """Record that the call took effect; without an answer if that cannot be read."""

    def refused(self) -> None:
        """Record that the call had no effect."""

    def lost(self) -> None:
        """Record nothing: it is not known whether the call took effect."""


class Accepted(Protocol):
    """An operation that the service has accepted."""

    @property
    def resume_token(self) -> str:
        """The token to resume it with."""
        ...

    @property
    def resource_id(self) -> str | None:
        """The id of its resource."""
        ...

    @property
    def done(self) -> bool:
        """Whether it was done at the last poll."""
        ...


class Recorder(Protocol):
    """Records the calls that one item of a fleet run makes.

    Attributes:
        has_sent_changes: Whether the item may have changed something, in an earlier session too.
    """

    has_sent_changes: bool

    async def intend(self, call: Call[Any], request: Request, check_outcome: OutcomeCheck[Any] | None) -> Intent:
        """Record a call that is about to be sent. It must not be sent before this returns."""
        ...

    def requested(self, count: int) -> None:
        """Count the requests that were sent for a call."""

    def accepted(self, operation: Accepted) -> None:
        """Record an operation that the service has accepted."""

    def found(self, operation: Accepted) -> None:
        """Record that what a call was to make exists, so that the call is not sent."""


class Attempts(Protocol[T]):
    """The attempts of one call, as the caller makes them.

    ``lost`` is an earlier attempt of another process, whose answer is not known.
    """

    call: Call[T]
    request: Request
    check_outcome: OutcomeCheck[T] | None
    count: int
    may_have_effect: bool
    lost: Lost | None
    deadline: Deadline

    def carry_out(self) -> Coroutine[Any, Any, Answer[T]]:
        """Return what makes the attempts."""
        ...


async def send_recorded(recorder: Recorder, attempts: Attempts[T]) -> Answer[T]:
    """Carry out a call, and record it if it changes something."""
    if attempts.call.operation.retry == "read":
        try:
            return await attempts.carry_out()
        finally:
            recorder.requested(attempts.count)
    intent = await recorder.intend(attempts.call, attempts.request, attempts.check_outcome)
    if intent.answer is not None:
        return intent.answer
    if intent.is_lost:
        attempts.lost = _INTERRUPTED
        if isinstance(attempts.check_outcome, RecordedCheck):
            with deadline.inside(attempts.deadline), deadline.stopped():
                await attempts.check_outcome.wait_until_certain()
    try:
        answer = await attempts.carry_out()
    except errors.OutcomeUnknownError:
        intent.lost()
        raise
    except errors.ResponseDecodeError:
        intent.landed(None)
        raise
    except errors.AstraDevOpsError:
        intent.refused()
        raise
    except BaseException:
        if attempts.may_have_effect:
            intent.lost()
        else:
            intent.refused()
        raise
    finally:
        recorder.requested(attempts.count)
    intent.landed(answer)
    return answer
