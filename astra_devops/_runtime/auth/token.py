"""Authentication with a token from an argument, an astra-cli profile, or the environment."""

import asyncio
import inspect
import os
import re
from collections.abc import Awaitable, Callable
from typing import Final, NoReturn

from astra_devops._first_use import importing
from astra_devops._runtime import checks
from astra_devops._runtime.auth.protocol import SecretHeaders
from astra_devops._runtime.settings import ORIGINS, TOKEN_VARIABLE
from astra_devops._secret import Secret, hidden, uncovered
from astra_devops.errors import ConfigurationError

TokenProvider = Callable[[], str | Secret | Awaitable[str | Secret]]
Token = str | Secret | TokenProvider

# "AstraCS:", a client id of 24 characters, a colon, and 64 more: 97 in all. Which characters the
# service uses is not documented.
_SHAPE: Final = re.compile(r"AstraCS:[!-9;-~]{24}:[!-9;-~]{64}")


class TokenAuth:
    """Authentication with an Astra token, which is read when the first call needs it.

    The token is the first of: ``token``; the ``profile``, if one is named; the environment variable
    ``ASTRA_DB_APPLICATION_TOKEN``; the profile of astra-cli's file that ``ASTRA_PROFILE`` names, or
    ``default``. A named profile comes before the environment, so that asking for one is never
    ignored.

    Attributes:
        source: Where the token was found; None until it has been read.
    """

    def __init__(self, token: Token | None = None, profile: str | None = None, *, selects_service: bool = False) -> None:
        """Check the arguments. Nothing is read yet.

        Args:
            token: The token, or a provider of it.
            profile: The section of astra-cli's file.
            selects_service: Whether the environment of the profile decides about ``origin``.
        """
        if token is not None and profile is not None:
            raise ValueError("token and profile cannot both be given")
        if token is not None and not isinstance(token, (str, Secret)) and not callable(token):
            raise TypeError(f"token must be a string, a Secret or a callable, not {checks.type_name(token)}")
        checks.optional(checks.string, profile, "profile")
        if profile is not None and not profile.strip():
            raise ValueError("profile must not be empty")
        self.source: str | None = None if token is None else "the argument token"
        self._provider: TokenProvider | None = None
        self._token: Secret | None = None
        self._profile = profile and profile.strip()
        self._selects_service = selects_service
        self._origin = ORIGINS["prod"]
        self._api_headers = SecretHeaders()
        if isinstance(token, (str, Secret)):
            token = masked(token)
            self._token = check_token(token, "token")
        elif token is not None:
            self._provider = token

    @property
    def given(self) -> tuple[Secret | TokenProvider | None, str | None]:
        """The arguments ``token`` and ``profile`` as they were given."""
        return self._provider or (self._token if self.source == "the argument token" else None), self._profile

    @property
    def is_static(self) -> bool:
        """Whether there is one token, which has been read."""
        return self._token is not None

    @property
    def has_provider(self) -> bool:
        """Whether a provider is asked for each token."""
        return self._provider is not None

    def origin(self) -> str:
        """Return the URL of the service that the profile is for.

        It is that of production, unless the token came from a profile with another environment.
        """
        return self._origin

    def known_headers(self) -> SecretHeaders | None:
        """Return the header that the DevOps API reads, if it has been made of a lasting token."""
        return self._api_headers if self._token is not None and self._api_headers else None

    async def api_headers(self) -> SecretHeaders:
        """Return the header that the DevOps API reads."""
        token = await self._current()
        if self._api_headers.get("Authorization") != f"Bearer {token.reveal()}":
            self._api_headers = SecretHeaders(Authorization=f"Bearer {token.reveal()}")
        return self._api_headers

    async def data_headers(self) -> SecretHeaders:
        """Return the header that the data endpoints of databases read."""
        token = await self._current()
        return SecretHeaders(Token=token.reveal())

    async def client_id(self) -> str:
        """Return the second part of the token. It is not a secret: lists of tokens show it."""
        token = await self._current()
        return token.reveal().split(":")[1]

    async def pinned(self) -> "TokenAuth":
        """Return an object with the current token, which does not ask the provider again."""
        return TokenAuth(await self._current())

    async def _current(self) -> Secret:
        """Return the token for one attempt.

        Raises:
            ConfigurationError: There is no token, or it is malformed.
        """
        if self._token is not None:
            return self._token
        if self._provider is not None:
            answer = self._provider()
            token = masked(await answer if inspect.isawaitable(answer) else answer)
            del answer
            return check_token(token, "the token that the provider returned")
        if self._profile is None and (variable := Secret(os.environ.get(TOKEN_VARIABLE, "").strip())):
            self.source = f"the environment variable {TOKEN_VARIABLE}"
            self._token = check_token(variable, self.source)
            return self._token
        with importing:
            from astra_devops._runtime.auth.astrarc import load_profile
        profile = await asyncio.to_thread(load_profile, self._profile, os.environ)
        token = check_token(profile.token, f"{TOKEN_VARIABLE} in {profile.source}")
        if self._selects_service:
            self._origin = profile.origin or self._origin
        self._token, self.source = token, profile.source
        return token

    def __repr__(self) -> str:
        return "TokenAuth(...)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a client cannot be pickled, because it holds a token; create one where it is needed")


def masked(token: str | Secret) -> Secret:
    """Return a token in a form that a traceback with local variables does not show.

    Whatever is neither a string nor a Secret is covered, for :func:`check_token` to refuse.
    """
    return hidden(token)  # type: ignore[no-any-return]


def check_token(token: Secret, name: str) -> Secret:
    """Check the shape of a token, and return it without white space at its ends.

    Errors do not show it.
    """
    if not isinstance(token, Secret):
        raise ConfigurationError(f"{name} must be a string or a Secret, not {type(uncovered(token)).__name__}")
    if problem := _problem(token):
        raise ConfigurationError(f"{name} {problem}")
    return Secret(token.reveal().strip())


def _problem(token: Secret) -> str | None:
    try:
        text = token.reveal().strip()
    except ValueError as error:
        return f"cannot be used: {error}"
    if _SHAPE.fullmatch(text):
        return None
    return f"is not an Astra token, which is 'AstraCS:', 24 characters, ':' and 64 characters; it has {len(text)} characters"
