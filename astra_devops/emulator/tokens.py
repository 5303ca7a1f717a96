"""Tokens, and what each of them may do."""

import random
import re
import string
from collections.abc import Mapping

import attrs

SHAPE = re.compile(r"AstraCS:([A-Za-z0-9]{24}):[0-9a-f]{64}")


@attrs.frozen
class Token:
    """One token. ``permissions`` is ``None`` where it may do everything."""

    value: str = attrs.field(repr=False)
    client_id: str
    permissions: frozenset[str] | None = None

    def may(self, needed: frozenset[str]) -> bool:
        """Tell whether the token has every one of the permissions."""
        return self.permissions is None or needed <= self.permissions


@attrs.define
class Wallet:
    """The tokens that the emulator knows, by their value."""

    tokens: dict[str, Token] = attrs.field(factory=dict, repr=False)

    def issue(self, source: random.Random, permissions: frozenset[str] | None) -> Token:
        """Make a new token in the service's form: ``AstraCS:``, a client id of 24 characters, 64 hexadecimal digits."""
        client_id = "".join(source.choices(string.ascii_letters, k=24))
        token = Token(f"AstraCS:{client_id}:{source.getrandbits(256):064x}", client_id, permissions)
        self.tokens[token.value] = token
        return token

    def read(self, headers: Mapping[str, str]) -> Token | str | None:
        """Find the token of a request; its text if it is well formed but unknown, None if it is missing or garbled."""
        scheme, _, value = headers.get("Authorization", "").partition(" ")
        known = self.tokens.get(value)
        if known is not None and scheme.lower() == "bearer":
            return known
        return value if scheme.lower() == "bearer" and SHAPE.fullmatch(value) else None
