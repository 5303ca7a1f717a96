"""The outcomes of one attempt to send a request: an answer, or one of four failures.

These classes and those of calls and requests have no comparison and no repr of their own: attrs
would make them in half a millisecond for each class, in every program that imports the client.
"""

from collections.abc import Mapping
from typing import Final

import attrs

from astra_devops.errors import ResponseDecodeError

_REQUEST_ID_HEADERS: Final = ("x-request-id", "x-datastax-request-id", "x-amzn-requestid", "request-id")


@attrs.define(eq=False, repr=False)
class RawAnswer:
    """An answer before decoding: header names in any case, the body decompressed.

    ``oversized`` means that the body was cut at the size limit.
    """

    status: int
    # rich shows fields in its tracebacks, whatever the repr of the class.
    headers: Mapping[str, str] = attrs.field(repr=False)
    body: bytes = attrs.field(repr=False)
    oversized: bool = False

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


@attrs.define(eq=False, repr=False)
class NotSent:
    """The request did not leave this machine.

    ``final`` means that a second attempt would end the same way: an untrusted certificate, a proxy
    that demands a password. ``is_local`` means that the fault is on this side, such as that no
    connection came free. ``cause`` is an exception of the user's code.
    """

    reason: str
    final: bool = False
    is_local: bool = False
    cause: BaseException | None = None


@attrs.define(eq=False, repr=False)
class Lost:
    """The request was sent, in whole or in part, and no usable answer came."""

    reason: str


@attrs.define(eq=False, repr=False)
class Refused:
    """The service answered with an error status.

    ``retry_after`` has the seconds that it asked to wait.
    """

    answer: RawAnswer
    retry_after: float | None = None

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.answer.status

    @property
    def reason(self) -> str:
        """The status in words."""
        return f"status {self.answer.status}"


@attrs.define(eq=False, repr=False)
class Damaged:
    """The service answered with success, but the compressed body is cut short or corrupt."""

    error: ResponseDecodeError

    @property
    def reason(self) -> str:
        """The failure in words."""
        return "the compressed body is damaged"


Received = RawAnswer | NotSent | Lost
"""What the transport makes of one request."""

Failure = NotSent | Lost | Refused | Damaged
"""What ends an attempt without a usable answer. Each has a ``reason`` in words."""
