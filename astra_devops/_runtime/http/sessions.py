"""Making the aiohttp session of a client, or taking the user's."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from typing import Final

import aiohttp

from astra_devops._runtime.outcome import NotSent
from astra_devops._secret import printable, redact
from astra_devops.errors import ConfigurationError

SessionFactory = Callable[[], aiohttp.ClientSession | Awaitable[aiohttp.ClientSession]]

# Slightly less than the 60 s after which common load balancers drop an idle connection: a request
# sent while one is being dropped is lost.
_KEEPALIVE: Final = 55.0

PASSWORD_OF_NETRC: Final = (
    "session_factory returned a session with trust_env, and ~/.netrc has a password for this host, "
    "which would replace the token; make the session without trust_env"
)


def is_password_of_netrc(error: BaseException) -> bool:
    """Return whether aiohttp refuses a request since it found a password besides the token."""
    return isinstance(error, ValueError) and "AUTHORIZATION" in str(error)


def new_session() -> aiohttp.ClientSession:
    """Return a session of our own."""
    # The transport limits the number of connections: waiting for one must not count as time spent
    # connecting.
    connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=_KEEPALIVE)
    return aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())


async def session_of(factory: SessionFactory, limit: float) -> aiohttp.ClientSession | NotSent:
    """Return the session that the user's factory makes, or why it cannot be used.

    Options of a session that a call can override do not matter. Those that it cannot override are
    refused.
    """
    try:
        async with asyncio.timeout(limit):
            session = factory()
            if inspect.isawaitable(session):
                session = await session
    except TimeoutError as error:
        return NotSent("session_factory did not return in time", is_local=True, cause=error)
    except Exception as error:
        reason = f"session_factory raised {type(error).__name__}: {printable(redact(str(error)))}"
        return NotSent(reason, final=True, is_local=True, cause=error)
    if problem := _problem(session):
        if isinstance(session, aiohttp.ClientSession) and session._loop is asyncio.get_running_loop():
            await session.close()
        wrong = ConfigurationError(f"session_factory must return {problem}")
        return NotSent(str(wrong), final=True, is_local=True, cause=wrong)
    return session


def uses_other_proxies(session: aiohttp.ClientSession) -> bool:
    """Return whether a session has a proxy of its own, or a connector that may know one."""
    return session._default_proxy is not None or type(session.connector) is not aiohttp.TCPConnector


def _problem(session: object) -> str | None:
    """Return what should have been returned instead of this; None if it can be used."""
    if not isinstance(session, aiohttp.ClientSession):
        return f"an aiohttp.ClientSession, not {type(session).__name__}"
    if session.closed:
        return "an open session, not a closed one"
    if session._loop is not asyncio.get_running_loop():
        return "a session of the event loop that it is called in, not of another"
    if session.auth is not None or "Authorization" in session.headers:
        return "a session without auth and without an Authorization header: the client sends its token there"
    return None
