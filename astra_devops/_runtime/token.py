"""Where the token comes from: an argument, a profile of astra-cli's configuration file, or the environment."""

import asyncio
import configparser
import inspect
import os
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final, NoReturn

from astra_devops._secret import Secret
from astra_devops.errors import ConfigurationError

TOKEN_VARIABLE: Final = "ASTRA_DB_APPLICATION_TOKEN"

TokenProvider = Callable[[], str | Secret | Awaitable[str | Secret]]
Token = str | Secret | TokenProvider

# "AstraCS:", a client id of 24 characters, a colon, 64 more: 97 in all. Which characters is the
# service's affair.
_SHAPE: Final = re.compile(r"AstraCS:[!-9;-~]{24}:[!-9;-~]{64}")


class TokenSource:
    """Knows where to get the token, and gets it when a call needs it: constructing a client reads no file.

    Precedence: ``token``, then a ``profile`` that is named, then the environment variable
    ``ASTRA_DB_APPLICATION_TOKEN``, then the profile ``default`` of ``~/.astrarc``. A named profile
    comes before the environment, so that asking for one is never ignored.
    """

    def __init__(self, token: Token | None = None, profile: str | None = None) -> None:
        if token is not None and profile is not None:
            raise ValueError("give token or profile, not both")
        if token is not None and not isinstance(token, (str, Secret)) and not callable(token):
            raise TypeError(f"token must be a str, a Secret or a callable, not {type(token).__name__}")
        self._provider: TokenProvider | None = None
        self._token: str | None = None
        self._profile = profile
        if isinstance(token, (str, Secret)):
            self._token = checked(token, "token")
        elif token is not None:
            self._provider = token

    async def reveal(self) -> str:
        """Return the token for one call.

        Raises:
            ConfigurationError: there is none, or it does not have the shape of a token.
        """
        if self._token is not None:
            return self._token
        if self._provider is not None:
            given = self._provider()
            return checked(await given if inspect.isawaitable(given) else given, "the token that the provider returned")
        if self._profile is None and (found := os.environ.get(TOKEN_VARIABLE)):
            self._token = checked(found, TOKEN_VARIABLE)
        else:
            self._token = await asyncio.to_thread(from_profile, self._profile)
        return self._token

    async def client_id(self) -> str:
        """Return the part of the token that names its client.

        It is no secret: lists of tokens show it.
        """
        return (await self.reveal()).split(":")[1]

    def __repr__(self) -> str:
        return "TokenSource(...)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a client cannot be pickled: it holds a token; make one where it is needed")


def checked(token: str | Secret, name: str) -> str:
    """Check the shape of a token; the message never shows it."""
    if isinstance(token, Secret):
        token = token.reveal()
    if not isinstance(token, str):
        raise ConfigurationError(f"{name} must be a str or a Secret, not {type(token).__name__}")
    if not _SHAPE.fullmatch(token):
        raise ConfigurationError(
            f"{name} does not have the shape of an Astra token, 'AstraCS:', 24 characters, ':', 64 characters; it has {len(token)}"
        )
    return token


def from_profile(profile: str | None, path: Path | None = None) -> str:
    """Read the token from a section of astra-cli's ini file, ``~/.astrarc``."""
    path = path or Path.home() / ".astrarc"
    name = profile or "default"
    parser = configparser.ConfigParser(interpolation=None, default_section="\0")
    try:
        read = parser.read(path, encoding="utf-8")
    except (configparser.Error, OSError, UnicodeDecodeError) as error:
        # The parser's message quotes the line it fails on, which may be the token's.
        raise ConfigurationError(f"{path} cannot be read as an ini file ({type(error).__name__})") from None
    found = parser.get(name, TOKEN_VARIABLE, fallback=None)
    if found is None:
        where = f"profile {name!r} of {path}" if read else f"{path}, which does not exist"
        raise ConfigurationError(f"no token: give the argument token, set {TOKEN_VARIABLE}, or add it to {where}")
    return checked(found, f"{TOKEN_VARIABLE} in profile {name!r} of {path}")
