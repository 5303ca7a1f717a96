"""Taking secrets out of what was said, before it is written down."""

import base64
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote, unquote

import attrs
import orjson

from astra_devops.emulator.contract.secret_fields import secret_fields

SHORTEST = 6
"""Characters from which on a secret is also looked for outside its own place; a shorter one would be found everywhere."""
REMOVED = "removed"
REMOVED_TOKEN = f"AstraCS:{'removed' * 3}now:{'0' * 64}"
"""Of the shape of a token, since a program may check that of what it is given."""
REMOVED_URL = "https://removed.example/"
REMOVED_EMAIL = "someone@example.com"
TOKEN = re.compile(r"AstraCS:[^\s\"'\\<>/?&,;]*", re.IGNORECASE)
EMAIL = re.compile(r"[\w.+%'-]+@[\w-]+(?:\.[\w-]+)+")
URL = re.compile(r"https?://[^\s\"'\\<>]+", re.IGNORECASE)
SIGNED = re.compile(r"x-(?:amz|goog)-|[?&](?:signature|sig|se|awsaccesskeyid|token)=", re.IGNORECASE)
LOOSE = re.compile(r"x-(?:amz|goog)-[\w-]+(?:=|%3d)[^\s&\"'\\<>]*", re.IGNORECASE)
TELLING = re.compile(r"passw|passphr|secret|token|credential|signature|authorization|cookie|api_?key|private_?key|^x-amz-", re.IGNORECASE)
NAME_OF_ID = re.compile(r"ids?$", re.IGNORECASE)


class SecretLeft(Exception):
    """Raised when a secret is still there after everything has been done to remove it.

    Its message does not tell which.
    """


def secret_names(document: Any) -> frozenset[str]:
    """Find the fields of the contract that are marked as secret, in lower case, under every spelling."""
    return frozenset(name.lower() for name in secret_fields(document, document))


@attrs.define
class Scrubber:
    """Removes secrets from one exchange.

    First everything is shown to it, by :meth:`learn`; then it knows what to look for.

    ``names`` are the fields that are secret whatever they hold.
    """

    names: frozenset[str]
    _known: set[str] = attrs.field(factory=set, repr=False)

    def learn(self, secret: str) -> None:
        """Note a secret, however it was come by."""
        if secret:
            self._known.add(secret)

    def learn_from(self, value: Any, secret: bool = False) -> None:
        """Note every secret in a document."""
        if isinstance(value, Mapping):
            for name, entry in value.items():
                self.learn_from(entry, secret or self._tells(name))
        elif isinstance(value, list):
            for entry in value:
                self.learn_from(entry, secret)
        elif isinstance(value, str):
            if secret:
                self.learn(value)
            nested = _nested(value)
            if nested is not None:
                self.learn_from(nested, secret)
            self._learn_from_text(value)
        elif secret and value is not None and not isinstance(value, bool):
            self.learn(str(value))

    def _learn_from_text(self, text: str) -> None:
        for found in TOKEN.findall(text):
            self.learn(found)
        for found in URL.findall(text):
            if SIGNED.search(found):
                self.learn(found)
        for found in LOOSE.findall(text):
            self.learn(found.partition("=")[2])

    def clean(self, value: Any, secret: bool = False) -> Any:
        """Copy a document without its secrets; its shape stays as it is."""
        if isinstance(value, Mapping):
            return {self.clean_text(name): self.clean(entry, secret or self._tells(name)) for name, entry in value.items()}
        if isinstance(value, list):
            return [self.clean(entry, secret) for entry in value]
        if isinstance(value, str):
            return _stand_in(value) if secret else self.clean_text(value)
        return 0 if secret and value is not None and not isinstance(value, bool) else value

    def clean_query(self, pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        """Copy the pairs of a query without their secrets."""
        return [(self.clean_text(name), str(self.clean(value, self._tells(name)))) for name, value in pairs]

    def clean_text(self, text: str) -> str:
        """Copy a text without whatever in it is a secret, or an e-mail address."""
        nested = _nested(text)
        if nested is not None:
            return orjson.dumps(self.clean(nested)).decode()
        for secret in sorted(self._known, key=len, reverse=True):
            if len(secret) >= SHORTEST:
                text = text.replace(secret, _stand_in(secret))
        return clean_patterns(text)

    def clean_quoted(self, text: str) -> str:
        """Copy a piece of a URL, which may be percent-encoded, without its secrets."""
        plain = unquote(text)
        cleaned = self.clean_text(plain)
        return text if cleaned == plain else quote(cleaned, safe="@:")

    def check(self, line: bytes) -> None:
        """Look once more for every secret, in every coat it may wear.

        Raises:
            SecretLeft: one is still there.
        """
        text = line.decode("utf-8", "replace")
        if any(encoding in text for secret in self._known if len(secret) >= SHORTEST for encoding in _encodings(secret)):
            raise SecretLeft("a secret would have been written")

    def _tells(self, name: str) -> bool:
        return name.lower() in self.names or bool(TELLING.search(name) and not NAME_OF_ID.search(name))


def clean_patterns(text: str) -> str:
    """Replace what looks like a token, a presigned URL or an e-mail address, without knowing any."""
    text = URL.sub(lambda found: REMOVED_URL if SIGNED.search(found[0]) else found[0], text)
    text = LOOSE.sub(REMOVED, TOKEN.sub(REMOVED_TOKEN, text))
    return EMAIL.sub(REMOVED_EMAIL, text)


def _stand_in(secret: str) -> str:
    """Choose what stands in the place of a secret: something of the same kind, for whoever reads the answer; nothing for nothing."""
    if not secret:
        return secret
    if TOKEN.match(secret):
        return REMOVED_TOKEN
    return REMOVED_URL if URL.match(secret) else REMOVED


def _nested(text: str) -> Any:
    """Read a string that is a JSON document itself; None for any other."""
    if text[:1] not in ("{", "["):
        return None
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return None


def _encodings(secret: str) -> Iterable[str]:
    """Spell a secret in the ways in which it may have got into a line of JSON."""
    quoted = quote(secret, safe="")
    yield from (secret, orjson.dumps(secret).decode()[1:-1], quoted, quote(secret), quoted.lower())
    yield base64.b64encode(secret.encode()).decode().rstrip("=")
