"""A client that is dropped without being closed warns, and ends its thread and connections."""

from typing import Final

import pytest

from .conftest import Scripts

_WARNING: Final = "ResourceWarning: AstraDevOps was dropped without being closed: use it in a with statement, or call close()"


def warnings_in(errors: str) -> list[str]:
    lines = [line for line in errors.splitlines() if "Enable tracemalloc" not in line]
    return [line[line.index("ResourceWarning") :] for line in lines if "ResourceWarning" in line]


@pytest.mark.parametrize(
    "drop",
    [
        "del astra",
        "cycle = [astra]; cycle.append(cycle); del astra, cycle; gc.collect()",
        "thread = threading.Thread(target=lambda client: None, args=[astra]); del astra; thread.start(); thread.join(); del thread",
        "view = astra.with_options(timeout=5); view.databases.list().collect(); del astra, view",
        "databases = astra.databases; pager = databases.list(); del astra, databases; pager.collect(); del pager",
        "operation = create(astra); del astra; operation.refresh(); del operation",
    ],
)
def test_a_dropped_client_warns_and_ends_its_thread(scripts: Scripts, drop: str) -> None:
    outcome = scripts.run(
        f"""
        astra = connect()
        astra.databases.list().collect()
        (loop,) = [thread for thread in threading.enumerate() if thread.name == "AstraDevOps event loop"]
        {drop}
        loop.join()
        say("ended")
        """
    )
    assert (outcome.code, outcome.lines) == (0, ["ended"])
    assert warnings_in(outcome.errors) == [_WARNING]


def test_dropping_a_client_that_was_never_used_or_is_closed_does_not_warn(scripts: Scripts) -> None:
    assert scripts.check("connect(); astra = connect(); astra.databases.list().collect(); astra.close(); del astra; gc.collect()") == []


def test_the_garbage_collector_may_find_a_client_on_its_own_loop(scripts: Scripts) -> None:
    outcome = scripts.run(
        """
        gc.disable()
        astra = connect()
        astra.databases.list().collect()
        thread = astra._bridge._thread()
        cycle = [astra]
        cycle.append(cycle)
        del astra, cycle
        thread._loop.call_soon_threadsafe(gc.collect)
        thread.join()
        say("ended")
        """
    )
    assert (outcome.code, outcome.lines) == (0, ["ended"])
    assert warnings_in(outcome.errors) == [_WARNING]
