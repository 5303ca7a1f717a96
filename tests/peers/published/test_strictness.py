"""The emulator refuses no request that the published file allows, except where it is listed."""

import os
import re
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from astra_devops.emulator import Emulator, VirtualClock
from tests.fuzzing.seeded_world import seed_world
from tests.peers.published.judge import Judge
from tests.peers.published.strictness import compare

EXAMPLES: Final = int(os.environ.get("ASTRA_DEVOPS_FUZZ_EXAMPLES", "40"))
"""The number of random requests for each operation."""


@pytest.mark.timeout(60 + 10 * EXAMPLES)
def test_the_emulator_is_stricter_than_the_file_only_where_it_is_listed(judge: Judge) -> None:
    entries: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "stricter.yaml").read_text(encoding="utf-8"))
    with Emulator.running(clock=VirtualClock()) as emulator:
        world = seed_world(emulator)
        tally = compare(judge, world, EXAMPLES)
        world.session.close()
    unlisted = sorted(
        f"{name}: {message[:200]}"
        for name, message in tally.stricter
        if not any(re.match(entry["says"], message) and name in entry.get("operations", [name]) for entry in entries)
    )
    refused = sum(tally.stricter.values())
    print(f"{tally.sent} requests, {tally.valid} of them valid by the file; {refused} of these refused")
    assert not unlisted, "\n".join(unlisted)
    assert tally.crashed == []
