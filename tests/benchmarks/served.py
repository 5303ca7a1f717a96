"""Servers to be measured, each a process of its own: ``emulator COUNT`` with so many databases, or ``aiohttp`` with a canned answer.

Each prints one line of JSON with its address, a token, and the path of a database, then serves
until killed.
"""

import asyncio
import json
import sys
from pathlib import Path

from aiohttp import web

# Behind everything else, so that an installed wheel is what is measured.
sys.path.append(str(Path(__file__).parents[2]))

from astra_devops.emulator import Emulator, RealClock
from tests.benchmarks.server import DATABASE


async def emulator(count: int) -> None:
    """Serve databases from the emulator, in the machine's own time."""
    async with Emulator(clock=RealClock()) as emulator:
        ids = [emulator.add_database(f"db{number}") for number in range(count)]
        print(json.dumps({"url": emulator.url, "token": emulator.token, "path": f"/v2/databases/{ids[0]}"}), flush=True)
        await asyncio.Event().wait()


async def canned() -> None:
    """Serve one answer from aiohttp's server, and look at nothing in the request."""
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
    asyncio.run(emulator(int(sys.argv[2])) if sys.argv[1] == "emulator" else canned())
