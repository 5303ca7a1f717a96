"""A server that is faster than any client, run in its own process.

It prints its port, and sends a canned answer as soon as a request's blank line has arrived.
"""

import asyncio
import json
import sys
from typing import Any

DATACENTER = {
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
DATABASE = {
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
        "datacenters": [DATACENTER],
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


def answer(document: Any) -> bytes:
    """Return a whole HTTP answer."""
    body = json.dumps(document, separators=(",", ":")).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Request-Id: 1\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


ONE = answer(DATABASE)
PAGE = answer([{**DATABASE, "id": f"{number:08d}-ddde-401d-bc0f-a708394975c2"} for number in range(100)])
END = answer([])


class Canned(asyncio.Protocol):
    """A connection that answers by the request line: a page of the list, its end, or one database.

    ``delay`` seconds pass before each answer.
    """

    delay = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._buffer = b""

    def data_received(self, data: bytes) -> None:
        """Answer each request whose head is complete; no request here has a body."""
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            line, self._buffer = self._buffer[: self._buffer.find(b"\r\n")], self._buffer[end + 4 :]
            reply = ONE
            if line.startswith((b"GET /v2/databases?", b"GET /v2/databases ")):
                reply = END if b"starting_after" in line else PAGE
            if self.delay:
                asyncio.get_running_loop().call_later(self.delay, self._transport.write, reply)
            else:
                self._transport.write(reply)


async def main(delay: float) -> None:
    """Serve until the process is killed."""
    Canned.delay = delay
    server = await asyncio.get_running_loop().create_server(Canned, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(float(sys.argv[1]) if len(sys.argv) > 1 else 0.0))
