"""Code that is generated from another document, sending requests over a socket."""

import importlib
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from astra_devops import AsyncAstraDevOps, Secret
from astra_devops._codegen.format import format_files
from astra_devops.emulator import Emulator

Draft = Any


@pytest.fixture
async def elsewhere() -> AsyncIterator[TestServer]:
    """Serve the headers of each request as JSON."""

    async def echo(request: web.Request) -> web.Response:
        return web.json_response({name.lower(): value for name, value in request.headers.items()} | {"path": request.path})

    app = web.Application()
    app.router.add_get("/{path:.*}", echo)
    async with TestServer(app) as server:
        yield server


@pytest.fixture
async def astra() -> AsyncIterator[AsyncAstraDevOps]:
    with Emulator.running() as emulator:
        async with emulator.async_client() as client:
            yield client


def endpoints(draft: Draft, directory: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Write the generated code as a package, and return its only module of endpoints."""
    for name, text in format_files(draft.files()).items():
        (directory / "generated" / name).parent.mkdir(parents=True, exist_ok=True)
        (directory / "generated" / name).write_text(text)
    monkeypatch.syspath_prepend(directory)
    for name in [name for name in sys.modules if name.partition(".")[0] == "generated"]:
        monkeypatch.delitem(sys.modules, name)
    return importlib.import_module("generated._rest.endpoints.things")


@pytest.mark.anyio
async def test_headers_and_cookies_are_sent_to_the_server_of_the_operation(
    draft: Draft, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, astra: AsyncAstraDevOps, elsewhere: TestServer
) -> None:
    draft.answer({"type": "object", "additionalProperties": {"type": "string"}})
    draft.parameter(**{"name": "X-Trace", "in": "header", "schema": {"type": "array", "items": {"type": "integer"}}})
    draft.parameter(**{"name": "X-Absent", "in": "header"}).parameter(**{"name": "X-Key", "in": "header"})
    draft.parameter(**{"name": "a", "in": "cookie"}).parameter(**{"name": "b", "in": "cookie", "schema": {"type": "boolean"}})
    draft.operation["servers"] = [{"url": str(elsewhere.make_url("/v9"))}]
    things = endpoints(draft, tmp_path, monkeypatch)
    answer = await things.get_thing(astra._caller, x_trace=[1, 2], x_key=Secret("hush"), a="x y", b=True)
    seen = answer.value
    assert (seen["path"], seen["x-trace"], seen["x-key"], seen["cookie"]) == ("/v9/things", "1,2", "hush", "a=x%20y; b=true")
    assert "x-absent" not in seen
    assert seen["authorization"].startswith("Bearer AstraCS:")


@pytest.mark.anyio
@pytest.mark.parametrize(("value", "error"), [("a\r\nX-Evil: 1", ValueError), ("é", ValueError), ({}, TypeError)])
async def test_what_is_no_header_is_refused_before_anything_is_sent(
    draft: Draft, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, astra: AsyncAstraDevOps, value: object, error: type[Exception]
) -> None:
    things = endpoints(draft.parameter(**{"name": "X-Trace", "in": "header"}), tmp_path, monkeypatch)
    with pytest.raises(error, match=r"^X-Trace must"):
        await things.get_thing(astra._caller, x_trace=value)
