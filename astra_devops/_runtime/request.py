"""Encoding a call as an HTTP request. Pure functions."""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

import attrs

from astra_devops._json.convert import writing
from astra_devops._json_bytes import codec
from astra_devops._runtime.call import Call
from astra_devops._secret import Secret

_NO_HEADERS: Final[Mapping[str, str]] = {}


class Request:
    """A request without its origin and most of its headers, which belong to the client.

    ``target`` is the path and query, quoted. ``sends`` is the media type of the body, ``accepts``
    those of the answer. ``headers`` are those that the operation declares as parameters. ``origin``
    is where the request goes if not to the service.
    """

    __slots__ = ("accepts", "body", "headers", "method", "origin", "sends", "target")

    def __init__(
        self,
        method: str,
        target: str,
        body: bytes | None = None,
        sends: str = "application/json",
        accepts: str = "application/json",
        headers: Mapping[str, str] = _NO_HEADERS,
        origin: str | None = None,
    ) -> None:
        self.method: str = method
        self.target: str = target
        self.body: bytes | None = body
        self.sends: str = sends
        self.accepts: str = accepts
        self.headers: Mapping[str, str] = headers
        self.origin: str | None = origin


def build(call: Call[Any]) -> Request:
    """Encode a call.

    Raises:
        TypeError: An argument has the wrong type; the message names it.
        ValueError: An argument has a value that cannot be sent.
    """
    target = call.path
    if call.query:
        pairs = [pair for name, value in call.query if value is not None for pair in writing.query_pairs(name, value)]
        if pairs:
            target += "?" + "&".join(f"{quote(name, safe='.-_~')}={quote(value, safe='.-_~:,')}" for name, value in pairs)
    body = None if call.body is None else _encode(call.body)
    if isinstance(body, Exception):
        # Without the frames in which it arose: they show parts of the body, as does its context.
        body.__cause__ = body.__context__ = None
        raise body.with_traceback(None)
    operation = call.operation
    headers = _headers(call) if call.headers or call.cookies else _NO_HEADERS
    return Request(operation.method, target, body, operation.sends, operation.accepts, headers, operation.server)


def _headers(call: Call[Any]) -> Mapping[str, str]:
    headers = {name: writing.header_text(name, value) for name, value in call.headers if value is not None}
    cookies = [f"{name}={quote(writing.header_text(name, value))}" for name, value in call.cookies if value is not None]
    if cookies:
        headers["Cookie"] = "; ".join(cookies)
    return headers


def _encode(body: object) -> bytes | TypeError | ValueError:
    """Return the body as JSON, or what is wrong with it."""
    try:
        return codec.dumps(writing.unstructure(body))
    except (TypeError, ValueError) as error:
        return error


def secrets_of(call: Call[Any]) -> list[str]:
    """Return the secrets in a call, to mask them where the service echoes them."""
    return secrets_in((call.body, call.headers, call.cookies))


def secrets_in(value: object) -> list[str]:
    """Return the secrets in a value, as strings."""
    if isinstance(value, Secret):
        return [value.reveal()]
    if isinstance(value, Mapping):
        return [secret for item in value.values() for secret in secrets_in(item)]
    if isinstance(value, (list, tuple)):
        return [secret for item in value for secret in secrets_in(item)]
    cls: type[Any] = type(value)
    if attrs.has(cls):
        return [secret for field in attrs.fields(cls) for secret in secrets_in(getattr(value, field.name))]
    return []
