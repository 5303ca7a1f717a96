"""Ctrl-C ends the call that it interrupts, leaves no task running, and the client stays usable."""

import signal
import sys
from collections.abc import Iterator
from typing import Final

import pytest

from astra_devops.emulator import Emulator, VirtualClock

from .conftest import Scripts

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT to send to a process")


@pytest.fixture
def clock() -> VirtualClock:
    """Return a clock that stands still until the test advances it.

    No wait can end before the test interrupts it, however slow the machine is.
    """
    return VirtualClock(auto=False)


@pytest.fixture
def service(clock: VirtualClock) -> Iterator[list[str]]:
    """Serve the API from a thread, on that clock; yield the URL and a token."""
    with Emulator.running(clock=clock) as emulator:
        yield [emulator.url, emulator.token]


def test_ctrl_c_during_a_wait_leaves_no_task_running(scripts: Scripts, clock: VirtualClock) -> None:
    with scripts.running(
        """
        astra = connect(observer=say_polled)
        operation = create(astra)
        try:
            operation.wait(interval=3600)
        except KeyboardInterrupt:
            say("interrupted", astra._bridge.call(count_tasks) == IDLE)
        say(astra.databases.get(operation.resource_id).info.name)
        say(operation.wait(interval=0.01).id == operation.resource_id)
        astra.close()
        """
    ) as script:
        script.expect("polled")
        script.process.send_signal(signal.SIGINT)
        script.expect("interrupted True")
        script.expect("orders")
        clock.advance(600)
        outcome = script.finish()
    assert (outcome.code, outcome.errors) == (0, "")
    assert [line for line in outcome.lines if line != "polled"] == ["True"]


def test_ctrl_c_during_events_ends_the_iteration(scripts: Scripts) -> None:
    with scripts.running(
        """
        astra = connect()
        operation = create(astra)

        def watch():
            # In a function, since an interrupt at the end of a loop escapes a try statement around
            # the loop in Python 3.13.
            for event in operation.events(interval=3600):
                say("polled")

        try:
            watch()
        except KeyboardInterrupt:
            say("interrupted", astra._bridge.call(count_tasks) == IDLE)
        """
    ) as script:
        script.expect("polled")
        script.process.send_signal(signal.SIGINT)
        outcome = script.finish()
    assert (outcome.code, outcome.lines, outcome.errors) == (0, ["interrupted True"], "")


def test_ctrl_c_that_is_not_caught_ends_the_program(scripts: Scripts) -> None:
    with scripts.running(
        "connect(observer=say_polled).databases.create('orders', cloud_provider='aws', region='us-east-2').wait(interval=3600)"
    ) as script:
        script.expect("polled")
        script.process.send_signal(signal.SIGINT)
        outcome = script.finish()
    assert outcome.code == -signal.SIGINT
    *_, interrupt, note = outcome.errors.splitlines()
    assert interrupt == "KeyboardInterrupt"
    assert "resume token: " in note


_STUBBORN: Final = """
from astra_devops.blocking import Bridge

bridge = Bridge()


async def stubborn():
    try:
        say("begun")
        await asyncio.sleep(3600)
    except asyncio.CancelledError as error:
        error.add_note("may have taken effect")
        raise
    finally:
        await clean()
        say("cleaned")
"""


def test_ctrl_c_waits_for_the_cleanup_of_the_call_and_gets_its_notes(scripts: Scripts) -> None:
    with scripts.running(
        _STUBBORN
        + """
async def clean():
    for _ in range(10):
        await asyncio.sleep(0.01)

try:
    bridge.call(stubborn)
except KeyboardInterrupt as error:
    say("interrupted", error.__notes__)
bridge.close()
"""
    ) as script:
        script.expect("begun")
        script.process.send_signal(signal.SIGINT)
        outcome = script.finish()
    assert (outcome.code, outcome.errors) == (0, "")
    assert outcome.lines == ["cleaned", "interrupted ['may have taken effect']"]


def test_a_second_ctrl_c_does_not_wait_for_the_cleanup(scripts: Scripts) -> None:
    with scripts.running(
        _STUBBORN
        + """
async def clean():
    say("cleaning")
    await asyncio.sleep(3600)

try:
    bridge.call(stubborn)
except KeyboardInterrupt:
    say("interrupted")
bridge.close()
"""
    ) as script:
        script.expect("begun")
        script.process.send_signal(signal.SIGINT)
        script.expect("cleaning")
        script.process.send_signal(signal.SIGINT)
        outcome = script.finish()
    assert (outcome.code, outcome.lines, outcome.errors) == (0, ["interrupted"], "")


def test_ctrl_c_during_a_callback_cancels_the_calls_that_it_makes(scripts: Scripts) -> None:
    with scripts.running(
        """
        def provide():
            operation.wait(interval=3600)

        inner = connect(observer=say_polled)
        operation = create(inner)
        outer = AstraDevOps(provide, base_url=URL)
        try:
            outer.databases.list().collect()
        except KeyboardInterrupt:
            say("interrupted", inner._bridge.call(count_tasks) == IDLE, outer._bridge.call(count_tasks) == IDLE)
        inner.close()
        outer.close()
        """
    ) as script:
        script.expect("polled")
        script.process.send_signal(signal.SIGINT)
        outcome = script.finish()
    assert (outcome.code, outcome.lines, outcome.errors) == (0, ["interrupted True True"], "")


def test_an_interrupt_at_any_moment_leaves_the_bridge_usable(scripts: Scripts) -> None:
    # Sooner or later timer signals fall into every line of a call, including those that take locks
    # or start the thread.
    lines = scripts.check(
        """
        import random
        from astra_devops.blocking import Bridge


        class Interrupt(BaseException):
            pass


        def interrupt(number, frame):
            raise Interrupt


        async def work():
            await asyncio.sleep(0)
            return 1


        # Where Python cannot raise, such as in the callback of a weak reference, it reports instead.
        sys.unraisablehook = lambda report: None
        signal.signal(signal.SIGALRM, interrupt)
        source = random.Random(1)
        outcomes = set()


        def use(bridge):
            # In a function, since an interrupt at the end of a loop escapes a try statement around
            # the loop in Python 3.13.
            signal.setitimer(signal.ITIMER_REAL, source.uniform(1e-6, 1e-3))
            for _ in range(20):
                assert bridge.call(work) == 1
            signal.setitimer(signal.ITIMER_REAL, 0)
            for _ in range(9):
                pass  # a signal that has arrived is raised by now


        for _ in range(30):
            bridge = Bridge()
            for _ in range(30):
                try:
                    use(bridge)
                except Interrupt:
                    signal.setitimer(signal.ITIMER_REAL, 0)
                    outcomes.add("interrupted")
            assert bridge.call(work) == 1
            assert bridge.call(count_tasks) == IDLE
            bridge.close()
        say(threading.active_count(), sorted(outcomes))
        """
    )
    assert lines == ["1 ['interrupted']"]
