"""The outcomes of one attempt to send a request: an answer, or one of four failures.

These classes, and those of calls, requests and answers, are plain: attrs would take half a
millisecond for each of them, in every program that imports the client.
"""

from collections.abc import Mapping
from typing import Final

from astra_devops.errors import ResponseDecodeError

_REQUEST_ID_HEADERS: Final = ("x-request-id", "x-datastax-request-id", "x-amzn-requestid", "request-id")


class RawAnswer:
    """An answer before decoding: header names in any case, the body decompressed.

    ``oversized`` means that the body was cut at the size limit.
    """

    __slots__ = ("body", "headers", "oversized", "status")

    def __init__(self, status: int, headers: Mapping[str, str], body: bytes, oversized: bool = False) -> None:
        self.status: int = status
        self.headers: Mapping[str, str] = headers
        self.body: bytes = body
        self.oversized: bool = oversized

    @property
    def request_id(self) -> str | None:
        """The service's id of the request."""
        return request_id_of(self.headers)


def request_id_of(headers: Mapping[str, str]) -> str | None:
    """Return the service's id of a request."""
    for name in _REQUEST_ID_HEADERS:
        if value := headers.get(name):
            return value
    return None


class NotSent:
    """The request did not leave this machine.

    ``final`` means that a second attempt would end the same way: an untrusted certificate, a proxy
    that demands a password. ``is_local`` means that the fault is on this side, such as that no
    connection came free. ``cause`` is an exception of the user's code.
    """

    __slots__ = ("cause", "final", "is_local", "reason")

    def __init__(self, reason: str, final: bool = False, is_local: bool = False, cause: BaseException | None = None) -> None:
        self.reason: str = reason
        self.final: bool = final
        self.is_local: bool = is_local
        self.cause: BaseException | None = cause


class Lost:
    """The request was sent, in whole or in part, and no usable answer came."""

    __slots__ = ("reason",)

    def __init__(self, reason: str) -> None:
        self.reason: str = reason


class Refused:
    """The service answered with an error status.

    ``retry_after`` has the seconds that it asked to wait.
    """

    __slots__ = ("answer", "retry_after")

    def __init__(self, answer: RawAnswer, retry_after: float | None = None) -> None:
        self.answer: RawAnswer = answer
        self.retry_after: float | None = retry_after

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.answer.status

    @property
    def reason(self) -> str:
        """The status in words."""
        return f"status {self.answer.status}"


class Damaged:
    """The service answered with success, but the compressed body is cut short or corrupt."""

    __slots__ = ("error",)

    def __init__(self, error: ResponseDecodeError) -> None:
        self.error: ResponseDecodeError = error

    @property
    def reason(self) -> str:
        """The failure in words."""
        return "the compressed body is damaged"


Received = RawAnswer | NotSent | Lost
"""What the transport makes of one request."""

Failure = NotSent | Lost | Refused | Damaged
"""What ends an attempt without a usable answer. Each has a ``reason`` in words."""
