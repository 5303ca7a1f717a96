"""Sequences of requests under random faults: the emulator stays up, and its state stays whole."""

import contextlib
import json
from collections.abc import Callable
from datetime import datetime
from random import Random
from typing import Any

import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st

from astra_devops.emulator import Emulator, Faults, VirtualClock

from .contract import EXAMPLES, OPERATIONS, PATIENT, with_run_seed
from .mutation import mutate
from .sending import Sender, id_of

Scripted = Callable[[Faults, str], None]

PAUSES = (0.0, 0.0, 5.0, 600.0)
"""Seconds between two requests."""
SILENCE = 0.2
"""Real seconds after which the client gives up on an answer that a fault withholds."""
EARLY_MISSES = 2
"""How many of the first reads of a new database are answered with 404, by one of the faults."""
FAULTS: dict[str, Scripted] = {
    "none": lambda faults, operation: None,
    "status before": lambda faults, operation: faults.status(operation, 503),
    "status after": lambda faults, operation: faults.status(operation, 504, after_effect=True),
    "rate limit": lambda faults, operation: faults.rate_limit(operation, retry_after="soon", times=2),
    "edge page": lambda faults, operation: faults.edge_page(operation),
    "reset before": lambda faults, operation: faults.reset_before_effect(operation),
    "reset after": lambda faults, operation: faults.reset_after_effect(operation, probability=0.5),
    "silence before": lambda faults, operation: faults.no_answer(operation, before_effect=True),
    "silence after": lambda faults, operation: faults.no_answer(operation),
    "slow headers": lambda faults, operation: faults.slow_headers(operation, 30),
    "slow body": lambda faults, operation: faults.slow_body(operation, 30),
    "null body": lambda faults, operation: faults.null_body("*", times=3),
    "text body": lambda faults, operation: faults.text_body(operation),
    "wrong type": lambda faults, operation: faults.wrong_type(operation),
    "truncated": lambda faults, operation: faults.truncated_gzip(operation),
    "oversized": lambda faults, operation: faults.oversized(operation, 100_000),
    "refused connections": lambda faults, operation: faults.refuse_connections(60),
    "not found": lambda faults, operation: faults.not_found_after_create(EARLY_MISSES),
    "list lag": lambda faults, operation: faults.list_lag(30),
    "stale": lambda faults, operation: faults.stale_reads("getDatabase", times=2),
    "stuck": lambda faults, operation: faults.stuck("createDatabase", "PENDING"),
    "failing": lambda faults, operation: faults.fail_state("createDatabase"),
}
steps = st.lists(
    st.tuples(st.sampled_from([*OPERATIONS]), st.sampled_from([*FAULTS]), st.sampled_from(PAUSES), st.integers(0, 2**32)),
    min_size=10,
    max_size=30,
)


@pytest.mark.timeout(60 + 4 * EXAMPLES)
@with_run_seed
@settings(PATIENT, max_examples=EXAMPLES, deadline=None)
@given(steps=steps)
def test_random_faults(steps: list[tuple[str, str, float, int]], default_quirks: Sender) -> None:
    world = default_quirks.world
    emulator = world.emulator
    emulator.faults.clear()
    emulator.journal.clear()
    world.restore()
    databases_before = count_databases(emulator.snapshot())
    try:
        for operation, fault, pause, seed in steps:
            FAULTS[fault](emulator.faults, operation)
            send(default_quirks, operation, Random(seed))
            if pause:
                world.pass_time(pause)
    finally:
        emulator.faults.clear()
    check_state(emulator, databases_before)


def send(sender: Sender, operation: str, rng: Random) -> None:
    """Send a mutated request, and check that the emulator itself has not failed."""
    case = sender.valid_case(OPERATIONS[operation])
    if rng.random() < 0.5:
        mutate(case, sender.valid[id_of(case)], sender.names, rng)
    headers = {"Authorization": f"Bearer {sender.world.emulator.token}"}
    with contextlib.suppress(requests.RequestException):
        answer = case.call(base_url=sender.world.emulator.url, headers=headers, session=sender.world.session, timeout=SILENCE)
        assert answer.status_code != 500, (operation, answer.text[:200])


def check_state(emulator: Emulator, databases_before: int) -> None:
    """Check what holds after any sequence: nothing was made unseen, and the state can be saved."""
    created = [exchange for exchange in emulator.journal.of("createDatabase") if exchange.own_status == 201]
    state = emulator.snapshot()
    assert count_databases(state) == databases_before + len(created)
    assert [exchange for exchange in emulator.journal if exchange.own_status == 500] == []
    restored = Emulator(clock=VirtualClock(datetime.fromisoformat(state["taken"])), state=json.loads(json.dumps(state)))
    assert restored.snapshot() == state
    headers = {"Authorization": f"Bearer {emulator.token}"}
    for database_id in emulator.databases:
        url = f"{emulator.url}/v2/databases/{database_id}"
        # Clearing the faults does not end the early misses of a database that exists.
        statuses = [requests.get(url, headers=headers, timeout=10).status_code for _ in range(EARLY_MISSES + 1)]
        assert statuses[-1] == 200, (database_id, statuses)
    assert requests.get(f"{emulator.url}/_emulator/state.json", timeout=10).status_code == 200


def count_databases(state: dict[str, Any]) -> int:
    """Count the databases of all organizations in a snapshot."""
    return sum(len(world["organization"]["databases"]) for world in state["worlds"].values())
