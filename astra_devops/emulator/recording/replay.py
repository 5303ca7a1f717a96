"""The replay: a server that answers as in a recording."""

import asyncio
import os
from collections.abc import Collection
from datetime import UTC, datetime
from types import TracebackType
from typing import Final, Self
from urllib.parse import parse_qsl, unquote

from aiohttp import web

from astra_devops import _contract
from astra_devops.emulator import replies
from astra_devops.emulator.journal import Exchange, Journal, headers_to_keep
from astra_devops.emulator.net import addresses, half_open, sockets
from astra_devops.emulator.recording import file
from astra_devops.emulator.recording.file import Pairs, Recorded
from astra_devops.emulator.recording.scrubbing import Scrubber, clean_patterns, secret_names

Key = tuple[str, str, tuple[tuple[str, str], ...]]
_TOKEN: Final = f"AstraCS:{'replay' * 4}:{'0' * 64}"


class Replay:
    """A server that answers as recorded.

    Requests with the same method, path and query get the recorded answers in order, whatever their
    token. When a GET has used up its answers, the last one is repeated, because a client never
    polls equally often twice. Other requests that were not recorded, or not so often, get 501.

    .. code-block:: python

        async with Replay("recorded.jsonl") as replay:
            async with AsyncAstraDevOps(replay.token, base_url=replay.url) as astra:
                await astra.databases.list().collect()

    Args:
        path: The recording.
        host: The address to listen on.
        port: The port to listen on; 0 picks a free one.
        allowed_hosts: Further names that it answers to, if it listens on this machine only.

    Raises:
        TypeError: ``allowed_hosts`` is a single string.
        ValueError: The file is not a recording, or a host is not a name or an address.
    """

    def __init__(
        self, path: str | os.PathLike[str], *, host: str = "127.0.0.1", port: int = 0, allowed_hosts: Collection[str] = ()
    ) -> None:
        self.journal: Journal = Journal()
        self._address = (addresses.check_host(host), port)
        self._allowed_hosts = addresses.check_allowed(allowed_hosts)
        self._names = secret_names(_contract.load())
        self._answers: dict[Key, list[Recorded]] = {}
        for recorded in file.read(path):
            self._answers.setdefault(self._key(recorded.method, recorded.path, recorded.query), []).append(recorded)
        self._used: dict[Key, int] = {}
        self._listener: sockets.Listener | None = None
        self._url: str | None = None

    @property
    def url(self) -> str:
        """The base URL for the client.

        Raises:
            RuntimeError: The replay has not been entered.
        """
        if self._url is None:
            raise RuntimeError("the replay is not running: enter 'async with Replay(...)'")
        return self._url

    @property
    def token(self) -> str:
        """A token of the right form. Any other is accepted too."""
        return _TOKEN

    @property
    def left(self) -> list[tuple[str, str]]:
        """The methods and paths of the recorded answers that have not been requested yet."""
        return [
            (recorded.method, recorded.path) for key, answers in self._answers.items() for recorded in [*answers][self._used.get(key, 0) :]
        ]

    async def __aenter__(self) -> Self:
        self._listener = await sockets.listen(self._answer, *self._address, self._allowed_hosts)
        self._url = addresses.url(self._address[0], self._listener.port)
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._listener is not None:
            await self._listener.close()

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        path, _, query = request.raw_path.partition("?")
        pairs = parse_qsl(query, keep_blank_values=True)
        authorized = "Authorization" in request.headers or "Token" in request.headers
        try:
            async with asyncio.timeout(half_open.LONGEST):
                body = await request.read()
        except TimeoutError:
            return web.Response(status=408, headers={"Connection": "close"})
        exchange = Exchange("devops", request.method, path, None, datetime.now(UTC), authorized, dict(pairs), body)
        exchange.headers = headers_to_keep(request.headers)
        self.journal.add(exchange)
        recorded = self._next(self._key(request.method, path, pairs))
        if isinstance(recorded, Recorded) and recorded.failure is not None:
            exchange.outcome = recorded.failure
            return sockets.cut(request)
        response = _unrecorded(request.method, path, recorded) if isinstance(recorded, int) else _response(recorded)
        exchange.status = response.status
        return response

    def _next(self, key: Key) -> Recorded | int:
        """Return the next answer, or if there is none, how many there were."""
        answers, used = self._answers.get(key, []), self._used.get(key, 0)
        if used < len(answers):
            self._used[key] = used + 1
            return answers[used]
        return answers[-1] if answers and key[0] in ("GET", "HEAD") else len(answers)

    def _key(self, method: str, path: str, query: Pairs) -> Key:
        """Return the key of a request, which does not change when its secrets are removed."""
        scrubber = Scrubber(self._names)
        return method, scrubber.clean_text(unquote(path)), tuple(sorted(scrubber.clean_query(query)))

    def __repr__(self) -> str:
        return f"Replay(url={self._url!r}, left={len(self.left)})"


def _response(recorded: Recorded) -> web.Response:
    headers = dict(recorded.headers)
    if recorded.text is not None or recorded.omitted is not None:
        return web.Response(status=recorded.status, headers=headers, body=(recorded.text or "").encode())
    return web.Response(status=recorded.status, headers=headers, body=replies.json(recorded.body).body)


def _unrecorded(method: str, path: str, recorded: int) -> web.Response:
    reason = f"was recorded {recorded} time(s), and all answers have been used" if recorded else "was not recorded with this query"
    reply = replies.errors(501, (None, f"{method} {clean_patterns(path)} {reason}."))
    return web.Response(status=reply.status, body=reply.body, headers={"Content-Type": reply.content_type})
