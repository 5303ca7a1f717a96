"""Every operation that changes something, with its answer lost in eleven ways.

What a call reports must be true: a value means that the request took effect, a refusal that it did
not, and nothing that must not happen twice happens twice. Whatever else it may be is unknown.
"""

from collections.abc import Callable
from typing import Any

import pytest

from astra_devops import AsyncAstraDevOps, RetryPolicy, errors
from astra_devops._rest import index
from astra_devops.emulator import Emulator, VirtualClock

from . import wire_arguments
from .wire_arguments import Calls, resolve

pytestmark = pytest.mark.anyio

STATUSES = (500, 502, 504)
WAYS: dict[str, Callable[[Emulator, str], None]] = {
    "reset before": lambda emulator, operation: emulator.faults.reset_before_effect(operation),
    "reset after": lambda emulator, operation: emulator.faults.reset_after_effect(operation),
    "silence before": lambda emulator, operation: emulator.faults.no_answer(operation, before_effect=True),
    "silence after": lambda emulator, operation: emulator.faults.no_answer(operation),
    **{
        f"{status} {moment}": lambda emulator, operation, status=status, moment=moment: emulator.faults.status(
            operation, status, after_effect=moment == "after"
        )
        for status in STATUSES
        for moment in ("before", "after")
    },
    "504 every time": lambda emulator, operation: emulator.faults.status(operation, 504, after_effect=True, times=None),
}
REPEATED = ("resumeMigration", "deleteDevOpsAccessList")
"""Operations of the class ``check_first`` that the service accepts twice, doing nothing then."""

GROUPS: dict[str, Callable[[Emulator, str], Calls]] = {
    "databases": lambda emulator, path: wire_arguments.databases(emulator.add_database("classic", tier="C10", region="us-east-1"), path),
    "capacity": lambda emulator, path: wire_arguments.capacity(emulator),
    "keys": lambda emulator, path: wire_arguments.keys(),
    "enterprises": lambda emulator, path: wire_arguments.enterprises(emulator, path),
    "networks": lambda emulator, path: wire_arguments.networks(emulator),
    "snapshots": lambda emulator, path: wire_arguments.snapshots(emulator),
    "migrations": lambda emulator, path: wire_arguments.migrations(emulator),
    "exports": lambda emulator, path: wire_arguments.exports(emulator),
    "identity": lambda emulator, path: wire_arguments.identity(emulator),
    "provisioning": lambda emulator, path: wire_arguments.provisioning(),
}


class Walk:
    """One emulator, and the results of the calls so far."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator
        self.results: dict[str, Any] = {}

    async def call(self, name: str, variant: tuple[tuple[Any, ...], dict[str, Any]], **options: Any) -> Any:
        emulator = self.emulator
        args, kwargs = (resolve(part, self.results) for part in variant)
        options = {"timeout": 60, **options}
        async with AsyncAstraDevOps(emulator.token, base_url=emulator.url, clock=emulator.clock, **options) as astra:
            group, _, method = name.partition(".")
            result = getattr(getattr(astra, group), method)(*args, **kwargs)
            return await result.collect() if hasattr(result, "collect") else await result

    def effects(self, operation: str) -> int:
        """Return how many requests of an operation took effect."""
        return sum(exchange.own_status in range(200, 300) for exchange in self.emulator.journal.of(operation))

    async def proceed(self, name: str, variant: tuple[tuple[Any, ...], dict[str, Any]]) -> dict[str, int]:
        """Make a call for the calls after it, and return how often each write took effect."""
        self.emulator.journal.clear()
        emulator = self.emulator
        async with AsyncAstraDevOps(emulator.token, base_url=emulator.url, clock=emulator.clock, timeout=3600) as astra:
            group, _, method = name.partition(".")
            args, kwargs = (resolve(part, self.results) for part in variant)
            result = getattr(getattr(astra, group), method)(*args, **kwargs)
            self.results[name] = result = await result.collect() if hasattr(result, "collect") else await result
            if hasattr(result, "wait"):
                await result.wait()
        operations = {exchange.operation for exchange in emulator.journal if exchange.operation in index.OPERATIONS}
        return {operation: self.effects(operation) for operation in operations if index.OPERATIONS[operation].retry != "read"}


@pytest.mark.parametrize("group", GROUPS)
async def test_what_a_call_reports_is_true(group: str, tmp_path: Any) -> None:
    wrong: list[str] = []
    async with Emulator(clock=VirtualClock()) as emulator:
        walk = Walk(emulator)
        for name, variants in GROUPS[group](emulator, str(tmp_path / "bundle")).items():
            for variant in variants:
                state, results = emulator.snapshot(), dict(walk.results)
                for operation, usual in (await walk.proceed(name, variant)).items():
                    after = emulator.snapshot(), walk.results
                    for way in WAYS:
                        emulator.restore(state)
                        walk.results = dict(results)
                        if complaint := await lose(walk, name, variant, operation, usual, way):
                            wrong.append(f"{name}, {operation}, {way}: {complaint}")
                    emulator.restore(after[0])
                    walk.results = after[1]
    assert wrong == []


async def lose(walk: Walk, name: str, variant: Any, operation: str, usual: int, way: str) -> str | None:
    """Make a call with a lost answer, and return what is wrong with its report."""
    walk.emulator.faults.clear()
    walk.emulator.journal.clear()
    WAYS[way](walk.emulator, operation)
    # Time on the wire is real time: only where the service is silent, it must be short.
    limit = {"attempt_timeout": 0.15} if way.startswith("silence") else {}
    try:
        await walk.call(name, variant, retry=RetryPolicy(max_attempts=3, base_delay=0.01), **limit)
        report: Exception | None = None
    except errors.AstraDevOpsError as error:
        report = error
    finally:
        walk.emulator.faults.clear()
    effects = walk.effects(operation)
    statuses = [(exchange.status, exchange.own_status) for exchange in walk.emulator.journal.of(operation)]
    retry = index.OPERATIONS[operation].retry
    if effects > usual and retry != "repeatable" and operation not in REPEATED:
        return f"took effect {effects} times: {statuses}"
    match report:
        case None:
            return None if effects else f"a value without any effect: {statuses}"
        case errors.OutcomeUnknownError():
            return None if "()" in report.how_to_find_out else f"how to find out: {report.how_to_find_out}"
        case errors.ServerError() | errors.ResponseDecodeError():
            return f"{type(report).__name__} {report}: {statuses}"
    return f"{type(report).__name__} {report}, but it took effect: {statuses}" if effects else None
