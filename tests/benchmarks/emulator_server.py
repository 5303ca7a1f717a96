"""Servers to measure, each in its own process.

``emulator COUNT`` serves that many databases, ``aiohttp`` a canned answer. Each prints one line of
JSON with its address, a token, and the path of a database, and serves until it is killed.
"""

import asyncio
import json
import sys
from pathlib import Path

from aiohttp import web

# At the end of the path, so that an installed wheel is measured rather than the checkout.
sys.path.append(str(Path(__file__).parents[2]))

from astra_devops.emulator import Emulator, RealClock
from tests.benchmarks.canned_server import DATABASE


async def serve_emulator(count: int) -> None:
    """Serve databases from the emulator, on the machine's own clock."""
    async with Emulator(clock=RealClock()) as emulator:
        ids = [emulator.add_database(f"db{number}") for number in range(count)]
        print(json.dumps({"url": emulator.url, "token": emulator.token, "path": f"/v2/databases/{ids[0]}"}), flush=True)
        await asyncio.Event().wait()


async def serve_canned_answer() -> None:
    """Serve one answer from aiohttp's server, ignoring the request."""
    body = json.dumps(DATABASE).encode()

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        return web.Response(body=body, content_type="application/json")

    runner = web.ServerRunner(web.Server(answer, access_log=None))
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    print(json.dumps({"url": f"http://127.0.0.1:{runner.addresses[0][1]}", "token": "none", "path": "/"}), flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve_emulator(int(sys.argv[2])) if sys.argv[1] == "emulator" else serve_canned_answer())
