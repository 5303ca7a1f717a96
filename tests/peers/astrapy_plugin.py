"""A pytest plugin that runs astrapy's own tests, as published, against the emulator.

Use it with ``-p astrapy_plugin``. ``ASTRA_EMULATOR_URL`` is the address of the emulator. The
changes are in astrapy, not in its tests:

- ``DEV_OPS_URL_ENV_MAP``: the address of the DevOps API in production is the emulator's. Requests
  to it go over a real socket.
- ``DEV_OPS_DATABASE_POLL_INTERVAL_S`` and ``DEV_OPS_KEYSPACE_POLL_INTERVAL_S``, which are
  constants: the emulator's minutes are short.

Only the Data API is replaced, since the emulator has none. Requests to the endpoint
of a database, such as ``https://<id>-<region>.apps.astra.datastax.com``, are answered in this
process, where the tests of the administration need them: ``createCollection``, and
``findCollections`` for the names of what was created, by endpoint and keyspace. Anything else is an
error, and so is a request to any other host.
"""

import json
import os
from collections import defaultdict

import httpx
from astrapy.admin import admin
from astrapy.constants import Environment
from astrapy.settings.defaults import DEV_OPS_URL_ENV_MAP

EMULATOR = os.environ["ASTRA_EMULATOR_URL"]
DATA_API = ".apps.astra.datastax.com"

DEV_OPS_URL_ENV_MAP[Environment.PROD] = EMULATOR
admin.DEV_OPS_DATABASE_POLL_INTERVAL_S = 0.02
admin.DEV_OPS_KEYSPACE_POLL_INTERVAL_S = 0.01

collections: dict[str, list[str]] = defaultdict(list)


def data_api(request: httpx.Request) -> httpx.Response:
    """Answer one command of the Data API."""
    ((command, payload),) = json.loads(request.content).items()
    known = collections[str(request.url)]
    match command:
        case "createCollection":
            known.append(payload["name"])
            return httpx.Response(200, json={"status": {"ok": 1}}, request=request)
        case "findCollections":
            return httpx.Response(200, json={"status": {"collections": known}}, request=request)
    raise NotImplementedError(f"the plugin does not answer {command}")


def is_of_data_api(request: httpx.Request) -> bool:
    """Return whether a request is for the Data API, not for the emulator."""
    if request.url.host.endswith(DATA_API):
        return True
    if str(request.url).startswith(f"{EMULATOR}/"):
        return False
    raise AssertionError(f"astrapy requested {request.url}, which is neither the emulator nor a data endpoint")


class Transport(httpx.HTTPTransport):
    """Sends requests for the emulator, and answers those for the Data API."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return data_api(request) if is_of_data_api(request) else super().handle_request(request)


class AsyncTransport(httpx.AsyncHTTPTransport):
    """The same for asyncio."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return data_api(request) if is_of_data_api(request) else await super().handle_async_request(request)


# httpx takes its transports from here when a client is given none, as those of astrapy are.
httpx._client.HTTPTransport = Transport
httpx._client.AsyncHTTPTransport = AsyncTransport
