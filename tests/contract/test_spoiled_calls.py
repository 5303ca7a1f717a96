"""Random calls through a proxy that spoils requests by a random schedule.

Whatever happens on the way, what a call reports is true, no error shows a secret, and none is of an
undocumented type: anything but ``AstraDevOpsError`` fails the test.
"""

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from astra_devops import AsyncAstraDevOps, RetryPolicy, errors
from astra_devops._rest import index
from astra_devops.emulator import Emulator, VirtualClock

from .canaries import everything_shown
from .spoiling_proxy import SLOW, WAYS, SpoilingProxy
from .test_lost_answers import GROUPS, REPEATED, Walk
from .wire_arguments import resolve

SEED = os.environ.get("ASTRA_DEVOPS_FAULT_SEED")
"""The seed of the schedules; if not set, they are the same in every run."""
EXAMPLES = int(os.environ.get("ASTRA_DEVOPS_FAULT_EXAMPLES", "15"))
"""The number of schedules for each group of methods."""
SETTINGS = settings(derandomize=SEED is None, database=None, max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
LONGEST_CALL = 30.0
"""Real seconds after which a call counts as hanging; its own time is a few seconds at most."""

# Silence costs real time, so it is rare.
ways = st.none() | st.sampled_from([way for way in WAYS if way != SLOW]) | st.sampled_from(WAYS)
schedules = st.lists(ways, min_size=1, max_size=12)


def with_run_seed(test: Any) -> Any:
    return test if SEED is None else seed(int(SEED))(test)


@asynccontextmanager
async def spoiled_client(emulator: Emulator, proxy: SpoilingProxy) -> AsyncIterator[AsyncAstraDevOps]:
    """Yield a client whose requests pass through the proxy."""
    async with emulator.async_client(
        base_url=proxy.url, timeout=60, attempt_timeout=0.25, retry=RetryPolicy(max_attempts=3, base_delay=0.01)
    ) as astra:
        yield astra


def canaries(emulator: Emulator) -> list[str]:
    """List what nothing may show: the token's secret, passwords, and presigned URLs."""
    return [emulator.token.rpartition(":")[2], "correct horse", "hunter2", "X-Amz-Signature"]


async def outcome_of(call: Awaitable[Any]) -> Any:
    """Return the value of a call, or its error.

    A ValueError is one, too: a role is not listed if the list is spoiled.
    """
    try:
        return await asyncio.wait_for(call, LONGEST_CALL)
    except (errors.AstraDevOpsError, ValueError) as error:
        return error


class Step:
    """A call, with the state in which it works and the writes that it makes."""

    def __init__(self, name: str, variant: Any, state: dict[str, Any], results: dict[str, Any], usual: dict[str, int]) -> None:
        self.name = name
        self.variant = variant
        self.state = state
        self.results = results
        self.usual = usual

    def __repr__(self) -> str:
        return f"<{self.name}: {', '.join(self.usual) or 'no write'}>"


@attrs.define
class Course:
    """The calls of a group of methods, one after the other."""

    emulator: Emulator
    walk: Walk
    steps: list[Step]


async def course(group: str, emulator: Emulator, path: str) -> Course:
    """Make all calls of a group once, without any fault."""
    walk, steps = Walk(emulator), list[Step]()
    for name, variants in GROUPS[group](emulator, path).items():
        for variant in variants:
            state, results = emulator.snapshot(), dict(walk.results)
            steps.append(Step(name, variant, state, results, await walk.proceed(name, variant)))
    return Course(emulator, walk, steps)


@pytest.mark.parametrize("group", GROUPS)
def test_what_a_call_reports_is_true(group: str, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with asyncio.Runner() as runner:
        emulator = Emulator(clock=VirtualClock())
        runner.run(emulator.__aenter__())
        try:
            steps = runner.run(course(group, emulator, str(tmp_path / "bundle")))

            @with_run_seed
            @SETTINGS
            @given(step=st.sampled_from(steps.steps), schedule=schedules)
            def check(step: Step, schedule: list[str | None]) -> None:
                caplog.clear()
                runner.run(check_report(emulator, steps.walk, step, schedule))
                for canary in canaries(emulator):
                    assert canary not in caplog.text

            check()
        finally:
            runner.run(emulator.__aexit__(None, None, None))


async def check_report(emulator: Emulator, walk: Walk, step: Step, schedule: list[str | None]) -> None:
    """Make a call through the proxy, and compare its report with the journal."""
    emulator.restore(step.state)
    walk.results = dict(step.results)
    emulator.journal.clear()
    proxy = SpoilingProxy(emulator.url)
    async with proxy.running(), spoiled_client(emulator, proxy) as astra:
        proxy.spoil(schedule)
        noun, _, method = step.name.partition(".")
        args, kwargs = (resolve(part, walk.results) for part in step.variant)
        call = getattr(getattr(astra, noun), method)(*args, **kwargs)
        report = await outcome_of(call.collect() if hasattr(call, "collect") else call)
    for operation, usual in step.usual.items():
        effects = walk.effects(operation)
        exchanges = [(one.status, one.own_status) for one in emulator.journal.of(operation)]
        if index.OPERATIONS[operation].retry != "repeatable" and operation not in REPEATED:
            assert effects <= usual, f"{operation} took effect {effects} times: {exchanges}"
        match report:
            case errors.OutcomeUnknownError() if index.OPERATIONS[report.operation].retry == "read":
                assert not effects, f"{operation}: {report!r} says nothing of the effect: {exchanges}"
            case errors.OutcomeUnknownError():
                assert "()" in report.how_to_find_out
            case errors.ResponseDecodeError() if report.operation == operation:
                assert effects, f"{operation}: {report!r}, but it took no effect: {exchanges}"
            case Exception():
                # Of several writes one may be done, which the notes say.
                assert len(step.usual) > 1 or not effects, f"{operation}: {report!r}, but it took effect: {exchanges}"
            case _:
                assert effects, f"{operation}: a value without any effect: {exchanges}"
    if isinstance(report, Exception):
        shown = everything_shown(report)
        for canary in canaries(emulator):
            assert canary not in shown, f"{canary} is shown by {report!r}"
