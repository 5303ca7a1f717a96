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
    """One token, of an organisation or of the enterprise itself.

    ``roles`` are ids, or what was sent for ids.

    An ``unlimited`` one may do everything in its organisation, whatever its roles say; with
    ``enterprise`` it may also do what is for the tokens of the enterprise.
    """

    value: str = attrs.field(repr=False)
    secret: str = attrs.field(repr=False)
    client_id: str
    organization_id: str
    roles: tuple[str, ...] = ()
    unlimited: bool = False
    enterprise: bool = False
    description: str = ""
    generated: datetime
    expires: datetime | None = None


@attrs.define
class TokenStore:
    """The tokens that the emulator knows, by their value."""

    tokens: dict[str, Token] = attrs.field(factory=dict, repr=False)

    def issue(
        self,
        source: random.Random,
        generated: datetime,
        organization_id: str,
        *,
        roles: tuple[str, ...] = (),
        unlimited: bool = False,
        enterprise: bool = False,
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
            organization_id=organization_id,
            roles=roles,
            unlimited=unlimited,
            enterprise=enterprise,
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

    def of(self, organization_id: str) -> list[Token]:
        """List the tokens of an organisation, the oldest first."""
        return [token for token in self.tokens.values() if token.organization_id == organization_id]

    def find(self, organization_id: str, client_id: str) -> Token | None:
        """Find the token of an organisation by its client id, whose case matters."""
        return next((token for token in self.of(organization_id) if token.client_id == client_id), None)
