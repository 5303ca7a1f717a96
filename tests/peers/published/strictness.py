"""The same random requests to the emulator and to a judge by the published file."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

import attrs
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from requests import PreparedRequest
from schemathesis import APIOperation, Case, GenerationMode

from astra_devops._rest import index
from tests.contract.wire_facts import route
from tests.fuzzing.mutation import Names, mutate, random_for
from tests.fuzzing.seeded_world import World
from tests.fuzzing.valid_requests import Request, names, valid_requests
from tests.peers.published.judge import Judge

_OUR_IDS: Final = {route(operation.method, operation.path): operation.id for operation in index.OPERATIONS.values()}


@attrs.define
class Tally:
    """What came of the requests."""

    sent: int = 0
    valid: int = 0
    accepted: int = 0
    stricter: Counter[tuple[str, str]] = attrs.field(factory=Counter)
    """How often the emulator refused what the file allows, by operation and message."""
    laxer: Counter[tuple[str, str]] = attrs.field(factory=Counter)
    """How often it accepted what the file objects to, by operation and part of the request."""
    crashed: list[str] = attrs.field(factory=list)


def compare(judge: Judge, world: World, examples: int) -> Tally:
    """Send random requests, the same in every run, to each operation of both documents."""
    config = schemathesis.Config.from_dict({"generation": {"with-security-parameters": False}})
    schema = schemathesis.openapi.from_dict(judge.document, config=config)
    tally, valid, existing = Tally(), valid_requests(world), names(world)
    patient = settings(
        derandomize=True,
        database=None,
        deadline=None,
        max_examples=examples,
        phases=[Phase.generate],
        suppress_health_check=[*HealthCheck],
    )
    for result in schema.get_all_operations():
        operation = result.ok()
        name = _OUR_IDS.get(route(operation.method, operation.path))
        if name is not None:
            patient(_sender(judge, world, tally, name, operation, (valid[name], existing)))()
    return tally


def _sender(
    judge: Judge, world: World, tally: Tally, name: str, operation: APIOperation, known: tuple[Request, Names]
) -> Callable[[], None]:
    """Return a function that sends random requests to an operation, half with known names."""
    strategy = st.one_of(*(operation.as_strategy(mode) for mode in GenerationMode))

    @given(case=strategy, mixes=st.booleans())
    def send(case: Case, mixes: bool) -> None:
        if mixes:
            mutate(case, *known, random_for(case))
        _send(judge, world, tally, name, case)

    return send


def _send(judge: Judge, world: World, tally: Tally, name: str, case: Case) -> None:
    headers = {"Authorization": f"Bearer {world.emulator.token}"}
    response = case.call(base_url=world.emulator.url, headers=headers, session=world.session)
    objections = list(_objections(judge, response.request))
    tally.sent += 1
    tally.valid += not objections
    tally.accepted += response.status_code < 300
    if response.status_code >= 500:
        tally.crashed.append(f"{name}: {response.status_code} {response.text[:200]}")
    if not objections and 400 <= response.status_code < 500:
        for message in _messages(response.text):
            tally.stricter[name, message] += 1
    if objections and response.status_code < 300:
        tally.laxer.update({(name, part) for part in objections})
    if response.status_code < 300 and case.method != "GET":
        world.restore()


def _objections(judge: Judge, request: PreparedRequest) -> Iterator[str]:
    parts = urlsplit(str(request.url))
    content = request.body.encode() if isinstance(request.body, str) else request.body or b""
    try:
        body = json.loads(content) if content else None
    except ValueError:
        yield "needs"
        return
    query = parse_qsl(parts.query, keep_blank_values=True)
    found = judge.objections(str(request.method), parts.path, query, request.headers, body, sent=bool(content))
    yield from dict.fromkeys(objection.part for objection in found)


def _messages(text: str) -> list[str]:
    """Return the messages of an error."""
    try:
        answer: Any = json.loads(text)
    except ValueError:
        answer = text
    errors = answer.get("errors", [answer]) if isinstance(answer, dict) else [answer]
    return [str(error.get("message", error.get("detail", error)) if isinstance(error, dict) else error) for error in errors]
