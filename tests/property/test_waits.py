"""Over random courses of events, no wait ends before the effect, and none goes on long after it."""

import asyncio
import pkgutil
from importlib import import_module

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from astra_devops.operations import conditions
from astra_devops.operations.handle import AsyncOperation
from astra_devops.operations.kinds import OperationKind
from astra_devops.operations.poller import DatabasePoller

from .kinds import IDS, SCRIPTS
from .scripted import ScriptedCaller, Timeline

KINDS = {
    kind.name: kind
    for module in pkgutil.iter_modules(conditions.__path__)
    for kind in vars(import_module(f"{conditions.__name__}.{module.name}")).values()
    if isinstance(kind, OperationKind)
}
# Of these at most four in a row, after which a poll that cannot be read ends the wait.
FAILURES = ["503", "502", "429", "408", "409", "lost", "not sent", "page", "empty"]
# Polls after the effect shows: one that had begun before, and one that confirms it.
ENOUGH_POLLS = 3

seconds = st.floats(0, 200)
failures = st.lists(st.none() | st.sampled_from(FAILURES), max_size=4)
# Requests take long, so that much happens between the two requests of one poll.
requests = st.lists(st.sampled_from([0.0, 1.0, 10.0, 30.0]) | st.floats(0, 3), min_size=1, max_size=6)


@st.composite
def timelines(draw: st.DrawFn) -> Timeline:
    """Draw a course of events. A change shows at the earliest when the database has become busy."""
    busy = draw(st.just(0.0) | st.floats(0, 20))
    settled = busy + draw(seconds)
    shows = busy + draw(st.just(0.0) | seconds)
    return Timeline(busy, settled, shows, cached=draw(st.just(0.0) | st.floats(0, 90)), unlisted=draw(st.just(0.0) | st.floats(0, 100)))


def test_every_kind_has_a_script() -> None:
    assert KINDS.keys() == SCRIPTS.keys()


@pytest.mark.parametrize("name", SCRIPTS)
@settings(max_examples=30)
@given(timeline=timelines(), latencies=requests, failures=failures)
def test_a_wait_ends_with_the_effect(name: str, timeline: Timeline, latencies: list[float], failures: list[str | None]) -> None:
    script, kind = SCRIPTS[name], KINDS[name]
    params = {param: IDS.get(param, "") for param in kind.params} | dict(script.params)
    kind.check(params)
    caller = ScriptedCaller(timeline, script.respond, latencies, failures)
    operation = AsyncOperation(kind, params, caller, DatabasePoller(caller))
    effect = timeline.shows
    if script.is_busy:
        is_state_alone = name.startswith("databases.") and not script.params
        effect = timeline.settled if is_state_alone else max(timeline.shows, timeline.settled)

    async def run() -> None:
        polls_after = 0
        async for event in operation.events(timeout=10_000):
            if event.done:
                assert timeline.now >= effect
            # The longest that a 404 may be cached, or a list lag.
            elif timeline.now > max(effect, timeline.cached, timeline.unlisted) and not caller.failures:
                polls_after += 1
                assert polls_after <= ENOUGH_POLLS
        assert event.done

    asyncio.run(run())
