"""A mock server that is made of an OpenAPI document, on a socket.

It remembers what it objects to in a request, and answers each of them as if it were valid.
"""

import json
from typing import Any

from aiohttp import web

from tests.peers.published.judge import Judge, Objection


class MockServer:
    """Answers every operation of a document with what a test sets, or with no body."""

    def __init__(self, judge: Judge) -> None:
        self.judge = judge
        self.objections: list[Objection] = []
        self.answer: tuple[int, str, Any] | None = None
        """The status, the media type and the JSON of the next answers."""

    def application(self) -> web.Application:
        """Return the application to serve."""
        application = web.Application()
        application.router.add_route("*", "/{path:.*}", self._handle)
        return application

    async def _handle(self, request: web.Request) -> web.Response:
        content = await request.read()
        body = json.loads(content) if content else None
        self.objections = self.judge.objections(
            request.method, request.rel_url.raw_path, request.query.items(), request.headers, body, sent=bool(content)
        )
        operation = self.judge.find(request.method, request.rel_url.raw_path)
        if operation is None:
            return web.json_response({"errors": [{"message": "no route"}]}, status=404)
        if self.answer is None:
            return web.Response(status=min(operation.answers))
        status, media, value = self.answer
        return web.Response(status=status, body=json.dumps(value).encode(), content_type=media)
