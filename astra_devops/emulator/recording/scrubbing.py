"""The scrubber: removes the secrets from an exchange before it is recorded."""

import base64
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final
from urllib.parse import quote, unquote

import attrs

from astra_devops._json_bytes import codec
from astra_devops.emulator.contract.secret_fields import secret_fields

_SHORTEST: Final = 6
"""Characters from which a secret is also searched for outside its field.

A shorter one would be found everywhere.
"""
_REMOVED: Final = "removed"
_REMOVED_TOKEN: Final = f"AstraCS:{'removed' * 3}now:{'0' * 64}"
"""It looks like a token, because a program may check the form of those that it receives."""
_REMOVED_URL: Final = "https://removed.example/"
_REMOVED_EMAIL: Final = "someone@example.com"
REPLACEMENTS: Final = frozenset((_REMOVED, _REMOVED_TOKEN, _REMOVED_URL, _REMOVED_EMAIL))
"""What stands in a recording for a secret."""
_TOKEN: Final = re.compile(r"AstraCS:[^\s\"'\\<>/?&,;]*", re.IGNORECASE)
_EMAIL: Final = re.compile(r"[\w.+%'-]+@[\w-]+(?:\.[\w-]+)+")
_URL: Final = re.compile(r"https?://[^\s\"'\\<>]+", re.IGNORECASE)
_USER_OF_URL: Final = re.compile(r"(?<=://)[^\s/?#\"'\\<>]*@")
_SIGNED_URL: Final = re.compile(r"x-(?:amz|goog)-|[?&](?:signature|sig|se|awsaccesskeyid|token)=", re.IGNORECASE)
_SIGNATURE_PARAMETER: Final = re.compile(r"x-(?:amz|goog)-[\w-]+(?:=|%3d)[^\s&\"'\\<>]*", re.IGNORECASE)
_SECRET_NAME: Final = re.compile(
    r"passw|passphr|secret|token|credential|signature|authorization|cookie|api_?key|private_?key|^x-amz-", re.IGNORECASE
)
_PLAIN_NAME: Final = re.compile(r"(?:ids?|expiry|expiration)$", re.IGNORECASE)
"""Fields that are not secret although their names have such a word: ids and times."""


class SecretLeft(Exception):
    """An error for an exchange that still has a secret after scrubbing.

    Its message does not include the secret.
    """


def secret_names(document: Any) -> frozenset[str]:
    """Find the fields that the contract marks as secret: their names and aliases in lower case."""
    return frozenset(name.lower() for name in secret_fields(document, document))


@attrs.define
class Scrubber:
    """A remover of secrets for one exchange.

    First it learns the secrets of the whole exchange, by :meth:`learn` and :meth:`learn_from`. Then
    it removes them wherever they occur. ``names`` are the fields that are always secret.
    """

    names: frozenset[str]
    _secrets: set[str] = attrs.field(factory=set, repr=False)

    def learn(self, secret: str) -> None:
        """Add a secret."""
        if secret:
            self._secrets.add(secret)

    def learn_from(self, value: Any, secret: bool = False) -> None:
        """Add every secret in a document."""
        if isinstance(value, Mapping):
            for name, entry in value.items():
                self.learn_from(entry, secret or self._is_secret_name(name))
        elif isinstance(value, list):
            for entry in value:
                self.learn_from(entry, secret)
        elif isinstance(value, str):
            if secret:
                self.learn(value)
            nested = _nested(value)
            if nested is not None:
                self.learn_from(nested, secret)
            self._learn_from_string(value)
        elif secret and value is not None and not isinstance(value, bool):
            self.learn(str(value))

    def _learn_from_string(self, text: str) -> None:
        for token in _TOKEN.findall(text):
            self.learn(token)
        for user in _USER_OF_URL.findall(text):
            self.learn(user.partition(":")[2].removesuffix("@"))
        for url in _URL.findall(text):
            if _SIGNED_URL.search(url):
                self.learn(url)
        for parameter in _SIGNATURE_PARAMETER.findall(text):
            self.learn(parameter.partition("=")[2])

    def clean(self, value: Any, secret: bool = False) -> Any:
        """Copy a document without its secrets. Its structure stays the same."""
        if isinstance(value, Mapping):
            return {self.clean_text(name): self.clean(entry, secret or self._is_secret_name(name)) for name, entry in value.items()}
        if isinstance(value, list):
            return [self.clean(entry, secret) for entry in value]
        if isinstance(value, str):
            return _replacement(value) if secret else self.clean_text(value)
        return 0 if secret and value is not None and not isinstance(value, bool) else value

    def clean_query(self, pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        """Copy the pairs of a query without their secrets."""
        return [(self.clean_text(name), str(self.clean(value, self._is_secret_name(name)))) for name, value in pairs]

    def clean_text(self, text: str) -> str:
        """Copy a string without the secrets and e-mail addresses in it."""
        nested = _nested(text)
        if nested is not None:
            return codec.dumps(self.clean(nested)).decode()
        for secret in sorted(self._secrets, key=len, reverse=True):
            if len(secret) >= _SHORTEST:
                text = text.replace(secret, _replacement(secret))
        return clean_patterns(text)

    def clean_quoted(self, text: str) -> str:
        """Copy a part of a URL, which may be percent-encoded, without its secrets."""
        plain = unquote(text)
        cleaned = self.clean_text(plain)
        return text if cleaned == plain else quote(cleaned, safe="@:")

    def check(self, line: bytes) -> None:
        """Check that no secret is in a line, in any encoding.

        Raises:
            SecretLeft: There is one.
        """
        text = line.decode("utf-8", "replace")
        if any(encoding in text for secret in self._secrets if len(secret) >= _SHORTEST for encoding in _encodings(secret)):
            raise SecretLeft("a secret would have been recorded")

    def _is_secret_name(self, name: str) -> bool:
        return name.lower() in self.names or bool(_SECRET_NAME.search(name) and not _PLAIN_NAME.search(name))


def clean_patterns(text: str) -> str:
    """Replace everything that looks like a token, a presigned URL or an e-mail address.

    What is between ``//`` and ``@`` in a URL, such as a password, is left out.
    """
    text = _USER_OF_URL.sub("", text)
    text = _URL.sub(lambda match: _REMOVED_URL if _SIGNED_URL.search(match[0]) else match[0], text)
    text = _SIGNATURE_PARAMETER.sub(_REMOVED, _TOKEN.sub(_REMOVED_TOKEN, text))
    return _EMAIL.sub(_REMOVED_EMAIL, text)


def _replacement(secret: str) -> str:
    """Return a replacement for a secret: of the same kind, because clients parse it."""
    if not secret:
        return secret
    if _TOKEN.match(secret):
        return _REMOVED_TOKEN
    return _REMOVED_URL if _URL.match(secret) else _REMOVED


def _nested(text: str) -> Any:
    """Parse a string that is itself a JSON document. Returns None for any other."""
    if text[:1] not in ("{", "["):
        return None
    try:
        return codec.loads(text)
    except codec.JSONDecodeError:
        return None


def _encodings(secret: str) -> Iterable[str]:
    """List the forms in which a secret may occur in a line of JSON."""
    quoted = quote(secret, safe="")
    yield from (secret, codec.dumps(secret).decode()[1:-1], quoted, quote(secret), quoted.lower())
    yield base64.b64encode(secret.encode()).decode().rstrip("=")
