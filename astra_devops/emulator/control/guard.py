"""Who may control an emulator: programs with its token, and its own page in a browser."""

import base64
import binascii
import hmac
import secrets
from collections.abc import Mapping
from urllib.parse import urlsplit

import attrs

from astra_devops.emulator import replies


class Guard:
    """Checks requests that change an emulator.

    A browser sends what it knows to any page that asks, so a request of the page needs more than
    the emulator's token: it must come from the page itself, which alone has ``form_token``.
    """

    def __init__(self) -> None:
        self.form_token: str = secrets.token_urlsafe(16)

    def refuse_program(self, headers: Mapping[str, str], token: str) -> replies.Reply | None:
        """Return the refusal of a request without the emulator's token as a bearer token."""
        scheme, _, value = headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "bearer" and _is_same(value.strip(), token):
            return None
        message = "Controlling the emulator needs the header Authorization: Bearer with its token, the one that it prints when it starts."
        return _refusal(401, message, {"WWW-Authenticate": "Bearer"})

    def refuse_page(self, headers: Mapping[str, str], form_token: str, token: str) -> replies.Reply | None:
        """Return the refusal of a form that another page has sent, or a user without the token."""
        site, origin = headers.get("Sec-Fetch-Site", "same-origin"), headers.get("Origin")
        is_foreign = origin is not None and urlsplit(origin).netloc != headers.get("Host")
        if site != "same-origin" or is_foreign or not _is_same(form_token, self.form_token):
            return _refusal(403, "The form did not come from the page of this emulator. Load /_emulator again, and use its buttons.")
        if _is_same(_password(headers), token):
            return None
        message = "The buttons need the emulator's token as the password. The user name can be anything."
        return _refusal(401, message, {"WWW-Authenticate": 'Basic realm="Astra emulator: its token is the password", charset="UTF-8"'})


def _password(headers: Mapping[str, str]) -> str:
    scheme, _, value = headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(value, validate=True).decode().partition(":")[2]
    except (binascii.Error, ValueError):
        return ""


def _is_same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(errors="replace"), other.encode(errors="replace"))


def _refusal(status: int, message: str, headers: Mapping[str, str] | None = None) -> replies.Reply:
    return attrs.evolve(replies.errors(status, (None, message)), headers={"Cache-Control": "no-store", **(headers or {})})
