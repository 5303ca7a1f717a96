"""Spans of calls and requests, as an exporter receives them."""

import asyncio
import logging
from collections import Counter

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from opentelemetry import baggage, context, trace
from opentelemetry.instrumentation.aiohttp_client import AioHttpClientInstrumentor
from opentelemetry.trace import SpanKind, StatusCode

from astra_devops import AstraDevOps, AsyncAstraDevOps, RetryPolicy, errors
from astra_devops.emulator import Emulator, VirtualClock

from .conftest import Collected, attributes_of, parent_of

pytestmark = pytest.mark.anyio

GET = "GET /v2/databases/{databaseID}"


async def test_a_hundred_calls_with_retries_are_a_hundred_spans_with_their_attempts(emulator: Emulator, collected: Collected) -> None:
    database_id = emulator.add_database("orders")
    emulator.faults.status("getDatabase", 429, times=30)
    async with emulator.async_client(observer=collected.observer()) as astra:
        await asyncio.gather(*(astra.databases.get(database_id) for _ in range(100)))
    calls, requests = collected.named("getDatabase"), collected.named(GET)
    assert (len(calls), len(requests)) == (100, len(emulator.journal))
    assert len(requests) == 130
    attempts = {span.context.span_id: attributes_of(span)["astra_devops.attempts"] for span in calls}
    assert Counter(parent_of(span) for span in requests) == Counter(attempts)
    for span in requests:
        resent = attributes_of(span).get("http.request.resend_count", 0)
        assert 0 <= resent < attempts[parent_of(span) or 0]
    retries = collected.points()["astra_devops.call.retries"]
    assert sum(point.value for point in retries) == len(requests) - 100


async def test_a_request_is_described_by_the_semantic_conventions(
    emulator: Emulator, astra: AsyncAstraDevOps, collected: Collected
) -> None:
    database_id = emulator.add_database("orders")
    await astra.databases.get(database_id)
    (request,), (call,) = collected.named(GET), collected.named("getDatabase")
    assert (request.kind, call.kind) == (SpanKind.CLIENT, SpanKind.INTERNAL)
    port = int(emulator.url.rpartition(":")[2])
    assert attributes_of(request) == {
        "http.request.method": "GET",
        "http.response.status_code": 200,
        "url.template": "/v2/databases/{databaseID}",
        "url.full": f"{emulator.url}/v2/databases/{database_id}",
        "server.address": "127.0.0.1",
        "server.port": port,
        "astra_devops.operation": "getDatabase",
    }
    assert attributes_of(call)["astra_devops.ids.databaseID"] == database_id
    assert {request.status.status_code, call.status.status_code} == {StatusCode.UNSET}


async def test_errors_have_a_type(emulator: Emulator, collected: Collected) -> None:
    emulator.faults.reset_after_effect("getDatabase")
    async with emulator.async_client(observer=collected.observer()) as astra:
        with pytest.raises(errors.NotFoundError):
            await astra.databases.get("00000000-0000-0000-0000-000000000000")
    types = [attributes_of(span)["error.type"] for span in collected.spans]
    assert types == ["lost", "404", "NotFoundError"]
    assert {span.status.status_code for span in collected.spans} == {StatusCode.ERROR}
    async with AsyncAstraDevOps(
        emulator.token, base_url="http://127.0.0.1:9", clock=emulator.clock, observer=collected.observer()
    ) as astra:
        with pytest.raises(errors.RequestNotSentError):
            await astra.organizations.current()
    assert attributes_of(collected.spans[-1])["error.type"] == "RequestNotSentError"
    assert attributes_of(collected.spans[-2])["error.type"] == "not_sent"


async def test_the_span_of_each_task_is_the_parent_of_its_calls(astra: AsyncAstraDevOps, collected: Collected) -> None:
    tracer = trace.get_tracer("test", tracer_provider=collected.tracer_provider)

    async def work(number: int) -> None:
        with tracer.start_as_current_span(f"task {number}"):
            await astra.organizations.current()

    await asyncio.gather(*(work(number) for number in range(10)))
    tasks = {span.context.span_id: span.name for span in collected.spans if span.name.startswith("task ")}
    parents = Counter(tasks[parent_of(span) or 0] for span in collected.named("getCurrentOrganization"))
    assert parents == Counter(tasks.values())
    assert not trace.get_current_span().get_span_context().is_valid


