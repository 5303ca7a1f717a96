"""Every call with canaries in its secrets: nothing that can be shown of it shows one.

Shown are results, errors, events, log records, journals and reports, and the local variables of
the package's frames: those of a traceback, and those of all threads and tasks while a call runs.
"""

import asyncio
import contextlib
import copy
import json
import logging
import pickle
import subprocess
import sys
import traceback
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from types import FrameType
from typing import Any, Final
from urllib.request import Request, urlopen

import attrs
import pytest
from rich.pretty import pretty_repr

import astra_devops
from astra_devops import AstraDevOps, RequestEvent, ResponseEvent, RetryPolicy, Secret
from astra_devops.emulator import Emulator, RealClock
from astra_devops.models import MigrationProxyMapping
from astra_devops.sinks import SplunkSink

from .canaries import chain_of
from .wire_arguments import Later, arguments, arguments_by_id, resolve

PACKAGE: Final = Path(astra_devops.__file__).parent
TEXTS: Final = ("to_dict", "to_json", "record", "records", "_repr_html_", "to_html")
SECRET_ARGUMENTS: Final = ("password", "origin_password")
REVEALING: Final = ("resetPassword", "configureTelemetry", "generateTokenForClient", "generateSecureBundleURL", "launchMigrationProxy")
"""Operations that send or return secrets, whose frames are looked at while they run."""


class Canaries:
    """Secrets that were planted or received, and where one was shown."""

    def __init__(self, token: str) -> None:
        self.known = {token.rpartition(":")[2]}
        self.shown: set[str] = set()
        self._numbers = count()

    def plant(self, value: Any) -> Any:
        """Return an argument with a canary in place of each of its secrets."""
        if isinstance(value, Secret):
            return Secret(self.new())
        if not attrs.has(type(value)) or isinstance(value, Later):
            return value
        return attrs.evolve(value, **{field.alias: self.plant(getattr(value, field.name)) for field in attrs.fields(type(value))})

    def new(self) -> str:
        canary = f"canary-{next(self._numbers):05}-7f31"
        self.known.add(canary)
        return canary

    def add_secrets_of(self, value: Any) -> None:
        """Remember the secrets in a result."""
        if isinstance(value, Secret):
            with contextlib.suppress(ValueError):  # a redacted one
                self.known |= {value.reveal()} if len(value.reveal()) > 5 else set()
        elif isinstance(value, list | tuple):
            for part in value:
                self.add_secrets_of(part)
        elif attrs.has(type(value)):
            for field in attrs.fields(type(value)):
                self.add_secrets_of(getattr(value, field.name))

    def look(self, place: str, *texts: str) -> None:
        if any(canary in text for text in texts for canary in self.known):
            self.shown.add(place)

    def look_at(self, place: str, value: Any) -> None:
        """Look at a value in all the forms in which it can be shown."""
        self.look(place, repr(value), str(value), pretty_repr(value))
        self.look(place, *(str(getattr(value, name)()) for name in TEXTS if hasattr(value, name)))
        if attrs.has(type(value)):
            self.look(place, str(attrs.asdict(value)), repr(copy.copy(value)))
        with contextlib.suppress(TypeError):  # an operation is not pickled
            self.look(place, pickle.dumps(value).decode("latin-1"))

    def look_at_frame(self, frame: FrameType) -> None:
        """Look at the local variables of a frame, by their reprs and as rich shows them."""
        file = Path(frame.f_code.co_filename)
        if file.is_relative_to(PACKAGE) and not file.is_relative_to(PACKAGE / "emulator"):
            place = f"{file.relative_to(PACKAGE)}: {frame.f_code.co_name}"
            for name, value in frame.f_locals.items():
                self.look(f"{place}: {name}", repr(value), pretty_repr(value, max_depth=6, max_length=30))

    def look_at_error(self, place: str, error: BaseException) -> None:
        for one in chain_of(error):
            self.look(place, str(one), repr(vars(one)), pretty_repr(one), *traceback.format_exception(one))
            with contextlib.suppress(TypeError):
                self.look(place, pickle.dumps(one).decode("latin-1"))
            for frame, _ in traceback.walk_tb(one.__traceback__):
                self.look_at_frame(frame)

    def look_at_event(self, event: object) -> None:
        """Look at an event, and at what runs at that moment: it comes in the middle of a call."""
        self.look(type(event).__name__, repr(event), pretty_repr(event))
        if isinstance(event, RequestEvent | ResponseEvent) and event.operation in REVEALING:
            for frame in running_frames():
                self.look_at_frame(frame)


