"""The client reads the answers of a mock server that is made of the published file."""

from collections.abc import Callable
from itertools import count
from random import Random
from typing import Any

import pytest
from aiohttp.test_utils import TestServer

from astra_devops import AsyncAstraDevOps
from astra_devops._rest import index
from astra_devops.errors import ResponseDecodeError
from tests.contract.wire_facts import route
from tests.peers.published.answers import example, made_up
from tests.peers.published.conftest import Recorded
from tests.peers.published.judge import Judge
from tests.peers.published.server import MockServer

DRAWS = 15
"""How many answers are made up for each operation."""
# The published file has a list where the service answers the object. Of several, nothing says which
# one is meant (docs/evidence.md#lists-of-one).
LISTS_OF_ONE = {"getCurrentOrganization", "getOrganizationRole"}
# An empty list is no new token either.
NOT_EMPTY = {"generateTokenForClient"}
LEAST_DECODED = 122
Make = Callable[[Judge, dict[str, Any], str, int], Any]


def _static(judge: Judge, content: dict[str, Any], name: str, draw: int) -> Any:
    return example(judge.document, content)


def _whole(judge: Judge, content: dict[str, Any], name: str, draw: int) -> Any:
    for attempt in count():
        value = made_up(judge.document, content, Random(f"{name} {draw} {attempt}"), whole=True)
        if (name not in LISTS_OF_ONE or len(value) == 1) and (name not in NOT_EMPTY or value):
            return value
    raise AssertionError


def _partial(judge: Judge, content: dict[str, Any], name: str, draw: int) -> Any:
    return made_up(judge.document, content, Random(f"{name} {draw}"), whole=False)


async def _refusals(judge: Judge, recorded: Recorded, make: Make, draws: int) -> tuple[dict[str, str], int]:
    """Return why answers were refused, by operation, and how many operations were called."""
    published = {route(operation.method, operation.path): operation for operation in judge.operations}
    mock, refused, called = MockServer(judge), dict[str, str](), 0
    server = TestServer(mock.application())
    await server.start_server()
    async with AsyncAstraDevOps(recorded.token, base_url=str(server.make_url("")).rstrip("/")) as astra:
        for operation in index.OPERATIONS.values():
            if (declared := published.get(route(operation.method, operation.path))) is None:
                continue
            called += 1
            arguments: dict[str, Any] = recorded.arguments_of(operation.id)
            for status, content in declared.answers.items():
                media, schema = next(iter(content.items()), ("", {}))
                for draw in range(draws if content else 1):
                    mock.answer = (status, media, make(judge, schema, operation.id, draw)) if content else None
                    try:
                        await astra.request(operation.id, **arguments)
                    except ResponseDecodeError as error:
                        refused[operation.id] = str(error)
    await server.close()
    return refused, called


@pytest.mark.anyio
async def test_the_examples_decode(judge: Judge, recorded: Recorded) -> None:
    refused, called = await _refusals(judge, recorded, _static, 1)
    print(f"examples of {called - len(refused)} of {called} operations decode")
    assert called - len(refused) >= LEAST_DECODED, refused


@pytest.mark.anyio
@pytest.mark.timeout(300)
async def test_answers_with_all_fields_decode(judge: Judge, recorded: Recorded) -> None:
    refused, called = await _refusals(judge, recorded, _whole, DRAWS)
    print(f"all of {DRAWS} made-up answers each of {called - len(refused)} of {called} operations decode")
    assert called - len(refused) >= LEAST_DECODED, refused


@pytest.mark.anyio
@pytest.mark.timeout(300)
async def test_answers_without_optional_fields_decode_unless_they_identify_nothing(judge: Judge, recorded: Recorded) -> None:
    refused, _ = await _refusals(judge, recorded, _partial, DRAWS)
    others = {name: text for name, text in refused.items() if "not missing" not in text and name not in LISTS_OF_ONE | NOT_EMPTY}
    assert others == {}