def test_the_span_of_the_calling_thread_is_the_parent_of_a_blocking_call(collected: Collected) -> None:
    tracer = trace.get_tracer("test", tracer_provider=collected.tracer_provider)
    with Emulator.running(clock=VirtualClock()) as emulator, emulator.client(observer=collected.observer()) as astra:
        with tracer.start_as_current_span("thread"):
            operation = astra.databases.create("orders", cloud_provider="AWS", region="us-east-2")
            operation.wait()
            for _ in astra.databases.terminate(operation.ids["database_id"]).events():
                break
        assert isinstance(astra, AstraDevOps)
    (thread,) = collected.named("thread")
    for name in ("createDatabase", "wait databases.create", "terminateDatabase", "wait databases.terminate"):
        (span,) = collected.named(name)
        assert parent_of(span) == thread.context.span_id


async def test_the_service_receives_the_trace_of_each_request(collected: Collected) -> None:
    received: list[str | None] = []

    async def answer(request: web.Request) -> web.Response:
        received.append(request.headers.get("traceparent"))
        assert "baggage" not in request.headers
        return web.json_response({"id": "o"}) if len(received) > 1 else web.Response(status=503)

    server = TestServer(web.Application())
    server.app.router.add_get("/v2/currentOrg", answer)
    token = "AstraCS:" + "c" * 24 + ":" + "a" * 64
    policy = RetryPolicy(base_delay=0.01)
    reset = context.attach(baggage.set_baggage("user", "ann"))
    async with server, AsyncAstraDevOps(token, base_url=str(server.make_url("")), observer=collected.observer(), retry=policy) as astra:
        await astra.request("getCurrentOrganization")
    context.detach(reset)
    requests = [span for span in collected.spans if span.kind == SpanKind.CLIENT]
    assert [(header or "").split("-")[1:3] for header in received] == [
        [f"{span.context.trace_id:032x}", f"{span.context.span_id:016x}"] for span in requests
    ]
    assert len(received) == 2


async def test_instrumentation_of_aiohttp_makes_no_second_span(emulator: Emulator, collected: Collected) -> None:
    instrumentor = AioHttpClientInstrumentor()
    instrumentor.instrument(tracer_provider=collected.tracer_provider, meter_provider=collected.meter_provider)
    try:
        async with emulator.async_client(observer=collected.observer()) as astra:
            await astra.organizations.current()
        assert len([span for span in collected.spans if span.kind == SpanKind.CLIENT]) == len(emulator.journal) > 0
        async with emulator.async_client() as astra:
            await astra.organizations.current()
        assert collected.named("GET")  # so it would have
    finally:
        instrumentor.uninstrument()


async def test_a_canceled_call_leaves_no_span_open(emulator: Emulator, collected: Collected, caplog: pytest.LogCaptureFixture) -> None:
    emulator.faults.slow_headers("getCurrentOrganization", 3600)
    observer = collected.observer()
    async with AsyncAstraDevOps(emulator.token, base_url=emulator.url, observer=observer) as astra:
        task = asyncio.create_task(astra.organizations.current())
        while not observer._spans._calls:  # noqa: ASYNC110 - nothing of the call can be waited for
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
    assert not observer._spans._calls
    assert not observer._metrics._running
    assert attributes_of(collected.spans[-1])["error.type"] == "CancelledError"
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


async def test_a_lost_write_has_its_check_below_it(emulator: Emulator, astra: AsyncAstraDevOps, collected: Collected) -> None:
    emulator.faults.reset_after_effect("createDatabase")
    await astra.databases.create("orders", cloud_provider="AWS", region="us-east-2")
    (call,) = collected.named("createDatabase")
    assert call.context.span_id in {parent_of(span) for span in collected.named("listDatabases")}
