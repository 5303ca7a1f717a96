"""The blocking clients, each with a reader of one database."""

import http.client
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
import orjson
import requests
import urllib3
from requests.adapters import HTTPAdapter

from astra_devops import AstraDevOps
from tests.benchmarks.async_clients import HEADERS, OURS, TOKEN, astrapy_admin, next_id

THREADS: Final = 64


@contextmanager
def open_clients(url: str) -> Iterator[dict[str, Callable[[], Any]]]:
    """Open all clients. The first is the one to which the others are compared."""
    database, address = f"{url}/v2/databases/", urlsplit(url)
    with ExitStack() as stack:
        by_hand = stack.enter_context(requests.Session())
        by_hand.headers.update(HEADERS)
        tuned = stack.enter_context(requests.Session())
        tuned.headers.update(HEADERS)
        tuned.trust_env = False
        tuned.mount("http://", HTTPAdapter(pool_maxsize=THREADS))
        pool = stack.enter_context(urllib3.PoolManager(maxsize=THREADS, headers=HEADERS))
        client = stack.enter_context(httpx.Client(headers=HEADERS, timeout=60))
        astra = stack.enter_context(AstraDevOps(TOKEN, base_url=url))
        admin = astrapy_admin(url)
        connections = threading.local()

        def via_http_client() -> Any:
            if not hasattr(connections, "own"):
                connections.own = http.client.HTTPConnection(str(address.hostname), address.port)
            connections.own.request("GET", f"/v2/databases/{next_id()}", headers=HEADERS)
            return json.loads(connections.own.getresponse().read())

        yield {
            "requests": lambda: by_hand.get(database + next_id()).json(),
            "requests, tuned": lambda: orjson.loads(tuned.get(database + next_id()).content),
            "urllib3": lambda: pool.request("GET", database + next_id()).json(),
            "http.client": via_http_client,
            OURS: lambda: astra.databases.get(next_id()),
            "httpx": lambda: client.get(database + next_id()).json(),
            "astrapy": lambda: admin.database_info(next_id()),
        }
