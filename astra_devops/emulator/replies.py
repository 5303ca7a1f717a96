"""What the emulator answers: status, headers and bytes, in every shape in which the service has been seen to answer."""

from collections.abc import Mapping
from datetime import datetime
from html import escape

import attrs
import orjson

JSON = "application/json"
TEXT = "text/plain; charset=utf-8"
HTML = "text/html; charset=utf-8"
ZERO_TIME = "0001-01-01T00:00:00Z"


@attrs.frozen
class Reply:
    """One answer, complete."""

    status: int
    body: bytes = b""
    content_type: str = JSON
    headers: Mapping[str, str] = attrs.field(factory=dict)


class Refusal(Exception):
    """Raised by an operation to answer with an error instead."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.status)
        self.reply = reply


def json(value: object, status: int = 200) -> Reply:
    """Answer with a JSON document."""
    return Reply(status, orjson.dumps(value))


def empty(status: int, **headers: str) -> Reply:
    """Answer without a body, as the service does wherever it only accepts."""
    return Reply(status, headers=headers)


def text(status: int, message: str) -> Reply:
    """Answer in plain text."""
    return Reply(status, message.encode(), TEXT)


def errors(status: int, *problems: tuple[int | None, str]) -> Reply:
    """Answer with the usual error document, from pairs of an id and a message.

    Few ids are known to the public; where none is, the error goes without one, which the service
    does too.
    """
    listed = [{"ID": number, "message": message} if number else {"message": message} for number, message in problems]
    return json({"errors": listed}, status)


def refusal(status: int, message: str) -> Refusal:
    """Make the exception that answers with one error."""
    return Refusal(errors(status, (None, message)))


def wrong_method(allowed: frozenset[str]) -> Reply:
    """Refuse a method that a path does not know."""
    return Reply(405, b"Method Not Allowed\n", TEXT, {"Allow": ", ".join(sorted(allowed))})


def moved(location: str) -> Reply:
    """Redirect in the way of the service's router, which cleans paths with an empty segment."""
    return Reply(301, f'<a href="{escape(location)}">Moved Permanently</a>.\n\n'.encode(), HTML, {"Location": location})


NO_ROUTE = text(404, "404 page not found")
NULL_UNAUTHORIZED = Reply(401, b"null")
INVALID_TOKEN_FORMAT = errors(401, (340012, "invalid token format"))
UNKNOWN_TOKEN = errors(401, (340018, "Resource not found: token with identifier: auth-manager returned 404 for call %s/v2/admin/tokens?%s"))


def timestamp(moment: datetime) -> str:
    """Spell a time in the way of the service: UTC, whole seconds."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
