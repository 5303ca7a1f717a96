"""A child after fork has its own bridge and connections, and does not touch those of its parent."""

import sys
from typing import Final

import pytest

from .conftest import Scripts

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no fork")

_DEFINE_WAIT_FOR: Final = "wait_for = lambda child: say(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))"


def test_a_child_uses_the_client_and_its_parent_goes_on_with_it(scripts: Scripts) -> None:
    lines = scripts.check(
        f"""
        {_DEFINE_WAIT_FOR}
        astra = connect()
        view = astra.with_options(timeout=20)
        databases = astra.databases
        operation = create(astra)
        if not (child := os.fork()):
            say(operation.wait(interval=0.01).id == operation.resource_id)
            say(databases.get(operation.resource_id).info.name, view.databases.get(operation.resource_id).info.name)
            astra.close()
            sys.exit(7)
        wait_for(child)
        say(operation.wait(interval=0.01).id == operation.resource_id)
        say(databases.get(operation.resource_id).info.name)
        """
    )
    assert lines == ["True", "orders orders", "7", "True", "orders"]


def test_a_child_that_drops_the_client_leaves_its_parents_connection_open(scripts: Scripts) -> None:
    # The child drops and collects all it can, then its interpreter shuts down. The parent's
    # connection must survive that.
    lines = scripts.check(
        f"""
        {_DEFINE_WAIT_FOR}
        astra = connect()
        operation = create(astra)
        for _ in range(3):
            if not (child := os.fork()):
                del astra, operation
                gc.collect()
                sys.exit()
            wait_for(child)
            say(astra.databases.get(operation.resource_id).info.name)
        """
    )
    assert lines == ["0", "orders"] * 3


def test_a_fork_does_not_disturb_calls_of_other_threads(scripts: Scripts) -> None:
    lines = scripts.check(
        f"""
        {_DEFINE_WAIT_FOR}
        polled = threading.Semaphore(0)
        astra = connect(observer=lambda event: type(event).__name__ == "PollEvent" and polled.release())
        operations = [create(astra, f"orders{{number}}") for number in range(4)]
        ids = []
        threads = [threading.Thread(target=lambda one=one: ids.append(one.wait(interval=0.01).id)) for one in operations]
        for thread in threads:
            thread.start()
        for thread in threads:
            polled.acquire()
        for _ in range(5):
            if not (child := os.fork()):
                say([astra.databases.get(one.resource_id).id == one.resource_id for one in operations])
                sys.exit(5)
            wait_for(child)
        for thread in threads:
            thread.join()
        say(sorted(ids) == sorted(one.resource_id for one in operations))
        """
    )
    assert lines == ["[True, True, True, True]", "5"] * 5 + ["True"]


def test_a_grandchild_works_too(scripts: Scripts) -> None:
    lines = scripts.check(
        f"""
        {_DEFINE_WAIT_FOR}
        astra = connect()
        operation = create(astra)
        if not (child := os.fork()):
            say(astra.databases.get(operation.resource_id).info.name)
            if not (grandchild := os.fork()):
                say(astra.databases.get(operation.resource_id).info.name)
                sys.exit(2)
            wait_for(grandchild)
            sys.exit(1)
        wait_for(child)
        say(astra.databases.get(operation.resource_id).info.name)
        """
    )
    assert lines == ["orders", "orders", "2", "1", "orders"]


def test_the_workers_of_multiprocessing_use_their_parents_client(scripts: Scripts) -> None:
    lines = scripts.check(
        """
        import multiprocessing

        astra = connect()
        database_id = create(astra).resource_id

        def read_name(_):
            return astra.databases.get(database_id).info.name

        if __name__ == "__main__":
            with multiprocessing.get_context("fork").Pool(2) as pool:
                say(pool.map(read_name, range(4)))
            say(read_name(0))
        """
    )
    assert lines == ["['orders', 'orders', 'orders', 'orders']", "orders"]


def test_a_client_that_was_closed_before_the_fork_stays_closed(scripts: Scripts) -> None:
    lines = scripts.check(
        f"""
        {_DEFINE_WAIT_FOR}
        astra = connect()
        astra.databases.list().collect()
        astra.close()
        if not (child := os.fork()):
            try:
                astra.databases.list().collect()
            except RuntimeError as error:
                say(error)
            sys.exit()
        wait_for(child)
        """
    )
    assert lines == ["AstraDevOps is closed", "0"]


@pytest.mark.parametrize(
    ("client", "call"),
    [
        ("connect(timeout=5)", "list(astra.databases.list())"),
        ("connect(timeout=5)", "astra.request('listDatabases')"),
        ("connect(timeout=5)", "astra.can('org-db-view')"),
        ("AstraDevOps(lambda: TOKEN, base_url=URL, timeout=5)", "astra.databases.list().collect()"),
        ("AstraDevOps(TOKEN, base_url=URL.replace('127.0.0.1', 'localhost'), timeout=5)", "list(astra.users.list())"),
    ],
)
def test_a_fork_waits_for_the_imports_of_a_first_call(scripts: Scripts, client: str, call: str) -> None:
    lines = scripts.check(
        f"""
        {_DEFINE_WAIT_FOR}
        importing = threading.Event()

        class SlowDisk:
            def find_spec(self, name, path=None, target=None):
                if name.startswith(("astra_devops.", "anyio._backends", "concurrent.", "encodings.")):
                    importing.set()
                    time.sleep(0.05)

        astra = {client}
        sys.meta_path.insert(0, SlowDisk())
        thread = threading.Thread(target=lambda: {call})
        thread.start()
        while thread.is_alive():
            importing.wait(1)
            importing.clear()
            if not (child := os.fork()):
                {call}
                os._exit(3)
            wait_for(child)
        """
    )
    assert set(lines) == {"3"}
