"""Every exception of this package.

::

    AstraDevOpsError
    ├── ConfigurationError             a setting is missing or wrong; nothing was tried
    ├── RequestNotSentError            DNS, connect, TLS, pool: nothing left this machine, so repeating is safe
    ├── OutcomeUnknownError            sent, but no usable answer: it may or may not have taken effect
    ├── APIStatusError                 the service answered with an error status
    │   ├── BadRequestError            400
    │   ├── AuthenticationError        401
    │   ├── PermissionDeniedError      403, or 401 with the body ``null``
    │   ├── NotFoundError              404
    │   ├── ConflictError              409: busy, or exists already
    │   ├── UnprocessableError         422
    │   ├── RateLimitedError           429
    │   └── ServerError                5xx
    ├── ResponseDecodeError            answered with success, but not readable
    ├── AmbiguousNameError             a name stands for several resources
    ├── OperationFailedError           accepted, then failed
    └── OperationTimeoutError          accepted, still not done

A wrong argument is none of these: it raises ``ValueError`` or ``TypeError`` before anything is
sent. Every exception here survives ``pickle`` and ``copy``; none shows a secret in its text.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from astra_devops._secret import SecretBytes

__all__ = [
    "APIStatusError",
    "AmbiguousNameError",
    "AstraDevOpsError",
    "AuthenticationError",
    "BadRequestError",
    "ConfigurationError",
    "ConflictError",
    "ErrorDetail",
    "NotFoundError",
    "OperationFailedError",
    "OperationSnapshot",
    "OperationTimeoutError",
    "OutcomeUnknownError",
    "PermissionDeniedError",
    "RateLimitedError",
    "RequestNotSentError",
    "ResponseDecodeError",
    "ServerError",
    "StatusChange",
    "UnprocessableError",
]


class ErrorDetail(NamedTuple):
    """One error as the service words it.

    ``id`` is the service's own number, such as 340018 for an unknown token.
    """

    id: int | None
    message: str


class StatusChange(NamedTuple):
    """A status that a wait has seen for the first time, ``elapsed`` seconds after the wait began."""

    status: str
    elapsed: float


class OperationSnapshot(NamedTuple):
    """What is known of an accepted operation: plain values, so that it can be logged, pickled and taken up elsewhere.

    ``resume_token`` goes to ``client.resume``, in this process or another. ``elapsed`` is in
    seconds.
    """

    kind: str
    ids: Mapping[str, str]
    status: str | None
    history: tuple[StatusChange, ...]
    elapsed: float
    polls: int
    resume_token: str


class AstraDevOpsError(Exception):
    """Base of every exception of this package."""

    def __reduce__(self) -> tuple[Any, ...]:
        return (_rebuild, (type(self), self.args, self.__dict__))


class ConfigurationError(AstraDevOpsError):
    """A setting is missing or wrong: no token, a malformed one, plain http to a remote host.

    Nothing was tried.
    """


class RequestNotSentError(AstraDevOpsError):
    """The request did not leave this machine: name resolution, connecting, TLS, or no free connection in time. Repeating it is safe.

    Attributes:
        operation: the operation id, such as ``createDatabase``.
        reason: what stood in the way.
        attempts: how many times it was tried.
    """

    def __init__(self, message: str, *, operation: str, reason: str, attempts: int) -> None:
        super().__init__(message)
        self.operation = operation
        self.reason = reason
        self.attempts = attempts


class OutcomeUnknownError(AstraDevOpsError):
    """The request was sent and no usable answer came: it may have taken effect.

    It was not repeated, since that could do it twice.

    Attributes:
        operation: the operation id.
        reason: what happened instead of an answer.
        how_to_find_out: what to look at before trying again.
        candidates: ids of resources that may be the outcome; empty if none was found or could be
            looked for.
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
        operation: the operation id.
        status: the HTTP status.
        errors: what the service said, one entry per error; empty if the body said nothing readable.
        body: the raw body; ``.reveal()`` shows it.
        headers: the answer's headers, names in lower case.
        request_id: the id that the service gave the request, to quote to its support.
        permissions: what the operation needs of a token's roles.
        attempts: how many requests were made.
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


class BadRequestError(APIStatusError):
    """400: the service rejects the request as it is."""


class AuthenticationError(APIStatusError):
    """401: the token is missing, malformed, unknown or revoked."""


class PermissionDeniedError(APIStatusError):
    """403, or 401 with the body ``null``, which is how the service says that the token's roles do not suffice."""


class NotFoundError(APIStatusError):
    """404: there is no such resource, or the token may not see it."""


class ConflictError(APIStatusError):
    """409: the resource is busy (its database is in MAINTENANCE, or somebody else is changing it), or it exists already."""


class UnprocessableError(APIStatusError):
    """422: the request is well formed, but what it asks for is not possible."""


class RateLimitedError(APIStatusError):
    """429: too many requests.

    ``retry_after`` is what the service asked to wait, in seconds, if it did.
    """

    retry_after: float | None = None


class ServerError(APIStatusError):
    """5xx: the service, or a proxy before it, failed."""


class ResponseDecodeError(AstraDevOpsError):
    """The service answered with success, but with what cannot be read.

    Attributes:
        operation: the operation id.
        status: the HTTP status; the request has taken effect.
        pointer: JSON pointer to the place that is wrong; None if the body is no JSON at all.
        body: the raw body; ``.reveal()`` shows it.
        request_id: the id that the service gave the request.
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
    """A name stands for several resources. Names are not unique in this service; ids are.

    Attributes:
        name: the name looked for.
        ids: the ids that bear it.
    """

    def __init__(self, message: str, *, name: str, ids: Sequence[str]) -> None:
        super().__init__(message)
        self.name = name
        self.ids: tuple[str, ...] = tuple(ids)


class _OperationError(AstraDevOpsError):
    """Base of what a wait may raise; carries what is known of the operation."""

    def __init__(self, message: str, *, snapshot: OperationSnapshot) -> None:
        super().__init__(message)
        self.snapshot = snapshot

    @property
    def kind(self) -> str:
        """What was asked for, such as ``databases.create``."""
        return self.snapshot.kind

    @property
    def last_status(self) -> str | None:
        """The status seen last."""
        return self.snapshot.status

    @property
    def history(self) -> tuple[StatusChange, ...]:
        """The statuses seen, each with the seconds at which it was first seen."""
        return self.snapshot.history

    @property
    def elapsed(self) -> float:
        """Seconds waited."""
        return self.snapshot.elapsed

    @property
    def resume_token(self) -> str:
        """Give this to ``client.resume`` to go on waiting, here or in another process."""
        return self.snapshot.resume_token


class OperationFailedError(_OperationError):
    """The service accepted the operation, and then it failed: the resource is in a state that does not lead to the goal."""


class OperationTimeoutError(_OperationError):
    """The operation is accepted and still not done when the wait's time is up.

    It goes on at the service; resume the wait if you like.
    """


def _rebuild(cls: type[AstraDevOpsError], args: tuple[Any, ...], state: dict[str, Any]) -> AstraDevOpsError:
    error = cls.__new__(cls, *args)
    error.args = args
    error.__dict__.update(state)
    return error
