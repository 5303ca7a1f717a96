"""Secrets do not leak when calls fail.

Canary secrets are put wherever a user may put one, every call is made to fail, and everything that
is shown is searched for them.
"""

import asyncio
import copy
import logging
import pickle
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import pytest

from astra_devops import Answer, AstraDevOps, AsyncAstraDevOps, RetryPolicy, Secret, errors, sinks
from astra_devops._rest.endpoints import telemetry
from astra_devops._rest.models.telemetry_requests import SplunkTelemetryRequest, SplunkTelemetryRequestBlock
from astra_devops._runtime.auth.astrarc import read_profile
from astra_devops.emulator import Emulator, RealClock

pytestmark = pytest.mark.anyio

PASSWORD = "canary-password-8c1f"
SPLUNK = "canary-splunk-77aa"
HEADER = "canary-header-5e21"


def everything_shown(error: BaseException) -> str:
    shown = []
    seen: set[int] = set()
    chain: list[BaseException | None] = [error]
    while chain:
        one = chain.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        chain += [one.__cause__, one.__context__]
        shown += [str(one), repr(one), repr(one.args), repr(vars(one)), "".join(traceback.format_exception(one))]
        shown.append(pickle.dumps(one).decode("latin-1"))
        shown.append(repr(vars(copy.copy(one))))
        for frame in traceback.TracebackException.from_exception(one, capture_locals=True).stack:
            if "/astra_devops/_runtime/" in frame.filename:
                shown.append(repr(frame.locals))
    return "\n".join(shown)


SENT = {"createDatabase": "", "listDatabases": "", "resetPassword": PASSWORD, "configureTelemetry": SPLUNK}
"""The operations that are called, and the secret that each sends and the service may echo."""