def running_frames() -> Iterator[FrameType]:
    """List the frames of all threads, and of all tasks of the running loop."""
    for top in sys._current_frames().values():
        yield from (frame for frame, _ in traceback.walk_stack(top))
    for task in asyncio.all_tasks():
        part: Any = task.get_coro()
        while (frame := getattr(part, "cr_frame", None)) is not None:
            yield frame
            part = part.cr_await


def calls_of(emulator: Emulator, canaries: Canaries, path: str, results: dict[str, Any]) -> Iterator[tuple[str, list[Any], dict[str, Any]]]:
    """List every method with arguments that contain canaries, and those of operations by id."""
    for name, variants in arguments(emulator, path).items():
        for args, kwargs in variants:
            planted = {
                key: canaries.new() if key in SECRET_ARGUMENTS else canaries.plant(value) for key, value in resolve(kwargs, results).items()
            }
            yield name, [canaries.plant(value) for value in resolve(args, results)], planted
    for operation, request in arguments_by_id(emulator).items():
        yield "request", [operation], request
    body = {"username": "ann", "password": canaries.new()}
    yield "request", ["resetPassword"], {"path": {"databaseID": emulator.add_database("x", tier="C10")}, "body": body}


def called(astra: AstraDevOps, name: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    noun, _, method = name.rpartition(".")
    return getattr(getattr(astra, noun) if noun else astra, method)(*args, **kwargs)


@pytest.mark.parametrize("refusal", [None, 400, 500])
def test_no_call_shows_a_secret(refusal: int | None, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "astra_devops")
    retry = RetryPolicy(max_attempts=2, base_delay=0.001)
    with Emulator.running() as emulator:
        canaries = Canaries(emulator.token)
        with emulator.client(retry=retry) as logged, emulator.client(retry=retry, observer=canaries.look_at_event) as observed:
            results: dict[str, Any] = {}
            for name, args, kwargs in calls_of(emulator, canaries, str(tmp_path / "file"), results):
                if refusal:
                    text = f"no {emulator.token} {' '.join(sorted(canaries.known)[-4:])}"
                    emulator.faults.status(
                        "*", refusal, times=None, body={"errors": [{"ID": 1, "message": text}]}, headers={"x-echo": text}
                    )
                    try:
                        canaries.look_at(name, called(observed, name, args, kwargs))
                    except Exception as error:
                        canaries.look_at_error(name, error)
                    emulator.faults.clear()
                results[name] = result = called(logged if refusal else observed, name, args, kwargs)
                outcome = result.collect() if hasattr(result, "collect") else result.wait() if hasattr(result, "wait") else None
                for value in (result, outcome):
                    canaries.add_secrets_of(value)
                    canaries.look_at(name, value)
            canaries.look_at("client", logged)
        canaries.look("log", caplog.text)
        page = Request(f"{emulator.url}/_emulator", headers={"Authorization": f"Bearer {emulator.token}"})
        canaries.look("emulator", repr(emulator), repr([*emulator.journal]), urlopen(page).read().decode())
    assert len(canaries.known) > 40
    assert canaries.shown == set()


async def test_a_task_that_waits_shows_no_secret() -> None:
    sent, all_sent = set[str](), asyncio.Event()

    def note(event: object) -> None:
        if isinstance(event, RequestEvent) and event.operation in calls:
            sent.add(event.operation)
            if len(sent) == len(calls):
                all_sent.set()

    async with Emulator(clock=RealClock()) as emulator, emulator.async_client(observer=note) as astra:
        canaries = Canaries(emulator.token)
        sink = SplunkSink(endpoint="https://splunk.example.com", index="i", token=canaries.new(), source="s", sourcetype="t")
        databases = [emulator.add_database(f"db-{number}") for number in range(4)]
        mapping = MigrationProxyMapping(origin_ip="172.18.19.20", origin_port=9042, rack=1, rack_node_ordinal=1)
        calls = {
            "resetPassword": astra.databases.reset_password(databases[0], username="ann", password=canaries.new()),
            "configureTelemetry": astra.telemetry.set(databases[1], sink),
            "generateSecureBundleURL": astra.secure_bundles.urls(databases[2]),
            "launchMigrationProxy": astra.migration_proxies.launch(
                databases[3], origin_username="ann", origin_password=canaries.new(), mappings=[mapping]
            ),
        }
        for operation in calls:
            emulator.faults.slow_headers(operation, 3600, times=None)
        tasks = [asyncio.create_task(call) for call in calls.values()]
        await all_sent.wait()
        for frame in running_frames():
            canaries.look_at_frame(frame)
        for task in tasks:
            task.cancel()
        for outcome in await asyncio.gather(*tasks, return_exceptions=True):
            assert isinstance(outcome, BaseException)
            canaries.look_at_error("canceled", outcome)
    assert canaries.shown == set()


def rotate_everything(astra: AstraDevOps, item: tuple[str, Canaries]) -> object:
    """Work with secrets of each kind, and fail in two ways."""
    database_id, canaries = item
    astra.databases.reset_password(database_id, username="ann", password=canaries.new())
    token = astra.tokens.create([astra.roles.list()[0].id])
    canaries.add_secrets_of(token)
    astra.telemetry.set(
        database_id, SplunkSink(endpoint="https://splunk.example.com", index="i", token=canaries.new(), source="s", sourcetype="t")
    )
    if database_id.endswith("5"):
        raise ValueError(f"cannot store {token.token.reveal() if token.token else None}")
    return token, astra.secure_bundles.urls(database_id)


def test_a_fleet_run_and_its_journal_show_no_secret(tmp_path: Path) -> None:
    journal = tmp_path / "run.db"
    with Emulator.running() as emulator, emulator.client() as astra:
        canaries = Canaries(emulator.token)
        items = [(emulator.add_database(f"db-{number}", tier="C10"), canaries) for number in range(12)]
        text = f"no {emulator.token}"
        emulator.faults.status("configureTelemetry", 400, times=3, body={"errors": [{"ID": 1, "message": text}]})
        with astra.fleet.run(rotate_everything, items, key=lambda item: item[0], journal=journal, quiet=True) as run:
            for outcome in run:
                canaries.add_secrets_of(outcome.value)
                canaries.look_at("outcome", outcome.value)
                canaries.look("error", str(outcome.error) if outcome.state != "failed" or "store" not in str(outcome.error) else "")
        report = run.report
        assert {report.counts[state] > 0 for state in ("ok", "failed")} == {True}
        canaries.look("report", str(report), repr(report), pretty_repr(report), json.dumps(report.to_dict()), report.to_html())
        for file in tmp_path.iterdir():
            canaries.look("journal", file.read_bytes().decode("latin-1"))
    for command in ("status", "report"):
        program = [sys.executable, "-m", "astra_devops", "fleet", command, str(journal)]
        for options in ([], ["--json"]):
            done = subprocess.run([*program, *options], capture_output=True, text=True, check=False)
            canaries.look(command, done.stdout, done.stderr)
    assert canaries.shown == set()
