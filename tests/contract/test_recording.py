"""A recording of every operation against the emulator differs nowhere from the contract."""

from pathlib import Path
from typing import Any

import pytest

from astra_devops import AsyncAstraDevOps
from astra_devops._rest import index
from astra_devops.emulator import Emulator, Recorder, VirtualClock
from astra_devops.emulator.recording.compare import compare

from .wire_arguments import arguments, arguments_by_id, resolve

# No source has a word for a migration that was aborted: docs/evidence.md#migration-phases.
NO_WORD = "getMigrationStatus: 200 /status is 'Aborted', which the contract does not list"


@pytest.mark.anyio
async def test_every_answer_of_the_emulator_is_in_the_contract(tmp_path: Path) -> None:
    path = tmp_path / "recorded.jsonl"
    async with (
        Emulator(clock=VirtualClock()) as emulator,
        Recorder(emulator.url, path) as recorder,
        AsyncAstraDevOps(emulator.token, base_url=recorder.url, clock=emulator.clock, timeout=3600) as astra,
    ):
        results: dict[str, Any] = {}
        for name, variants in arguments(emulator, str(tmp_path / "a")).items():
            group, _, method = name.partition(".")
            for args, kwargs in variants:
                result = getattr(getattr(astra, group), method)(*resolve(args, results), **resolve(kwargs, results))
                results[name] = result = await (result.collect() if hasattr(result, "collect") else result)
                if hasattr(result, "wait"):
                    await result.wait()
        for operation, request in arguments_by_id(emulator).items():
            await astra.request(operation, **request)
        assert recorder.withheld == 0
    comparison = compare(path)
    assert comparison.lines == (NO_WORD,)
    assert comparison.operations == index.OPERATIONS.keys()
