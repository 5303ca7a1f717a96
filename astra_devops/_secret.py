"""Values that must not leak: a masked string, masked bytes, and a bag of unknown fields that shows its keys only."""

import hmac
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Final

MASK: Final = "**********"


class Secret:
    """A string that shows itself only when asked.

    ``repr``, ``str`` and f-strings give a mask. Pickling or copying gives a *redacted* secret,
    whose :meth:`reveal` raises: a secret that reaches a log, a cache or a job queue by accident
    arrives there empty.

    >>> token = Secret("AstraCS:...")
    >>> token
    Secret('**********')
    >>> token.reveal()
    'AstraCS:...'
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        if not isinstance(value, str):
            raise TypeError(f"value must be a str, not {type(value).__name__}")
        self._value: str | None = value

    def reveal(self) -> str:
        """Return the string itself.

        Raise ``ValueError`` if this secret went through pickle or copy, or was withheld by its
        source.
        """
        if self._value is None:
            raise ValueError("this secret is not here: it was redacted when it was pickled or copied, or the service withheld it")
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
        return (_redacted_secret, ())


class SecretBytes:
    """Bytes that show only their length: the raw body of an answer, which may hold anything.

    Pickled and copied out as redacted.
    """

    __slots__ = ("_length", "_value")

    def __init__(self, value: bytes) -> None:
        self._value: bytes | None = value
        self._length = len(value)

    def reveal(self) -> bytes:
        """Return the bytes themselves. Raise ``ValueError`` if they went through pickle or copy."""
        if self._value is None:
            raise ValueError("this body was redacted when it was pickled or copied")
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
    """The fields of an answer that the contract does not know, to read only.

    Nobody knows what they hold: the repr shows keys only, and pickle and copy drop them.
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


NOTHING: Final = Extra()
"""What most answers have: no unknown field. One for all, since nobody can change it."""


def withheld() -> Secret:
    """Make a secret whose source tells that there is one, but not what it is."""
    return _redacted_secret()


def _redacted_secret() -> Secret:
    secret = Secret("")
    secret._value = None
    return secret


def _redacted_bytes(length: int) -> SecretBytes:
    body = SecretBytes(b"")
    body._value, body._length = None, length
    return body


_SHORT: Final = 4
# Go's encoder escapes these three, so that its JSON is safe inside HTML.
_GO: Final = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})
_TELLTALE: Final = re.compile(
    r"AstraCS:[^\s\"'<>&,;]*|(?i:bearer)\s+[^\s\"'<>&,;]+|X-Amz-(?:Credential|Signature|Security-Token)=[^&\s\"'<>]+"
)


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """Mask in a text what must not be shown: the given secrets, and whatever looks like a token or a signature of a presigned URL.

    A service may echo in its error what it was sent, as JSON within JSON too. A secret of a few
    characters cannot be cut out without showing which they were, so a text that echoes one is
    withheld whole.
    """
    for secret in secrets:
        for spelling in _spellings(secret):
            if spelling in text:
                if len(secret) < _SHORT:
                    return f"{MASK} (withheld: it echoes a secret)"
                text = text.replace(spelling, MASK)
    return _TELLTALE.sub(MASK, text)


def _spellings(secret: str) -> list[str]:
    """List the ways in which a text may spell a secret: as it is, and escaped once or twice as JSON, as Python or Go escape it."""
    found = {secret} if secret else set()
    for _ in range(2):
        for text in list(found):
            for escaped in (json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1]):
                found |= {escaped, escaped.translate(_GO)}
    return sorted(found, key=len, reverse=True)
