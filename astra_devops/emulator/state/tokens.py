"""API tokens: what they look like, and the store of those that the service has issued."""

import hashlib
import random
import re
import string
from collections.abc import Mapping
from datetime import datetime
from typing import Final

import attrs

_SHAPE: Final = re.compile(r"AstraCS:([A-Za-z0-9]{24}):[0-9a-f]{64}")
_SECRET_CHARACTERS: Final = string.ascii_letters + string.digits + ".,-_+"


@attrs.frozen(kw_only=True)
class Token:
    """One token of an organization or of the enterprise.

    ``roles`` are ids, or what a request sent as ids. An ``unlimited`` token may do everything in
    its organization, regardless of its roles. With ``enterprise`` it may also do what tokens of the
    enterprise may.
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


def checked_value(value: str) -> str:
    """Check the value of a token.

    Raises:
        ValueError: It is not of the form of the service's tokens.
    """
    if not _SHAPE.fullmatch(value):
        raise ValueError("token must be 'AstraCS:', 24 letters and digits, ':', and 64 digits from 0 to f")
    return value


def renamed(token: Token, value: str) -> Token:
    """Return a token with another value, and the client id that is part of it.

    Raises:
        ValueError: The value is not of the form of the service's tokens.
    """
    return attrs.evolve(token, value=checked_value(value), client_id=value.split(":")[1])


@attrs.define
class TokenStore:
    """The valid tokens, by their value."""

    tokens: dict[str, Token] = attrs.field(factory=dict, repr=False)

    def issue(
        self,
        rng: random.Random,
        generated: datetime,
        organization_id: str,
        *,
        roles: tuple[str, ...] = (),
        unlimited: bool = False,
        enterprise: bool = False,
        description: str = "",
        expires: datetime | None = None,
    ) -> Token:
        """Create a token of the form that the service uses.

        That is ``AstraCS:``, a client id of 24 characters, and the digest of a longer secret.
        """
        client_id = "".join(rng.choices(string.ascii_letters, k=24))
        secret = "".join(rng.choices(_SECRET_CHARACTERS, k=128))
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
        """Find the token of a request.

        Returns a string, the value, if it is well-formed but unknown or expired, and None if it is
        missing or malformed.
        """
        scheme, _, value = headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        token = self.tokens.get(value)
        if token is not None and (token.expires is None or moment < token.expires):
            return token
        return value if _SHAPE.fullmatch(value) else None

    def of(self, organization_id: str) -> list[Token]:
        """List the tokens of an organization, oldest first."""
        return [token for token in self.tokens.values() if token.organization_id == organization_id]

    def find(self, organization_id: str, client_id: str) -> Token | None:
        """Find a token of an organization by its client id, which is case-sensitive."""
        return next((token for token in self.of(organization_id) if token.client_id == client_id), None)
