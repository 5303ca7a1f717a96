"""Replies: status, headers and bytes, in every shape in which the service is known to answer."""

from collections.abc import Mapping
from datetime import datetime
from html import escape
from typing import Final

import attrs

from astra_devops._json_bytes import codec

JSON: Final = "application/json"
HTML: Final = "text/html; charset=utf-8"
_TEXT: Final = "text/plain; charset=utf-8"
ZERO_TIME: Final = "0001-01-01T00:00:00Z"
"""Go's zero time, which the service sends where there is no time."""


@attrs.frozen
class Reply:
    """A complete answer."""

    status: int
    body: bytes = b""
    content_type: str = JSON
    headers: Mapping[str, str] = attrs.field(factory=dict)


class Refusal(Exception):
    """An exception that makes an operation answer with an error."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.status)
        self.reply = reply


def json(value: object, status: int = 200) -> Reply:
    """Return a reply with a JSON document."""
    return Reply(status, codec.dumps(value))


def empty(status: int, **headers: str) -> Reply:
    """Return a reply without a body, as the service sends when it has only accepted a request."""
    return Reply(status, headers=headers)


def text(status: int, message: str) -> Reply:
    """Return a reply in plain text."""
    return Reply(status, message.encode(), _TEXT)


def errors(status: int, *problems: tuple[int | None, str]) -> Reply:
    """Return a reply with the usual error document, made of pairs of an id and a message.

    Few ids are publicly known. Other errors have none, which the service does too.
    """
    entries = [{"ID": number, "message": message} if number else {"message": message} for number, message in problems]
    return json({"errors": entries}, status)


def refusal(status: int, message: str) -> Refusal:
    """Return the exception that answers with a single error."""
    return Refusal(errors(status, (None, message)))


def wrong_method(allowed: frozenset[str]) -> Reply:
    """Return the refusal of a method that a path does not accept."""
    return Reply(405, b"Method Not Allowed\n", _TEXT, {"Allow": ", ".join(sorted(allowed))})


def moved(location: str) -> Reply:
    """Return a redirect as the service's router sends it to clean a path with an empty segment."""
    return Reply(301, f'<a href="{escape(location)}">Moved Permanently</a>.\n\n'.encode(), HTML, {"Location": location})


NO_ROUTE: Final = text(404, "404 page not found")
NULL_UNAUTHORIZED: Final = Reply(401, b"null")
INVALID_TOKEN_FORMAT: Final = errors(401, (340012, "invalid token format"))
UNKNOWN_TOKEN: Final = errors(
    401, (340018, "Resource not found: token with identifier: auth-manager returned 404 for call %s/v2/admin/tokens?%s")
)


def timestamp(moment: datetime) -> str:
    """Format a time as the service does: in UTC, with whole seconds."""
    return f"{moment.year:04}-{moment:%m-%dT%H:%M:%SZ}"  # %Y of an early year has fewer digits.
