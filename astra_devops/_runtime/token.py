"""Authentication with a token from an argument, an astra-cli profile, or the environment."""

import asyncio
import configparser
import inspect
import os
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final, NoReturn

from astra_devops._runtime import checks
from astra_devops._runtime.auth import SecretHeaders
from astra_devops._secret import Secret
from astra_devops.errors import ConfigurationError

TOKEN_VARIABLE: Final = "ASTRA_DB_APPLICATION_TOKEN"

TokenProvider = Callable[[], str | Secret | Awaitable[str | Secret]]
Token = str | Secret | TokenProvider

# "AstraCS:", a client id of 24 characters, a colon, and 64 more: 97 in all. Which characters the
# service uses is not documented.
_SHAPE: Final = re.compile(r"AstraCS:[!-9;-~]{24}:[!-9;-~]{64}")


class TokenAuth:
    """Authentication with an Astra token, which is read when the first call needs it.

    The token is the first of: ``token``; the ``profile``, if one is named; the environment variable
    ``ASTRA_DB_APPLICATION_TOKEN``; the profile ``default`` of ``~/.astrarc``. A named profile comes
    before the environment, so that asking for one is never ignored.
    """

    def __init__(self, token: Token | None = None, profile: str | None = None) -> None:
        if token is not None and profile is not None:
            raise ValueError("token and profile cannot both be given")
        if token is not None and not isinstance(token, (str, Secret)) and not callable(token):
            raise TypeError(f"token must be a string, a Secret or a callable, not {type(token).__name__}")
        checks.optional(checks.string, profile, "profile")
        self._provider: TokenProvider | None = None
        self._token: str | None = None
        self._profile = profile
        self._api_headers = SecretHeaders()
        if isinstance(token, (str, Secret)):
            self._token = check_token(token, "token")
        elif token is not None:
            self._provider = token

    @property
    def is_static(self) -> bool:
        """Whether there is one token, and no provider that may return another."""
        return self._provider is None

    async def api_headers(self) -> SecretHeaders:
        """Return the header that the DevOps API reads."""
        authorization = f"Bearer {await self._reveal()}"
        if self._api_headers.get("Authorization") != authorization:
            self._api_headers = SecretHeaders(Authorization=authorization)
        return self._api_headers

    async def data_headers(self) -> SecretHeaders:
        """Return the header that the data endpoints of databases read."""
        return SecretHeaders(Token=await self._reveal())

    async def client_id(self) -> str:
        """Return the second part of the token. It is not a secret: lists of tokens show it."""
        return (await self._reveal()).split(":")[1]

    async def pinned(self) -> "TokenAuth":
        """Return an object with the current token, which does not ask the provider again."""
        return TokenAuth(await self._reveal())

    async def _reveal(self) -> str:
        """Return the token for one call.

        Raises:
            ConfigurationError: There is no token, or it is malformed.
        """
        if self._token is not None:
            return self._token
        if self._provider is not None:
            token = self._provider()
            return check_token(await token if inspect.isawaitable(token) else token, "the token that the provider returned")
        if self._profile is None and (variable := os.environ.get(TOKEN_VARIABLE)):
            self._token = check_token(variable, TOKEN_VARIABLE)
        else:
            self._token = await asyncio.to_thread(token_from_profile, self._profile)
        return self._token

    def __repr__(self) -> str:
        return "TokenAuth(...)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a client cannot be pickled, because it holds a token; create one where it is needed")


def check_token(token: str | Secret, name: str) -> str:
    """Check the shape of a token, and return it as a string. An error never shows it."""
    if isinstance(token, Secret):
        token = token.reveal()
    if not isinstance(token, str):
        raise ConfigurationError(f"{name} must be a string or a Secret, not {type(token).__name__}")
    if not _SHAPE.fullmatch(token):
        length = len(token)
        # A traceback with local variables would show it.
        del token
        raise ConfigurationError(
            f"{name} is not an Astra token, which is 'AstraCS:', 24 characters, ':' and 64 characters; it has {length} characters"
        )
    return token


def token_from_profile(profile: str | None, path: Path | None = None) -> str:
    """Read the token from a section of astra-cli's ini file, ``~/.astrarc``."""
    path = path or Path.home() / ".astrarc"
    name = profile or "default"
    parser = configparser.ConfigParser(interpolation=None, default_section="\0")
    try:
        files = parser.read(path, encoding="utf-8")
    except (configparser.Error, OSError, UnicodeDecodeError) as error:
        # The parser's message quotes the line it fails on, which may contain a token.
        raise ConfigurationError(f"{path} cannot be read as an ini file ({type(error).__name__})") from None
    token = parser.get(name, TOKEN_VARIABLE, fallback=None)
    if token is None:
        place = f"profile {name!r} of {path}" if files else f"{path}, which does not exist"
        raise ConfigurationError(f"no token: pass the argument token, set {TOKEN_VARIABLE}, or add it to {place}")
    return check_token(token, f"{TOKEN_VARIABLE} in profile {name!r} of {path}")
