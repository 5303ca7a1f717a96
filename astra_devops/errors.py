"""All exceptions of this package.

::

    AstraDevOpsError
    ├── ConfigurationError         a setting is missing or wrong; nothing was sent
    ├── RequestNotSentError        DNS, connection, TLS or pool: nothing was sent, so retry freely
    ├── OutcomeUnknownError        sent, but no usable answer came: it may have taken effect
    ├── APIStatusError             the service answered with an error status
    │   ├── BadRequestError        400
    │   ├── AuthenticationError    401
    │   ├── PermissionDeniedError  403, or 401 with the body ``null``
    │   ├── NotFoundError          404
    │   ├── ConflictError          409
    │   │   ├── AlreadyExistsError     what the request would create exists
    │   │   └── BusyError              the resource is being changed, or in a state that forbids it
    │   ├── UnprocessableError     422
    │   ├── RateLimitedError       429
    │   └── ServerError            5xx
    ├── ResponseDecodeError        a success whose body cannot be read
    ├── AmbiguousNameError         several resources have the name
    ├── DriftError                 it exists, and differs from what was asked for
    ├── OutdatedPlanError          a fact that a plan relies on holds no longer
    ├── OperationFailedError       accepted, then failed
    ├── OperationTimeoutError      accepted, and not finished in time
    ├── OperationGroupError        some of several operations failed; also an ExceptionGroup
    └── JournalError               the journal of a fleet run cannot be used
        ├── JournalInUseError      another process runs it
        └── ReplayError            an interrupted item cannot be continued as recorded

A wrong argument raises ``ValueError`` or ``TypeError`` instead, before anything is sent. Every
exception here can be pickled and copied, and none shows a secret in its text.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Self

from astra_devops._error_values import Difference, ErrorDetail, OperationOutcome, OperationSnapshot, StatusChange
from astra_devops._secret import SecretBytes

__all__ = [
    "APIStatusError",
    "AlreadyExistsError",
    "AmbiguousNameError",
    "AstraDevOpsError",
    "AuthenticationError",
    "BadRequestError",
    "BusyError",
    "ConfigurationError",
    "ConflictError",
    "Difference",
    "DriftError",
    "ErrorDetail",
    "JournalError",
    "JournalInUseError",
    "NotFoundError",
    "OperationFailedError",
    "OperationGroupError",
    "OperationOutcome",
    "OperationSnapshot",
    "OperationTimeoutError",
    "OutcomeUnknownError",
    "OutdatedPlanError",
    "PermissionDeniedError",
    "RateLimitedError",
    "ReplayError",
    "RequestNotSentError",
    "ResponseDecodeError",
    "ServerError",
    "StatusChange",
    "UnprocessableError",
]


class AstraDevOpsError(Exception):
    """The base class of every exception in this package.

    The message has everything that you need to know, so it is the last line of a traceback.

    Attributes:
        earlier_attempts: What happened in the attempts before the last one, a line for each.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.earlier_attempts: tuple[str, ...] = ()
        # Python makes the list with the first note. Those who read notes need not check for it.
        self.__notes__: list[str] = []

    def __reduce__(self) -> tuple[Any, ...]:
        return (_rebuild, (type(self), self.args, self.__dict__))


class ConfigurationError(AstraDevOpsError):
    """A setting is missing or wrong, such as the token. Nothing was sent."""


class RequestNotSentError(AstraDevOpsError):
    """The request did not leave this machine, so sending it again is safe.

    The cause is name resolution, connecting, TLS, or that no connection became free in time.

    Attributes:
        operation: The operation id, such as ``createDatabase``.
        reason: Why it was not sent.
        attempts: The number of attempts.
        is_final: Whether another attempt right now would end the same way, as with an untrusted
            certificate, a proxy that demands a password, or a service that is known to be down.
    """

    def __init__(self, message: str, *, operation: str, reason: str, attempts: int, is_final: bool = False) -> None:
        super().__init__(message)
        self.operation = operation
        self.reason = reason
        self.attempts = attempts
        self.is_final = is_final


