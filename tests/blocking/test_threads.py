"""Many threads on one client, and what closing does to them."""

import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from astra_devops import AstraDevOps
from astra_devops.emulator import Emulator

from .conftest import Scripts


@pytest.fixture
def silent() -> Iterator[str]:
    """Listen at an address, and never answer."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


def test_64_threads_share_one_client(scripts: Scripts) -> None:
    lines = scripts.check(
        """
        astra = connect()
        together = threading.Barrier(64)
        found = []

        def work(number):
            together.wait()
            operation = create(astra, f"orders{number}")
            database = operation.wait(interval=0.01)
            names = [one.info.name for one in astra.databases.list(page_size=25) if one.id == database.id]
            found.append(names == [f"orders{number}"] == [astra.databases.get(database.id).info.name])

        threads = [threading.Thread(target=work, args=[number]) for number in range(64)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        say(found == [True] * 64, astra._bridge.call(count_tasks) == IDLE)
        astra.close()
        say(threading.active_count())
        """
    )
    assert lines == ["True True", "1"]


def test_threads_that_begin_together_start_one_event_loop(astra: AstraDevOps) -> None:
    together = threading.Barrier(16)

    def work() -> None:
        together.wait()
        astra.databases.list().collect()

    with ThreadPoolExecutor(16) as pool:
        for future in [pool.submit(work) for _ in range(16)]:
            future.result()
        assert sum(thread.name == "AstraDevOps event loop" for thread in threading.enumerate()) == 1


def test_closing_ends_the_calls_that_are_under_way(emulator: Emulator, silent: str) -> None:
    asked = threading.Semaphore(0)
    with ThreadPoolExecutor(8) as pool:
        astra = AstraDevOps(emulator.token, base_url=silent, observer=lambda event: asked.release())
        calls = [pool.submit(astra.databases.get, "one") for _ in range(8)]
        for _ in calls:
            asked.acquire()
        astra.close()
        for call in calls:
            with pytest.raises(RuntimeError, match="AstraDevOps is closed: it was closed while this call was under way"):
                call.result()


def test_a_closed_client_says_so(astra: AstraDevOps) -> None:
    view = astra.with_options(timeout=5)
    databases = astra.databases
    pages = databases.list().pages()
    astra.databases.list().collect()
    astra.close()
    for use in (astra.databases.list, view.databases.list, databases.list, lambda: next(pages), lambda: astra.resume("")):
        with pytest.raises(RuntimeError, match=r"^AstraDevOps is closed$"):
            use()
    assert repr(astra) == "<AstraDevOps (closed)>"


def test_closing_twice_and_from_many_threads_does_no_harm(astra: AstraDevOps) -> None:
    astra.databases.list().collect()
    with ThreadPoolExecutor(8) as pool:
        for future in [pool.submit(astra.close) for _ in range(8)]:
            future.result()
    astra.close()
    assert not any(thread.name == "AstraDevOps event loop" for thread in threading.enumerate())


def test_a_client_that_was_never_used_closes_and_starts_no_thread(emulator: Emulator) -> None:
    with AstraDevOps(emulator.token, base_url=emulator.url):
        assert not any(thread.name == "AstraDevOps event loop" for thread in threading.enumerate())


def test_closing_a_view_closes_nothing(astra: AstraDevOps) -> None:
    with astra.with_options(timeout=5) as view:
        view.databases.list().collect()
    assert astra.databases.list().collect() == []
    assert repr(view) == "<AstraDevOps view>"