FAULTS = {
    "echo": lambda faults, op, token: faults.status(
        op,
        400,
        times=None,
        body={"errors": [{"ID": 1, "message": f"bad {token} {SENT[op]}"}]},
        headers={"x-echo": f"Bearer {token} {SENT[op]}"},
    ),
    "html": lambda faults, op, token: faults.status(op, 502, times=None, body=f"<html><title>{token}</title>", content_type="text/html"),
    "text": lambda faults, op, token: faults.status(op, 401, times=None, body=f"no {token} {SENT[op]}", content_type="text/plain"),
    "null": lambda faults, op, token: faults.status(op, 401, times=None, body=b"null"),
    "reset": lambda faults, op, token: faults.reset_before_effect(op, times=None),
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_nothing_shown_holds_a_secret(
    emulator: Emulator, fault: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    events: list[object] = []
    caplog.set_level(logging.DEBUG)
    for operation in SENT:
        FAULTS[fault](emulator.faults, operation, emulator.token)
    async with AsyncAstraDevOps(
        Secret(emulator.token),
        base_url=emulator.url,
        clock=emulator.clock,
        observer=events.append,
        retry=RetryPolicy(max_attempts=2),
    ) as astra:
        sink = SplunkTelemetryRequest(
            splunk=SplunkTelemetryRequestBlock(endpoint="https://splunk.example", index="i", token=Secret(SPLUNK))
        )
        calls = [
            astra.databases.create("orders", cloud_provider="AWS", region="us-east-2"),
            astra.databases.list().collect(),
            astra.databases.reset_password("d", username="ann", password=Secret(PASSWORD)),
            telemetry.configure_telemetry(astra._caller, database_id="d", body=sink),
        ]
        outcomes = await asyncio.gather(*calls, return_exceptions=True)
        shown = "\n".join(everything_shown(outcome) for outcome in outcomes if isinstance(outcome, BaseException))
        shown += (
            repr(astra) + repr(vars(astra)) + repr(vars(astra._caller)) + repr(astra._caller.options) + repr(sink) + str(attrs.asdict(sink))
        )
    assert all(isinstance(outcome, Exception) for outcome in outcomes)
    shown += repr(events) + caplog.text + "".join(capfd.readouterr())
    for canary in (emulator.token, emulator.token.rpartition(":")[2], PASSWORD, SPLUNK):
        assert canary not in shown


async def test_a_client_is_not_pickled(emulator: Emulator) -> None:
    astra = AsyncAstraDevOps(emulator.token, base_url=emulator.url)
    for duplicate in (pickle.dumps, copy.deepcopy):
        with pytest.raises(TypeError, match="holds a token"):
            duplicate(astra._caller.auth)
        with pytest.raises(Exception) as caught:  # noqa: PT011 - any error will do
            duplicate(astra)
        assert emulator.token not in str(caught.value)


async def test_models_show_and_pickle_no_presigned_address(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    database_id = emulator.add_database("orders")
    (datacenter,) = await astra.datacenters.list(database_id)
    database = await astra.databases.get(database_id)
    assert "X-Amz-Signature" in datacenter.secure_bundle_url.reveal()
    for value in (datacenter, database):
        for shown in (repr(value), str(attrs.asdict(value)), pickle.dumps(value).decode("latin-1"), repr(copy.deepcopy(value))):
            assert "X-Amz-Signature" not in shown


def leaks(error: BaseException | None, *canaries: str) -> list[str]:
    """Return the frames of everything but this file whose local variables show a canary."""
    found, seen = [], set[int]()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        for frame in traceback.TracebackException.from_exception(error, capture_locals=True).stack:
            if frame.filename != __file__ and any(canary in str(frame.locals) for canary in canaries):
                found.append(f"{frame.filename}:{frame.lineno} {frame.name}")
        error = error.__cause__ or error.__context__
    return found


@pytest.mark.parametrize("fault", ["slow_headers", "slow_body"])
@pytest.mark.parametrize("password", [PASSWORD, Secret(PASSWORD)])
async def test_a_call_that_is_cancelled_shows_no_secret_in_a_traceback_with_local_variables(fault: str, password: str | Secret) -> None:
    async with Emulator(clock=RealClock()) as emulator, AsyncAstraDevOps(emulator.token, base_url=emulator.url) as astra:
        calls = {
            "resetPassword": lambda: astra.databases.reset_password("d", username="ann", password=password),
            "listDatabases": lambda: astra.databases.list().collect(),
        }
        for operation, call in calls.items():
            getattr(emulator.faults, fault)(operation, 3600, times=None)
            with pytest.raises(TimeoutError) as caught:
                async with asyncio.timeout(0.3):
                    await call()
            assert leaks(caught.value, PASSWORD, emulator.token) == []
        with pytest.raises(TimeoutError) as caught:
            async with asyncio.timeout(0.3):
                await astra.request("resetPassword", path={"databaseID": "d"}, body={"username": "ann", "password": PASSWORD})
        assert leaks(caught.value, PASSWORD, emulator.token) == []


async def test_a_cancelled_call_keeps_the_exception_that_its_caller_handles() -> None:
    async with Emulator(clock=RealClock()) as emulator, AsyncAstraDevOps(emulator.token, base_url=emulator.url) as astra:
        emulator.faults.slow_headers("listDatabases", 3600, times=None)
        with pytest.raises(TimeoutError) as caught:  # noqa: PT012 - what is handled around the call is the point
            try:
                raise LookupError("no name")
            except LookupError:
                async with asyncio.timeout(0.2):
                    await astra.databases.list().collect()
        assert isinstance(caught.value.__cause__, asyncio.CancelledError)
        assert isinstance(caught.value.__cause__.__context__, LookupError)


@pytest.mark.parametrize("status", [202, 400])
async def test_the_title_of_a_page_is_masked_before_it_is_shown(emulator: Emulator, astra: AsyncAstraDevOps, status: int) -> None:
    page = f"<html><title>{PASSWORD}</title>"
    emulator.faults.status("resetPassword", status, body=page, content_type="text/html")
    with pytest.raises(errors.AstraDevOpsError, match="an HTML page") as caught:
        await astra.databases.reset_password("d", username="ann", password=PASSWORD)
    assert PASSWORD not in everything_shown(caught.value)


async def test_what_the_service_echoes_stays_on_one_line_and_is_masked_before_it_is_cut(
    emulator: Emulator, astra: AsyncAstraDevOps
) -> None:
    message = "x" * 490 + PASSWORD
    emulator.faults.status("resetPassword", 400, body={"errors": [{"ID": 1, "message": "no\nway\x1b[31m"}, {"ID": 2, "message": message}]})
    with pytest.raises(errors.BadRequestError) as caught:
        await astra.databases.reset_password("d", username="ann", password=PASSWORD)
    assert r"no\nway\x1b[31m" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert PASSWORD[:8] not in str(caught.value)


def all_shown(error: BaseException) -> str:
    """Return what a debugger shows of an exception and those before it, without our own frames."""
    shown, seen, chain = [], set[int](), [error]
    while chain:
        one = chain.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        chain += [other for other in (one.__cause__, one.__context__) if other is not None]
        frames = [frame for frame, _ in traceback.walk_tb(one.__traceback__) if frame.f_code.co_filename != __file__]
        shown += [str(one), repr(one.args), repr(vars(one)), *(repr(frame.f_locals) for frame in frames)]
    return "\n".join(shown)


BODY = {"username": "ann", "password": PASSWORD}


@pytest.mark.parametrize(
    "body",
    [f'{{"token": "{PASSWORD}', [{"id": 5, "clientId": [PASSWORD, PASSWORD], "token": PASSWORD}] * 2],
    ids=["not JSON", "wrong shape"],
)
async def test_a_success_that_cannot_be_read_shows_nothing_of_its_body(emulator: Emulator, astra: AsyncAstraDevOps, body: object) -> None:
    emulator.faults.status("getClientsForOrg", 200, body=body, content_type="application/json")
    with pytest.raises(errors.ResponseDecodeError) as caught:
        await astra.tokens.list()
    assert PASSWORD not in all_shown(caught.value)


@pytest.mark.parametrize("turns", range(4))
async def test_a_call_that_is_canceled_at_its_beginning_shows_no_password(astra: AsyncAstraDevOps, turns: int) -> None:
    for call in (
        astra.databases.reset_password("d", username="ann", password=PASSWORD),
        astra.migration_proxies.launch("d", origin_username="ann", origin_password=PASSWORD, mappings=[]),
        astra.request("resetPassword", path={"databaseID": "d"}, body=BODY),
    ):
        task = asyncio.ensure_future(call)
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises((asyncio.CancelledError, ValueError)) as caught:
            await task
        assert PASSWORD not in all_shown(caught.value)


@pytest.mark.parametrize("body", [BODY, {**BODY, "more": object()}, {**BODY, "more": float("nan")}, {**BODY, "more": "\ud800"}, PASSWORD])
def test_a_call_by_operation_id_that_fails_shows_nothing_of_its_body(body: object) -> None:
    with Emulator.running() as emulator, AstraDevOps(emulator.token, base_url=emulator.url, clock=emulator.clock) as astra:
        with pytest.raises((errors.NotFoundError, errors.BadRequestError, TypeError, ValueError)) as caught:
            astra.request("resetPassword", path={"databaseID": "d"}, body=body)
        assert PASSWORD not in all_shown(caught.value)


@pytest.mark.parametrize("wrong", [PASSWORD.encode(), [PASSWORD], {"token": PASSWORD}])
def test_a_secret_of_a_wrong_type_is_not_shown(wrong: object) -> None:
    kind = type(wrong).__name__
    with pytest.raises(TypeError, match=f"^token must be .* not {kind}$") as caught:
        AstraDevOps(wrong)
    assert PASSWORD not in all_shown(caught.value)
    with pytest.raises(TypeError, match=f"^proxy must be .* not {kind}$") as caught:
        AstraDevOps(proxy=wrong)
    assert PASSWORD not in all_shown(caught.value)
    with (
        AstraDevOps(f"AstraCS:{'a' * 24}:{'b' * 64}") as astra,
        pytest.raises(TypeError, match=f"^password must be .* not {kind}$") as caught,
    ):
        astra.databases.reset_password("d", username="ann", password=wrong)
    assert PASSWORD not in all_shown(caught.value)


async def test_a_token_is_not_an_id(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    with pytest.raises(ValueError, match=r"^client_id must be an id, not a token$"):
        await astra.tokens.delete(emulator.token)
    assert len(emulator.journal) == 0


def test_a_profile_that_cannot_be_read_shows_nothing_of_its_file(tmp_path: Path) -> None:
    file = tmp_path / ".astrarc"
    file.touch(0o600)
    for content, name in ((f"[default]\nASTRA_DB_APPLICATION_TOKEN={PASSWORD}\n\xff", "default"), ("[AstraCS:a:b]\n", "AstraCS:c:d")):
        file.write_text(content, encoding="latin-1")
        with pytest.raises(errors.ConfigurationError) as caught:
            read_profile(file, name)
        shown = all_shown(caught.value)
        assert PASSWORD not in shown
        assert "AstraCS:" not in str(caught.value)


def test_an_address_shows_no_password() -> None:
    sink = sinks.SplunkSink(endpoint="https://me:CANARY@splunk.example.com", index="i", token="t", source="s", sourcetype="st")
    assert "CANARY" not in repr(sink)
    assert sink.endpoint == "https://me:CANARY@splunk.example.com"
    answer: Answer[None] = Answer(value=None, status=200, headers={"location": "https://me:CANARY@host/x"})
    assert "CANARY" not in f"{answer!r} {answer.headers!r}"


@pytest.mark.parametrize(
    "make",
    [
        lambda secret: sinks.BasicAuth(5, secret),  # type: ignore[arg-type]
        lambda secret: sinks.BasicAuth("user", secret, secret),  # type: ignore[call-arg]
        lambda secret: sinks.BasicAuth("user", secret + "\0"),
        lambda secret: sinks.BasicAuth("user", secret.encode()),
        lambda secret: sinks.SplunkSink(endpoint=5, index="i", token=secret, source="s", sourcetype="st"),  # type: ignore[arg-type]
        lambda secret: sinks.SplunkSink(endpoint="e", index="i", tokn=secret, source="s", sourcetype="st"),  # type: ignore[call-arg]
    ],
)
def test_a_sink_that_is_refused_shows_its_secret_in_no_frame(make: Callable[[str], object]) -> None:
    with pytest.raises((TypeError, ValueError)) as caught:
        make(PASSWORD)
    assert PASSWORD not in str(caught.value)
    frames = [frame for frame, _ in traceback.walk_tb(caught.value.__traceback__) if "/tests/" not in frame.f_code.co_filename]
    assert frames
    for frame in frames:
        # The sink itself has no repr before all its fields are set.
        assert PASSWORD not in str({name: value for name, value in frame.f_locals.items() if name != "self"})


@pytest.mark.parametrize("client", [AsyncAstraDevOps, AstraDevOps])
def test_a_password_in_the_base_url_is_in_no_frame(client: Any) -> None:
    with pytest.raises(ValueError, match="base_url must not contain credentials") as caught:
        client(base_url="https://me:CANARY@host")
    frames = traceback.TracebackException.from_exception(caught.value, capture_locals=True).stack
    own = [frame for frame in frames if "astra_devops/" in frame.filename and "tests/" not in frame.filename]
    assert own
    assert "CANARY" not in str([frame.locals for frame in own])


REFUSED_HEADERS = [
    {"X-Gateway": HEADER + "\n"},
    {"X-Gateway": HEADER + "\ud800"},
    {"X-Gateway": HEADER, "X-Team": 3},
    {"X Gateway": HEADER},
    {"Authorization": HEADER},
    {"Authorization": Secret(HEADER)},
    [("X-Gateway", HEADER)],
]


@pytest.mark.parametrize("headers", REFUSED_HEADERS)
@pytest.mark.parametrize("client", [AsyncAstraDevOps, AstraDevOps])
async def test_headers_that_are_refused_are_in_no_traceback_with_local_variables(client: Any, headers: Any) -> None:
    astra = client("AstraCS:" + "a" * 24 + ":" + "0" * 64)
    with pytest.raises((TypeError, ValueError)) as caught:
        astra.with_options(headers=headers)
    assert leaks(caught.value, HEADER) == []
    assert HEADER not in everything_shown(caught.value)
    with pytest.raises(ValueError, match="timeout") as caught:
        astra.with_options(headers={"X-Gateway": HEADER}, timeout=-1)
    assert leaks(caught.value, HEADER) == []


async def test_a_secret_header_is_sent_and_masked_where_it_is_echoed(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    view = astra.with_options(headers={"X-Gateway": Secret(HEADER), "X-Team": "blue"}, retry=RetryPolicy(max_attempts=1))
    emulator.faults.status("getCurrentOrganization", 400, body={"errors": [{"ID": 1, "message": f"bad {HEADER} of blue"}]})
    with pytest.raises(errors.BadRequestError, match="of blue") as caught:
        await view.organizations.current()
    assert HEADER not in everything_shown(caught.value)
    (exchange,) = emulator.journal.of("getCurrentOrganization")
    assert (exchange.headers["x-gateway"], exchange.headers["x-team"]) == (HEADER, "blue")
