"""A program may end without closing its client, however it ends."""

from typing import Final

import pytest

from .conftest import Scripts

_IDLE: Final = "astra = connect(); astra.databases.list().collect()"
_UNUSED: Final = "astra = connect()"
_IN_A_CALL: Final = """
polled = threading.Event()
astra = connect(observer=lambda event: type(event).__name__ == "PollEvent" and polled.set())
threading.Thread(target=create(astra).wait, kwargs={"interval": 3600}, daemon=True).start()
polled.wait()
"""
_AFTER_A_CALLBACK: Final = """
astra = connect().with_options(timeout=30)
provided = AstraDevOps(lambda: TOKEN, base_url=URL)
provided.databases.list().collect()
"""
_IN_A_GENERATOR: Final = "astra = connect(); create(astra); databases = iter(astra.databases.list(page_size=1)); next(databases)"
_TWO_CLIENTS: Final = "first = connect(); second = connect(); first.databases.list().collect(); second.databases.list().collect()"


@pytest.mark.parametrize("program", [_IDLE, _UNUSED, _IN_A_CALL, _AFTER_A_CALLBACK, _IN_A_GENERATOR, _TWO_CLIENTS])
def test_a_program_ends_without_closing_its_client(scripts: Scripts, program: str) -> None:
    assert scripts.check(program + "\nsay('end')") == ["end"]


def test_a_client_may_be_closed_and_used_by_functions_that_run_at_exit(scripts: Scripts) -> None:
    lines = scripts.check(
        """
        import atexit

        astra = connect()
        astra.databases.list().collect()
        atexit.register(astra.close)
        atexit.register(lambda: say(type(astra.databases.list().collect())))
        """
    )
    assert lines == ["<class 'astra_devops._runtime.pages.Page'>"]


def test_a_program_that_fails_reports_its_own_error(scripts: Scripts) -> None:
    outcome = scripts.run(f"{_IDLE}\nraise LookupError('mine')")
    assert outcome.code == 1
    assert outcome.errors.splitlines()[-1] == "LookupError: mine"


def test_threads_may_go_on_after_the_main_thread_has_ended(scripts: Scripts) -> None:
    lines = scripts.check(
        """
        astra = connect()
        # Python 3.12 and newer start no thread once the main thread has ended, so the thread of the
        # client must be running by then.
        astra.databases.list().collect()
        main_thread = threading.main_thread()

        def work():
            main_thread.join()
            say(type(astra.databases.list().collect()))

        threading.Thread(target=work).start()
        """
    )
    assert lines == ["<class 'astra_devops._runtime.pages.Page'>"]


def test_sys_exit_in_a_callback_ends_the_program_with_its_code(scripts: Scripts) -> None:
    outcome = scripts.run("AstraDevOps(lambda: sys.exit(3), base_url=URL).databases.list().collect()")
    assert (outcome.code, outcome.errors) == (3, "")
