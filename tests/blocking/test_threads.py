"""Many threads that share one client, and closing it while they use it."""

import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from astra_devops import AstraDevOps, RequestEvent
from astra_devops.emulator import Emulator

from .conftest import Scripts


@pytest.fixture
def silent_url() -> Iterator[str]:
    """Listen on a port without ever answering; yield the URL."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


def test_64_threads_share_one_client(scripts: Scripts) -> None:
    lines = scripts.check(
        """
        astra = connect()
        barrier = threading.Barrier(64)
        results = []

        def work(number):
            barrier.wait()
            operation = create(astra, f"orders{number}")
            database = operation.wait(interval=0.01)
            names = [one.info.name for one in astra.databases.list(page_size=25) if one.id == database.id]
            results.append(names == [f"orders{number}"] == [astra.databases.get(database.id).info.name])

        threads = [threading.Thread(target=work, args=[number]) for number in range(64)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        say(results == [True] * 64, astra._bridge.call(count_tasks) == IDLE)
        astra.close()
        say(threading.active_count())
        """
    )
    assert lines == ["True True", "1"]


def test_threads_that_start_together_share_one_event_loop(astra: AstraDevOps) -> None:
    barrier = threading.Barrier(16)

    def work() -> None:
        barrier.wait()
        astra.databases.list().collect()

    with ThreadPoolExecutor(16) as pool:
        for future in [pool.submit(work) for _ in range(16)]:
            future.result()
        assert sum(thread.name == "AstraDevOps event loop" for thread in threading.enumerate()) == 1


def test_closing_ends_the_calls_that_are_running(emulator: Emulator, silent_url: str) -> None:
    requests = threading.Semaphore(0)
    with ThreadPoolExecutor(8) as pool:
        # Counting both events before a request would close the client too early.
        astra = AstraDevOps(
            emulator.token, base_url=silent_url, observer=lambda event: isinstance(event, RequestEvent) and requests.release()
        )
        calls = [pool.submit(astra.databases.get, "one") for _ in range(8)]
        for _ in calls:
            requests.acquire()
        astra.close()
        for call in calls:
            with pytest.raises(RuntimeError, match="AstraDevOps is closed: it was closed during this call"):
                call.result()


def test_a_closed_client_raises_runtime_error(astra: AstraDevOps) -> None:
    view = astra.with_options(timeout=5)
    databases = astra.databases
    pages = databases.list().pages()
    astra.databases.list().collect()
    astra.close()
    for method in (astra.databases.list, view.databases.list, databases.list, lambda: next(pages), lambda: astra.resume("")):
        with pytest.raises(RuntimeError, match=r"^AstraDevOps is closed$"):
            method()
    assert repr(astra) == "<AstraDevOps (closed)>"


def test_a_client_may_be_closed_twice_and_from_many_threads(astra: AstraDevOps) -> None:
    astra.databases.list().collect()
    with ThreadPoolExecutor(8) as pool:
        for future in [pool.submit(astra.close) for _ in range(8)]:
            future.result()
    astra.close()
    assert not any(thread.name == "AstraDevOps event loop" for thread in threading.enumerate())


def test_a_client_that_is_never_used_starts_no_thread(emulator: Emulator) -> None:
    with AstraDevOps(emulator.token, base_url=emulator.url):
        assert not any(thread.name == "AstraDevOps event loop" for thread in threading.enumerate())


def test_closing_a_view_leaves_the_client_open(astra: AstraDevOps) -> None:
    with astra.with_options(timeout=5) as view:
        view.databases.list().collect()
    assert astra.databases.list().collect() == []
    assert repr(view) == "<AstraDevOps view>"
