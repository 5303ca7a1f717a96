"""Several operations at once in blocking code: nothing is lost, and Ctrl-C ends all waits."""

import signal
import sys
from collections.abc import Iterator
from functools import partial

import pytest

from astra_devops import AstraDevOps, Operation, errors
from astra_devops.emulator import Emulator, VirtualClock
from astra_devops.models import Database

from .conftest import Scripts


def create(astra: AstraDevOps, name: str, region: str = "us-east-2") -> Operation[Database]:
    return astra.databases.create(name, cloud_provider="AWS", region=region)


def test_one_refused_call_of_eight_costs_nothing_of_the_others(emulator: Emulator, astra: AstraDevOps) -> None:
    names = [f"shop-{number}" for number in range(8)]
    with pytest.raises(errors.OperationGroupError) as caught:
        astra.wait_all(*(partial(create, astra, name, "atlantis-1" if name == "shop-3" else "us-east-2") for name in names))
    outcomes = caught.value.outcomes
    assert [outcome.value and outcome.value.info.name for outcome in outcomes] == [*names[:3], None, *names[4:]]
    assert isinstance(outcomes[3].error, errors.UnprocessableError)
    listed = {database.id: database.status for database in astra.databases.list()}
    assert listed == {outcome.value.id: "ACTIVE" for outcome in outcomes if outcome.value}


def test_operations_and_calls_may_be_mixed(astra: AstraDevOps) -> None:
    first = create(astra, "first")
    databases = astra.wait_all(first, lambda: create(astra, "second"))
    assert [database.info.name for database in databases] == ["first", "second"]
    assert astra.with_options(timeout=5).wait_all(first)[0].id == first.resource_id


def test_arguments_are_checked(emulator: Emulator, astra: AstraDevOps) -> None:
    with pytest.raises(TypeError, match=r"operations\[0\] must be an operation, or a function that returns one, not str"):
        astra.wait_all("orders")  # type: ignore[arg-type]
    with pytest.raises(errors.OperationGroupError, match=r"TypeError: operations\[0\] must return an operation, not NoneType"):
        astra.wait_all(lambda: None)  # type: ignore[arg-type, return-value]
    with pytest.raises(TypeError, match=r"operations\[0\] must be an operation, not str"):
        astra.watch("orders")  # type: ignore[arg-type]
    with AstraDevOps(emulator.token, base_url=emulator.url, clock=emulator.clock) as other:
        operation = create(other, "orders")
        for call in (astra.wait_all, astra.watch):
            with pytest.raises(ValueError, match=r"operations\[0\] must be an operation of this client"):
                call(operation)
        assert astra.wait_all(astra.resume(operation.resume_token))[0].status == "ACTIVE"


def test_events_of_several_operations_come_together(emulator: Emulator, astra: AstraDevOps) -> None:
    emulator.faults.fail_state("createDatabase")
    failing = create(astra, "failing")
    good = create(astra, "good")
    statuses: dict[object, list[str | None]] = {failing: [], good: []}

    def follow() -> None:
        for operation, event in astra.watch(failing, good, changes_only=True):
            statuses[operation].append("failed" if event.error else event.status)

    with pytest.raises(errors.OperationGroupError) as caught:
        follow()
    assert statuses[good] == ["PENDING", "INITIALIZING", "ACTIVE"]
    assert statuses[failing] == ["PENDING", "INITIALIZING", "failed"]
    assert caught.value.outcomes[1].value.info.name == "good"


def test_only_changes_are_reported_on_request(astra: AstraDevOps) -> None:
    operation = create(astra, "orders")
    assert [event.status for event in operation.events(changes_only=True)] == ["PENDING", "INITIALIZING", "ACTIVE"]


def test_leaving_a_stream_ends_the_waits(scripts: Scripts) -> None:
    assert scripts.check(
        """
        astra = connect()
        for operation, event in astra.watch(create(astra, "one"), create(astra, "two")):
            break
        del operation, event
        while (count := astra._bridge.call(count_tasks)) != IDLE:
            pass
        say(count == IDLE)
        astra.close()
        """
    ) == ["True"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT to send to a process")
@pytest.mark.parametrize("wait", ["astra.wait_all(*operations)", "list(astra.watch(*operations))"])
def test_ctrl_c_ends_all_waits_and_names_their_resume_tokens(scripts: Scripts, clock: VirtualClock, wait: str) -> None:
    with scripts.running(
        f"""
        astra = connect(observer=say_polled)
        operations = [create(astra, "one"), create(astra, "two")]
        try:
            {wait}
        except KeyboardInterrupt as error:
            notes = " ".join(error.__notes__)
            say("interrupted", all(operation.resume_token in notes for operation in operations), astra._bridge.call(count_tasks) == IDLE)
        astra.close()
        """
    ) as script:
        script.expect("polled")
        script.expect("polled")
        script.process.send_signal(signal.SIGINT)
        script.expect("interrupted True True")
        outcome = script.finish()
    assert (outcome.code, outcome.errors, outcome.lines) == (0, "", [])


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT to send to a process")
def test_ctrl_c_names_what_is_known_of_each_call(scripts: Scripts, standing: Emulator) -> None:
    database_id = standing.add_database("accepted", status="MAINTENANCE")
    standing.faults.no_answer("createDatabase")
    with scripts.running(
        f"""
        from functools import partial

        def observe(event):
            if type(event).__name__ == "RequestEvent" and event.operation == "createDatabase":
                say("sent")

        astra = connect(observer=observe)
        accepted = astra.databases.operation({database_id!r})
        try:
            astra.wait_all(accepted, partial(create, astra, "lost"))
        except KeyboardInterrupt as error:
            notes = " ".join(error.__notes__)
            say("interrupted", accepted.resume_token in notes, "createDatabase" in notes, astra._bridge.call(count_tasks) == IDLE)
        astra.close()
        """
    ) as script:
        script.expect("sent")
        script.process.send_signal(signal.SIGINT)
        script.expect("interrupted True True True")
        assert script.finish() == (0, [], "")


@pytest.fixture
def clock() -> VirtualClock:
    """Return a clock that stands still, so that no wait ends before the test interrupts it."""
    return VirtualClock(auto=False)


@pytest.fixture
def standing(clock: VirtualClock) -> Iterator[Emulator]:
    with Emulator.running(clock=clock) as standing:
        yield standing


@pytest.fixture
def service(standing: Emulator) -> list[str]:
    return [standing.url, standing.token]
