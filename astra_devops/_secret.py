"""Values that must not leak: secret strings, raw bodies, and fields with unknown content."""

import base64
import json
import re
import unicodedata
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping
from functools import wraps
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, ParamSpec, TypeVar
from urllib.parse import quote, quote_plus

from astra_devops._first_use import ModuleOnFirstUse

if TYPE_CHECKING:
    import hmac
else:
    hmac = ModuleOnFirstUse("hmac")

P = ParamSpec("P")
T = TypeVar("T")

MASK: Final = "**********"


class Secret:
    """A string that is shown only on request.

    ``repr``, ``str`` and f-strings show a mask. A pickled or copied secret is *redacted*, and its
    :meth:`reveal` raises: a secret that reaches a log, a cache or a job queue by accident is empty
    there.

    >>> token = Secret("AstraCS:...")
    >>> token
    Secret('**********')
    >>> token.reveal()
    'AstraCS:...'
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        if not isinstance(value, str):
            raise TypeError(f"value must be a string, not {type(value).__name__}")
        self._value: str | None = value

    def reveal(self) -> str:
        """Return the string.

        Raises:
            ValueError: The secret is redacted: it was pickled or copied, or the service does not
                reveal it.
        """
        if self._value is None:
            raise ValueError("this secret is redacted: it was pickled or copied, or the service does not reveal it")
        return self._value

    def __repr__(self) -> str:
        return f"Secret('{MASK}')"

    def __str__(self) -> str:
        return MASK

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        if self._value is None or other._value is None:
            return self is other
        return hmac.compare_digest(self._value.encode(), other._value.encode())

    def __hash__(self) -> int:
        return hash((Secret, self._value))

    def __bool__(self) -> bool:
        return bool(self._value)

    def __reduce__(self) -> tuple[object, ...]:
        return (redacted_secret, ())


class SecretBytes:
    """The raw body of an answer, which may contain anything: only its length is shown.

    A pickled or copied body is redacted.
    """

    __slots__ = ("_length", "_value")

    def __init__(self, value: bytes) -> None:
        self._value: bytes | None = value
        self._length = len(value)

    def reveal(self) -> bytes:
        """Return the bytes.

        Raises:
            ValueError: The body is redacted, since it was pickled or copied.
        """
        if self._value is None:
            raise ValueError("this body is redacted: it was pickled or copied")
        return self._value

    def __len__(self) -> int:
        return self._length

    def __repr__(self) -> str:
        return f"SecretBytes(<{self._length} bytes>)"

    def __str__(self) -> str:
        return f"<{self._length} bytes>"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, SecretBytes):
            return NotImplemented
        if self._value is None or other._value is None:
            return self is other
        return hmac.compare_digest(self._value, other._value)

    def __hash__(self) -> int:
        return hash((SecretBytes, self._value))

    def __reduce__(self) -> tuple[object, ...]:
        return (_redacted_bytes, (self._length,))


class Extra(Mapping[str, object]):
    """The fields of an answer that are not in the contract, as a read-only mapping.

    They may contain anything, so the repr shows keys only, and pickle and copy drop the fields.
    """

    __slots__ = ("_fields",)

    def __init__(self, fields: Mapping[str, object] = MappingProxyType({})) -> None:
        self._fields = fields

    def __getitem__(self, name: str) -> object:
        return self._fields[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)

    def __repr__(self) -> str:
        return f"Extra({', '.join(self._fields)})"

    def __reduce__(self) -> tuple[object, ...]:
        return (Extra, ())


NO_EXTRA: Final = Extra()
"""No unknown field, as in most answers. One object serves for all, since it cannot be changed."""


def redacted_secret() -> Secret:
    """Return a secret without its string, for one that the service has but does not reveal."""
    secret = Secret("")
    secret._value = None
    return secret


def _redacted_bytes(length: int) -> SecretBytes:
    body = SecretBytes(b"")
    body._value, body._length = None, length
    return body


class Covered:
    """An argument of which a traceback with local variables shows only the type."""

    __slots__ = ("value",)

    def __init__(self, value: object) -> None:
        self.value = value

    def __repr__(self) -> str:
        return f"<{type(self.value).__name__}>"


def hidden(value: Any) -> Any:
    """Return an argument in a form that a traceback with local variables does not show.

    A string becomes a :class:`Secret`. None, secrets and functions stay as they are, and anything
    else is :class:`Covered`.
    """
    if isinstance(value, str):
        return Secret(value)
    return value if value is None or isinstance(value, Secret | Covered) or callable(value) else Covered(value)


def uncovered(value: object) -> Any:
    """Return what :func:`hidden` has covered."""
    return value.value if isinstance(value, Covered) else value


def hiding(*names: str) -> Callable[[Callable[P, Coroutine[Any, Any, T]]], Callable[P, Coroutine[Any, Any, T]]]:
    """Return a decorator that hides keyword arguments of an async function.

    What the function does itself comes too late where it is canceled before its first step: the
    traceback then shows the arguments as they were passed.
    """

    def decorate(function: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, Coroutine[Any, Any, T]]:
        @wraps(function)
        def start(*args: P.args, **kwargs: P.kwargs) -> Coroutine[Any, Any, T]:
            for name in names:
                if name in kwargs:
                    kwargs[name] = hidden(kwargs[name])
            return function(*args, **kwargs)

        return start

    return decorate


_SHORTEST_MASKED: Final = 4
_ESCAPE: Final = "%[0-9A-F]{2}"
# Go's encoder escapes these three, so that its JSON is safe inside HTML.
# As html.escape does, whose module takes longer to import than all of this one.
_HTML_ESCAPES: Final = {ord("&"): "&amp;", ord("<"): "&lt;", ord(">"): "&gt;"}
_HTML_QUOTES: Final = {ord('"'): "&quot;", ord("'"): "&#x27;"}
_GO_ESCAPES: Final = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})
# A token or a part of it, whose end is a digest; and what signs an address at Amazon, Google and
# Microsoft, also where the address is escaped.
_CREDENTIAL: Final = (
    r"AstraCS(?::|%(?:25)*3A)[^\s\"'<>&,;]+|(?<![0-9A-Za-z])[0-9A-Fa-f]{64}(?![0-9A-Za-z])|(?i:bearer)\s+[^\s\"'<>&,;]+"
    r"|(?<![A-Za-z])(?i:X-(?:Amz|Goog)-(?:Credential|Signature|Security-Token)|AWSAccessKeyId|Key-Pair-Id|Signature|sig)"
    r"(?:=|%(?:25)*3D|\\u003d)(?:(?!%(?:25)*26|\\u0026)[^&\s\"'<>])+"
)
# The user part of an address: what is between "//" and the last "@" before a slash; what is up to
# the last "@" if a password has a slash in it; and "user:password@" where "//" was left out.
_USER: Final = (
    r"(?<=//)(?:[^\s/?#\"'<>]{0,1024}@|(?!\[)[^\s/?#@:\"'<>]{0,1024}:(?!\d{1,5}(?![^\s/?#\"'<>]))[^\s\"'<>]{0,1024}@)"
    r"|(?:(?<![^\s\"'<>(\[{=,;])|(?<=\\/))[^\s\"'<>()\[\]{}=,;\\/:@]{1,1024}:[^\s\"'<>/]{1,1024}@"
)


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """Mask the given secrets in a text, and what looks like a token, a signature or a password.

    Passwords are recognized in addresses, signatures in presigned URLs. The service may echo in an
    error what it was sent, even as JSON within JSON. Masking a secret of few characters would show
    which they are, so a text that echoes one is masked as a whole.
    """
    for secret in secrets:
        for form in _escaped_forms(secret):
            if form in text:
                if len(secret) < _SHORTEST_MASKED:
                    return f"{MASK} (masked because it echoes a secret)"
                text = text.replace(form, MASK)
    text = re.sub(_CREDENTIAL, MASK, text)
    return re.sub(_USER, f"{MASK}@", text) if "@" in text else text


def printable(text: str) -> str:
    """Escape what is not printable: line breaks, terminal commands, changes of direction.

    A text of others must not break the line of a log, or forge another.
    """
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() or unicodedata.category(char) == "Zs" else _escaped(char) for char in text)


def _escaped(char: str) -> str:
    return char.encode("unicode_escape").decode("ascii")


def _escaped_forms(secret: str) -> list[str]:
    """Return a secret and its forms in addresses, HTML, Python and base64, and each as JSON.

    JSON may be escaped once or twice, by Python or Go.
    """
    if not secret:
        return []
    encoded = secret.encode(errors="surrogatepass")
    quoted = {quote(encoded, safe=""), quote(encoded), quote_plus(encoded)}
    forms = {
        secret,
        *quoted,
        *(re.sub(_ESCAPE, lambda match: match[0].lower(), text) for text in quoted),
        secret.translate(_HTML_ESCAPES),
        secret.translate(_HTML_ESCAPES | _HTML_QUOTES),
        repr(secret)[1:-1],
        *(encode(encoded).decode().rstrip("=") for encode in (base64.b64encode, base64.urlsafe_b64encode)),
    }
    for _ in range(2):
        for text in list(forms):
            for escaped in (json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1]):
                forms |= {escaped, escaped.translate(_GO_ESCAPES)}
    return sorted(forms, key=len, reverse=True)
