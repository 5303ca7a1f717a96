"""Spans of waits, linked to the call that began the operation, also in another process."""

import base64
import json

import pytest

from astra_devops import AsyncAstraDevOps
from astra_devops.emulator import Emulator
from astra_devops.operations import resume_token

from .conftest import Collected, attributes_of, parent_of

pytestmark = pytest.mark.anyio


async def test_a_wait_is_one_span_linked_to_its_call(astra: AsyncAstraDevOps, collected: Collected) -> None:
    operation = await astra.databases.create("orders", cloud_provider="AWS", region="us-east-2")
    await operation.wait()
    (call,), (wait,) = collected.named("createDatabase"), collected.named("wait databases.create")
    assert [link.context.span_id for link in wait.links] == [call.context.span_id]
    polls = collected.named("getDatabase")
    assert len(polls) == attributes_of(wait)["astra_devops.polls"] > 2
    assert {parent_of(span) for span in polls} == {wait.context.span_id}
    assert [event.attributes["astra_devops.status"] for event in wait.events if event.attributes] == ["PENDING", "INITIALIZING", "ACTIVE"]
    assert attributes_of(wait)["astra_devops.done"] is True


async def test_a_resume_token_carries_the_trace(emulator: Emulator, astra: AsyncAstraDevOps, collected: Collected) -> None:
    operation = await astra.databases.create("orders", cloud_provider="AWS", region="us-east-2")
    async with emulator.async_client(observer=collected.observer()) as other:
        resumed = await other.resume(operation.resume_token)
        assert resumed.resume_token == operation.resume_token
        await resumed.wait()
    (call,), (wait,) = collected.named("createDatabase"), collected.named("wait databases.create")
    assert [link.context.trace_id for link in wait.links] == [call.context.trace_id]
    assert parent_of(wait) is None


async def test_each_operation_links_to_its_own_call(astra: AsyncAstraDevOps, collected: Collected) -> None:
    tokens = [(await astra.databases.create(name, cloud_provider="AWS", region="us-east-2")).resume_token for name in ("orders", "stock")]
    spans = [(resume_token.decode(token).traceparent or "").split("-")[2] for token in tokens]
    assert spans == [f"{span.context.span_id:016x}" for span in collected.named("createDatabase")]


async def test_without_a_trace_a_token_has_none(emulator: Emulator) -> None:
    async with emulator.async_client() as astra:
        operation = await astra.databases.create("orders", cloud_provider="AWS", region="us-east-2")
    token = operation.resume_token
    document = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    assert document.keys() == {"kind", "params", "v"}


@pytest.mark.parametrize("trace", ["", "00-abc", 5, ["00"], "00-" + "g" * 32 + "-" + "0" * 16 + "-01"])
async def test_a_malformed_trace_in_a_token_is_refused(astra: AsyncAstraDevOps, trace: object) -> None:
    document = {"v": 2, "kind": "databases.create", "params": {"database_id": "d"}, "trace": trace}
    with pytest.raises(ValueError, match="not a resume token"):
        await astra.resume(base64.urlsafe_b64encode(json.dumps(document).encode()).decode())


async def test_a_wait_that_is_left_ends_its_span(astra: AsyncAstraDevOps, collected: Collected) -> None:
    operation = await astra.databases.create("orders", cloud_provider="AWS", region="us-east-2")
    await operation.refresh()
    events = operation.events()
    await anext(events)
    await events.aclose()
    waits = collected.named("wait databases.create")
    assert [attributes_of(wait)["astra_devops.done"] for wait in waits] == [False, False]
    assert "astra_devops.wait.duration" not in collected.points()


async def test_a_wait_that_fails_has_its_error(emulator: Emulator, astra: AsyncAstraDevOps, collected: Collected) -> None:
    emulator.faults.stuck("createDatabase", "PENDING")
    operation = await astra.databases.create("orders", cloud_provider="AWS", region="us-east-2")
    with pytest.raises(Exception, match="not done"):
        await operation.wait(timeout=30)
    (wait,) = collected.named("wait databases.create")
    assert attributes_of(wait)["error.type"] == "OperationTimeoutError"
    (point,) = collected.points()["astra_devops.wait.duration"]
    assert (point.count, point.attributes) == (1, {"astra_devops.operation": "databases.create", "error.type": "OperationTimeoutError"})
