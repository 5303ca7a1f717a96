"""Errors of one request: not sent, refused, or without a usable answer."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from astra_devops._secret import SecretBytes
from astra_devops.errors.base import AstraDevOpsError

if TYPE_CHECKING:
    from astra_devops.errors.values import ErrorDetail


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
        errors: "Sequence[ErrorDetail]" = (),
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
