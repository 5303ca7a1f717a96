"""A recording as a scenario: what the service said once, said again."""

import os
from datetime import UTC, datetime
from types import TracebackType
from typing import Self
from urllib.parse import parse_qsl, unquote

from aiohttp import web

from astra_devops import _contract
from astra_devops.emulator import replies
from astra_devops.emulator.journal import Exchange, Journal
from astra_devops.emulator.net import sockets
from astra_devops.emulator.recording import file
from astra_devops.emulator.recording.file import Pairs, Recorded
from astra_devops.emulator.recording.scrubbing import Scrubber, clean_patterns, secret_names

Key = tuple[str, str, tuple[tuple[str, str], ...]]
TOKEN = f"AstraCS:{'replay' * 4}:{'0' * 64}"


class Replay:
    """A server that answers as recorded: for each method, path and query in the order of the recording, whatever the token.

    When a GET has used up its answers, the last one is repeated, since nobody polls as often twice.
    Anything else that was not recorded, or not so often, is answered with 501.

    .. code-block:: python

        async with Replay("recorded.jsonl") as replay:
            async with AsyncAstraDevOps(replay.token, base_url=replay.url) as astra:
                await astra.databases.list().collect()

    Args:
        path: the recording.
        host: the address to listen on.
        port: the port to listen on; 0 takes a free one.

    Raises:
        ValueError: the file is no recording.
    """

    def __init__(self, path: str | os.PathLike[str], *, host: str = "127.0.0.1", port: int = 0) -> None:
        self.journal: Journal = Journal()
        self._address = (host, port)
        self._names = secret_names(_contract.load())
        self._answers: dict[Key, list[Recorded]] = {}
        for recorded in file.read(path):
            self._answers.setdefault(self._key(recorded.method, recorded.path, recorded.query), []).append(recorded)
        self._used: dict[Key, int] = {}
        self._runner: web.ServerRunner | None = None
        self._url: str | None = None

    @property
    def url(self) -> str:
        """The base URL for the client.

        Raises:
            RuntimeError: the replay has not been entered.
        """
        if self._url is None:
            raise RuntimeError("the replay is not running: enter 'async with Replay(...)'")
        return self._url

    @property
    def token(self) -> str:
        """A token of the right form; any other will do as well."""
        return TOKEN

    @property
    def left(self) -> list[tuple[str, str]]:
        """The methods and paths of recorded answers that nobody has asked for yet."""
        return [
            (recorded.method, recorded.path) for key, answers in self._answers.items() for recorded in [*answers][self._used.get(key, 0) :]
        ]

    async def __aenter__(self) -> Self:
        self._runner = await sockets.listen(self._answer, *self._address)
        self._url = f"http://{self._address[0]}:{sockets.port_of(self._runner)}"
        return self

    async def __aexit__(self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        path, _, query = request.raw_path.partition("?")
        pairs = parse_qsl(query, keep_blank_values=True)
        authorized = "Authorization" in request.headers or "Token" in request.headers
        body = await request.read()
        exchange = Exchange("devops", request.method, path, None, datetime.now(UTC), authorized, dict(pairs), body)
        self.journal.add(exchange)
        recorded = self._next(self._key(request.method, path, pairs))
        if isinstance(recorded, Recorded) and recorded.failure is not None:
            exchange.outcome = recorded.failure
            return sockets.cut(request)
        response = _unrecorded(request.method, path, recorded) if isinstance(recorded, int) else _response(recorded)
        exchange.status = response.status
        return response

    def _next(self, key: Key) -> Recorded | int:
        """Give the next answer; where there is none, how many there were."""
        answers, used = self._answers.get(key, []), self._used.get(key, 0)
        if used < len(answers):
            self._used[key] = used + 1
            return answers[used]
        return answers[-1] if answers and key[0] in ("GET", "HEAD") else len(answers)

    def _key(self, method: str, path: str, query: Pairs) -> Key:
        """Name a request so that the one that was recorded, and lost its secrets, has the same name as the one that is made now."""
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
    why = f"was recorded {recorded} time(s), and each answer has been given" if recorded else "was not recorded with this query"
    reply = replies.errors(501, (None, f"{method} {clean_patterns(path)} {why}."))
    return web.Response(status=reply.status, body=reply.body, headers={"Content-Type": reply.content_type})
