"""A program may end without closing its client, in any way that programs end."""

import pytest

from .conftest import Scripts

IDLE = "astra = connect(); astra.databases.list().collect()"
UNUSED = "astra = connect()"
IN_A_CALL = """
polled = threading.Event()
astra = connect(observer=lambda event: type(event).__name__ == "PollEvent" and polled.set())
threading.Thread(target=create(astra).wait, kwargs={"interval": 3600}, daemon=True).start()
polled.wait()
"""
AFTER_A_CALLBACK = """
astra = connect().with_options(timeout=30)
provided = AstraDevOps(lambda: TOKEN, base_url=URL)
provided.databases.list().collect()
"""
IN_A_GENERATOR = "astra = connect(); create(astra); databases = iter(astra.databases.list(page_size=1)); next(databases)"
TWO = "first = connect(); second = connect(); first.databases.list().collect(); second.databases.list().collect()"


@pytest.mark.parametrize("use", [IDLE, UNUSED, IN_A_CALL, AFTER_A_CALLBACK, IN_A_GENERATOR, TWO])
def test_a_program_ends_without_closing_its_client(scripts: Scripts, use: str) -> None:
    assert scripts.check(use + "\nsay('end')") == ["end"]


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
    assert lines == ["<class 'list'>"]


def test_a_program_that_fails_fails_with_its_own_error(scripts: Scripts) -> None:
    outcome = scripts.run(f"{IDLE}\nraise LookupError('mine')")
    assert outcome.code == 1
    assert outcome.errors.splitlines()[-1] == "LookupError: mine"


def test_threads_that_still_work_when_the_main_one_ends_may_go_on(scripts: Scripts) -> None:
    lines = scripts.check(
        """
        astra = connect()
        # Newer Pythons start no thread any more once the main one has ended: the client's has to be
        # there.
        astra.databases.list().collect()
        ended = threading.main_thread()

        def work():
            ended.join()
            say(type(astra.databases.list().collect()))

        threading.Thread(target=work).start()
        """
    )
    assert lines == ["<class 'list'>"]


def test_sys_exit_in_a_callback_ends_the_program_with_its_code(scripts: Scripts) -> None:
    outcome = scripts.run("AstraDevOps(lambda: sys.exit(3), base_url=URL).databases.list().collect()")
    assert (outcome.code, outcome.errors) == (3, "")