class OutcomeUnknownError(AstraDevOpsError):
    """The request was sent, but no usable answer came: it may or may not have taken effect.

    A write that could take effect twice is not sent again.

    Attributes:
        operation: The operation id.
        reason: What happened instead of an answer.
        how_to_find_out: What to check before calling again.
        candidates: Ids of resources that the request may have created; empty if there are none or
            the client could not look for them.
    """

    def __init__(self, message: str, *, operation: str, reason: str, how_to_find_out: str, candidates: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.operation = operation
        self.reason = reason
        self.how_to_find_out = how_to_find_out
        self.candidates: tuple[str, ...] = tuple(candidates)


class APIStatusError(AstraDevOpsError):
    """The service answered with an error status.

    Attributes:
        operation: The operation id.
        status: The HTTP status.
        errors: The errors in the body; empty if the body has none that can be read.
        body: The raw body; ``.reveal()`` returns it.
        headers: The headers of the answer, with names in lower case.
        request_id: The service's id of the request, to quote to its support.
        permissions: The permissions that the operation needs.
        attempts: The number of requests that were sent.
        retry_after: The seconds that the service asked to wait before the next request, if it did.
    """

    def __init__(
        self,
        message: str,
        *,
        operation: str,
        status: int,
        errors: Sequence[ErrorDetail] = (),
        body: SecretBytes | None = None,
        headers: Mapping[str, str] | None = None,
        request_id: str | None = None,
        permissions: Sequence[str] = (),
        attempts: int = 1,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.operation = operation
        self.status = status
        self.errors: tuple[ErrorDetail, ...] = tuple(errors)
        self.body: SecretBytes = body if body is not None else SecretBytes(b"")
        self.headers: dict[str, str] = dict(headers or {})
        self.request_id = request_id
        self.permissions: tuple[str, ...] = tuple(permissions)
        self.attempts = attempts
        self.retry_after = retry_after


class BadRequestError(APIStatusError):
    """400: the request is invalid."""


class AuthenticationError(APIStatusError):
    """401: the token is missing, malformed, unknown or revoked."""


class PermissionDeniedError(APIStatusError):
    """403, or 401 with the body ``null``: the token's roles lack a permission.

    The service answers either way, depending on the operation.
    """


class NotFoundError(APIStatusError):
    """404: the resource does not exist, or the token has no access to it."""


class ConflictError(APIStatusError):
    """409: the resource already exists, or is busy.

    It is one of the two classes below where the operation or the words of the service say which.
    """


class AlreadyExistsError(ConflictError):
    """409: what the request would create exists already. Repeating it does not help."""


class BusyError(ConflictError):
    """409: the resource cannot be changed now.

    Its database is in MAINTENANCE or not running, or another client is changing it. Calls that wait
    for a busy database have done so before they raise this.
    """


class UnprocessableError(APIStatusError):
    """422: the request is well formed, but cannot be carried out."""


class RateLimitedError(APIStatusError):
    """429: too many requests. ``retry_after`` has the seconds to wait, if the service sent them.

    The client repeats such a request until the ``timeout`` of the call is up, or would be during
    the wait that the service asks for.
    """


class ServerError(APIStatusError):
    """5xx: the service, or a proxy in front of it, failed."""


class ResponseDecodeError(AstraDevOpsError):
    """The request succeeded, but the body of the answer does not match the contract.

    Attributes:
        operation: The operation id.
        status: The HTTP status. The request has taken effect.
        pointer: The JSON pointer to the value that does not match; None if the body is not JSON.
        body: The raw body; ``.reveal()`` returns it.
        request_id: The service's id of the request.
    """

    def __init__(
        self, message: str, *, operation: str, status: int, pointer: str | None, body: SecretBytes, request_id: str | None = None
    ) -> None:
        super().__init__(message)
        self.operation = operation
        self.status = status
        self.pointer = pointer
        self.body = body
        self.request_id = request_id


class AmbiguousNameError(AstraDevOpsError):
    """Several resources have the name. Names are not unique in this service; ids are.

    Attributes:
        name: The name that was looked up.
        ids: The ids of the resources that have it.
    """

    def __init__(self, message: str, *, name: str, ids: Sequence[str]) -> None:
        super().__init__(message)
        self.name = name
        self.ids: tuple[str, ...] = tuple(ids)

    @classmethod
    def of(cls, kind: str, name: str, ids: Sequence[str]) -> Self:
        """Return the error for several resources of a kind, such as ``databases``."""
        return cls(f"{len(ids)} {kind} match {name!r}: {', '.join(ids)}; use an id instead", name=name, ids=ids)


class DriftError(AstraDevOpsError):
    """What should be ensured exists already, and differs from what was asked for. It is left alone.

    Attributes:
        id: The id of what exists.
        differences: Each field that differs, with both values and what to call to change it.
    """

    def __init__(self, message: str, *, id: str, differences: Sequence[Difference]) -> None:
        super().__init__(message)
        self.id = id
        self.differences: tuple[Difference, ...] = tuple(differences)

    @classmethod
    def of(cls, kind: str, name: str, id: str, differences: Sequence[Difference]) -> Self:
        """Return the error for a resource of a kind, such as ``database``."""
        return cls(f"the {kind} {name!r} exists ({id}), and differs: {'; '.join(map(str, differences))}", id=id, differences=differences)


class OutdatedPlanError(AstraDevOpsError):
    """A plan cannot be applied to a resource: a fact that it relies on holds no longer.

    The message names the fact. Nothing was changed since the plan was made, except by others.
    """


class _OperationError(AstraDevOpsError):
    """The base class of errors raised by a wait, with the last known state in ``snapshot``."""

    def __init__(self, message: str, *, snapshot: OperationSnapshot) -> None:
        super().__init__(message)
        self.snapshot = snapshot

    @property
    def kind(self) -> str:
        """The kind of operation, such as ``databases.create``."""
        return self.snapshot.kind

    @property
    def last_status(self) -> str | None:
        """The last status seen."""
        return self.snapshot.status

    @property
    def history(self) -> tuple[StatusChange, ...]:
        """The statuses seen, each with the seconds after which it was first seen."""
        return self.snapshot.history

    @property
    def elapsed(self) -> float:
        """The seconds waited."""
        return self.snapshot.elapsed

    @property
    def resume_token(self) -> str:
        """The token for ``client.resume``, to continue waiting here or in another process."""
        return self.snapshot.resume_token


class OperationFailedError(_OperationError):
    """The operation was accepted, then failed: the resource cannot reach the requested state."""


class OperationTimeoutError(_OperationError):
    """The operation was accepted, but has not finished within the timeout of the wait.

    The service continues to work on it. Use ``resume_token`` to wait again.
    """


class OperationGroupError(AstraDevOpsError, ExceptionGroup[Exception]):
    """Some of several operations failed, or did not finish. The others have ended well.

    Attributes:
        outcomes: How each has ended, in their order: with the resource as ``value``, or with
            ``error``. The ``snapshot`` has the ids and the resume token.
    """

    def __new__(cls, message: str, exceptions: Sequence[Exception], **outcomes: Sequence[OperationOutcome]) -> Self:
        return super().__new__(cls, message, exceptions)

    def __init__(self, message: str, exceptions: Sequence[Exception], *, outcomes: Sequence[OperationOutcome]) -> None:
        super().__init__(message)
        self.args: tuple[Any, ...] = (message, exceptions)
        self.outcomes: tuple[OperationOutcome, ...] = tuple(outcomes)


class JournalError(AstraDevOpsError):
    """The journal of a fleet run cannot be used: it is damaged, of another run, or not writable."""


class JournalInUseError(JournalError):
    """Another process, or another run of this one, is using the journal.

    Attributes:
        pid: The process that uses it.
        host: The machine of that process.
        since: When it began to use it, in UTC, as ISO 8601.
    """

    def __init__(self, message: str, *, pid: int, host: str, since: str) -> None:
        super().__init__(message)
        self.pid = pid
        self.host = host
        self.since = since


class ReplayError(JournalError):
    """An item that was interrupted cannot be continued as the journal has recorded it.

    The work function makes other calls than before, or the answer of a call that took effect held a
    secret, which is never recorded. The message says what to do.
    """


def _rebuild(cls: type[AstraDevOpsError], args: tuple[Any, ...], state: dict[str, Any]) -> AstraDevOpsError:
    error = cls.__new__(cls, *args)
    error.args = args
    error.__dict__.update(state)
    return error
