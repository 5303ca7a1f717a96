"""A server that is faster than any client, run in its own process.

It prints its port, and sends an answer made beforehand as soon as the blank line of a request has
arrived. No request may have a body.
"""

import argparse
import asyncio
import functools
import json
import re
import time
from typing import Any, Final

PAGE: Final = 100
_DATACENTER: Final = {
    "id": "9c531886-ddde-401d-bc0f-a708394975c2-1",
    "name": "dc-1",
    "tier": "serverless",
    "status": "",
    "cloudProvider": "AWS",
    "region": "us-east-2",
    "regionZone": "na",
    "regionClassification": "standard",
    "capacityUnits": 1,
    "secureBundleUrl": "https://bundles.example/secure-connect.zip?X-Amz-Signature=abc",
}
DATABASE: Final[dict[str, Any]] = {
    "id": "9c531886-ddde-401d-bc0f-a708394975c2",
    "orgId": "4711c531-ddde-401d-bc0f-a708394975c2",
    "ownerId": "zjCEYwRGWocLfQJHBNQxvorr",
    "info": {
        "name": "orders",
        "keyspace": "default_keyspace",
        "cloudProvider": "AWS",
        "tier": "serverless",
        "capacityUnits": 1,
        "region": "us-east-2",
        "keyspaces": ["default_keyspace", "sales"],
        "datacenters": [_DATACENTER],
        "dbType": "vector",
    },
    "creationTime": "2026-11-01T22:08:41Z",
    "terminationTime": "0001-01-01T00:00:00Z",
    "status": "ACTIVE",
    "observedStatus": "ACTIVE",
    "storage": {"nodeCount": 3, "replicationFactor": 3, "totalStorage": 5, "usedStorage": 0},
    "availableActions": ["park", "getCreds", "resetPassword", "terminate", "addKeyspace", "removeKeyspace"],
    "dataEndpointUrl": "https://9c531886-ddde-401d-bc0f-a708394975c2-us-east-2.apps.astra.datastax.com/api/rest",
}
KEYSPACE: Final = "measured"
"""A keyspace that no database has before it is created."""


def database_id(number: int) -> str:
    """Return the id of a database by its place in the list."""
    return f"{number:08d}-ddde-401d-bc0f-a708394975c2"


class Answers:
    """The answers of the server.

    Args:
        count: The length of the list of databases.
        unknown_fields: Whether each database has fields that no client knows.
        busy: Seconds after the last creation of a keyspace for which no database has it.
    """

    def __init__(self, count: int, *, unknown_fields: bool, busy: float) -> None:
        self._count = count
        self._busy = busy
        self._busy_until: float | None = None
        self._added = {"addedLater": 1} if unknown_fields else {}
        self._page = functools.lru_cache(maxsize=None)(self._make_page)
        self._one = functools.lru_cache(maxsize=None)(self._make_one)

    def __call__(self, line: bytes) -> bytes:
        """Return the answer to a request line."""
        if line.startswith(b"POST "):
            self._busy_until = time.monotonic() + self._busy
            return _answer("201 Created", None)
        if self._busy_until is None:
            status, keyspaces = "ACTIVE", ()
        elif time.monotonic() < self._busy_until:
            status, keyspaces = "MAINTENANCE", ()
        else:
            status, keyspaces = "ACTIVE", (KEYSPACE,)
        if single := re.match(rb"GET /v2/databases/(\d+)", line):
            return self._one(int(single[1]), status, keyspaces)
        after = re.search(rb"starting_after=(\d+)", line)
        return self._page(0 if after is None else int(after[1]) + 1, status, keyspaces)

    def _make_page(self, start: int, status: str, keyspaces: tuple[str, ...]) -> bytes:
        numbers = range(start, min(start + PAGE, self._count))
        return _answer("200 OK", [self._database(number, status, keyspaces) for number in numbers])

    def _make_one(self, number: int, status: str, keyspaces: tuple[str, ...]) -> bytes:
        return _answer("200 OK", self._database(number, status, keyspaces))

    def _database(self, number: int, status: str, keyspaces: tuple[str, ...]) -> dict[str, Any]:
        info = {**DATABASE["info"], "keyspaces": [*DATABASE["info"]["keyspaces"], *keyspaces], **self._added}
        return {**DATABASE, "id": database_id(number), "status": status, "info": info, **self._added}


def _answer(status: str, document: Any) -> bytes:
    body = b"" if document is None else json.dumps(document, separators=(",", ":")).encode()
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nX-Request-Id: 1\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


class Connection(asyncio.Protocol):
    """A connection that answers each request ``delay`` seconds after it has arrived."""

    def __init__(self, answers: Answers, delay: float) -> None:
        self._answers = answers
        self._delay = delay
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer each request whose head is complete."""
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            line, self._buffer = self._buffer[: self._buffer.find(b"\r\n")], self._buffer[end + 4 :]
            reply = self._answers(line)
            if self._delay:
                asyncio.get_running_loop().call_later(self._delay, self._transport.write, reply)
            else:
                self._transport.write(reply)


async def main() -> None:
    """Serve until the process is killed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=PAGE)
    parser.add_argument("--unknown-fields", action="store_true")
    parser.add_argument("--busy", type=float, default=0.0)
    parser.add_argument("--delay", type=float, default=0.0)
    options = parser.parse_args()
    answers = Answers(options.count, unknown_fields=options.unknown_fields, busy=options.busy)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(answers, options.delay), "127.0.0.1", 0, backlog=2048)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
