"""Tokens: their form, and which of them the service knows."""

import hashlib
import random
import re
import string
from collections.abc import Mapping
from datetime import datetime

import attrs

SHAPE = re.compile(r"AstraCS:([A-Za-z0-9]{24}):[0-9a-f]{64}")
SECRET = string.ascii_letters + string.digits + ".,-_+"


@attrs.frozen(kw_only=True)
class Token:
    """One token. ``roles`` are ids, or what was sent for ids; an ``unlimited`` one may do everything, whatever its roles say."""

    value: str = attrs.field(repr=False)
    secret: str = attrs.field(repr=False)
    client_id: str
    roles: tuple[str, ...] = ()
    unlimited: bool = False
    description: str = ""
    generated: datetime
    expires: datetime | None = None


@attrs.define
class Wallet:
    """The tokens that the emulator knows, by their value."""

    tokens: dict[str, Token] = attrs.field(factory=dict, repr=False)

    def issue(
        self,
        source: random.Random,
        generated: datetime,
        *,
        roles: tuple[str, ...] = (),
        unlimited: bool = False,
        description: str = "",
        expires: datetime | None = None,
    ) -> Token:
        """Make a new token in the service's form: ``AstraCS:``, a client id of 24 characters, and the digest of a longer secret."""
        client_id = "".join(source.choices(string.ascii_letters, k=24))
        secret = "".join(source.choices(SECRET, k=128))
        token = Token(
            value=f"AstraCS:{client_id}:{hashlib.sha256(secret.encode()).hexdigest()}",
            secret=secret,
            client_id=client_id,
            roles=roles,
            unlimited=unlimited,
            description=description,
            generated=generated,
            expires=expires,
        )
        self.tokens[token.value] = token
        return token

    def read(self, headers: Mapping[str, str], moment: datetime) -> Token | str | None:
        """Find the token of a request; its text if it is well formed but unknown or expired, None if it is missing or garbled."""
        scheme, _, value = headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        known = self.tokens.get(value)
        if known is not None and (known.expires is None or moment < known.expires):
            return known
        return value if SHAPE.fullmatch(value) else None

    def find(self, client_id: str) -> Token | None:
        """Find the token of a client id, whose case matters."""
        return next((token for token in self.tokens.values() if token.client_id == client_id), None)
