"""The limits of a blocking client: many threads share them, and a child process has its own."""

import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from astra_devops import AstraDevOps
from astra_devops.emulator import Emulator

from .conftest import Scripts


def test_32_threads_get_all_answers_of_a_service_that_refuses_by_chance(emulator: Emulator, astra: AstraDevOps) -> None:
    database_id = emulator.add_database("orders")
    emulator.faults.rate_limit("getDatabase", probability=0.3)
    with ThreadPoolExecutor(32) as pool:
        databases = list(pool.map(astra.databases.get, [database_id] * 2000))
    assert {database.id for database in databases} == {database_id}
    statuses = Counter(exchange.status for exchange in emulator.journal.of("getDatabase"))
    assert statuses[200] == 2000
    assert statuses[429] > 500
    assert (astra.limits.in_flight, astra.limits.queued) == (0, 0)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no fork")
def test_a_child_after_fork_has_limits_of_its_own(scripts: Scripts) -> None:
    lines = scripts.check(
        """
        from astra_devops import RateLimit
        astra = connect(rate_limit=RateLimit(requests_per_second=5, burst=3))
        operation = create(astra)
        waiting = [threading.Thread(target=astra.databases.get, args=[operation.resource_id]) for _ in range(8)]
        for thread in waiting:
            thread.start()
        if not (child := os.fork()):
            say(astra.limits.queued, astra.limits.in_flight, astra.limits.requests_per_second)
            say([astra.databases.get(operation.resource_id).info.name for _ in range(4)])
            astra.close()
            os._exit(0)
        say(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
        for thread in waiting:
            thread.join()
        say(astra.limits.queued, astra.limits.in_flight)
        """
    )
    assert lines == ["0 0 5", "['orders', 'orders', 'orders', 'orders']", "0", "0 0"]
