"""Ctrl-C ends the call that it falls into, leaves nothing running, and the client usable."""

import signal
import sys

import pytest

from .conftest import Scripts

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="os.kill cannot send Ctrl-C")


def test_ctrl_c_during_a_wait_leaves_nothing_running(scripts: Scripts) -> None:
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
        outcome = script.finish()
    assert outcome.code == 0
    assert [line for line in outcome.lines if line != "polled"] == ["interrupted True", "orders", "True"]
    assert outcome.errors == ""


def test_ctrl_c_during_events_ends_the_iteration(scripts: Scripts) -> None:
    with scripts.running(
        """
        astra = connect()
        operation = create(astra)
        try:
            for event in operation.events(interval=3600):
                say("polled")
        except KeyboardInterrupt:
            say("interrupted", astra._bridge.call(count_tasks) == IDLE)
        """
    ) as script:
        script.expect("polled")
        script.process.send_signal(signal.SIGINT)
        outcome = script.finish()
    assert (outcome.code, outcome.lines, outcome.errors) == (0, ["interrupted True"], "")


def test_ctrl_c_that_nobody_catches_ends_the_program(scripts: Scripts) -> None:
    with scripts.running(
        "connect(observer=say_polled).databases.create('orders', cloud_provider='aws', region='us-east-2').wait(interval=3600)"
    ) as script:
        script.expect("polled")
        script.process.send_signal(signal.SIGINT)
        outcome = script.finish()
    assert outcome.code == -signal.SIGINT
    assert outcome.errors.splitlines()[-1] == "KeyboardInterrupt"


STUBBORN = """
from astra_devops.blocking import Bridge

bridge = Bridge()
begun = threading.Event()
cleaned = None


async def stubborn():
    try:
        say("begun")
        await asyncio.sleep(3600)
    except asyncio.CancelledError as error:
        error.add_note("perhaps done, perhaps not")
        raise
    finally:
        cleaned = await clean()
        say("cleaned")
"""


def test_the_cleanup_of_the_call_is_waited_for_and_its_notes_come_along(scripts: Scripts) -> None:
    with scripts.running(
        STUBBORN
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
    assert outcome.lines == ["cleaned", "interrupted ['perhaps done, perhaps not']"]


def test_a_second_ctrl_c_does_not_wait_for_the_cleanup(scripts: Scripts) -> None:
    with scripts.running(
        STUBBORN
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


def test_ctrl_c_during_a_callback_ends_the_calls_that_it_makes(scripts: Scripts) -> None:
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


def test_an_interrupt_at_any_moment_leaves_the_bridge_sound(scripts: Scripts) -> None:
    # Timer signals fall into every line of a call sooner or later, those of locks and of the
    # thread's start among them.
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


        # Where Python cannot raise, in a weak reference's callback for one, it reports instead.
        sys.unraisablehook = lambda report: None
        signal.signal(signal.SIGALRM, interrupt)
        source = random.Random(1)
        ends = set()


        def use(bridge):
            # In a function: a signal at the end of a loop escapes a try statement around that loop
            # in Python 3.13.
            signal.setitimer(signal.ITIMER_REAL, source.uniform(1e-6, 1e-3))
            for _ in range(20):
                assert bridge.call(work) == 1
            signal.setitimer(signal.ITIMER_REAL, 0)
            for _ in range(9):
                pass  # a signal that has come already is raised by now


        for _ in range(30):
            bridge = Bridge()
            for _ in range(30):
                try:
                    use(bridge)
                except Interrupt:
                    signal.setitimer(signal.ITIMER_REAL, 0)
                    ends.add("interrupted")
            assert bridge.call(work) == 1
            assert bridge.call(count_tasks) == IDLE
            bridge.close()
        say(threading.active_count(), sorted(ends))
        """
    )
    assert lines == ["1 ['interrupted']"]
