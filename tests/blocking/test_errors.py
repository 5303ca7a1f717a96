"""Errors cross the bridge unchanged, with their traceback, and leave no garbage."""

import asyncio
import copy
import gc
import pickle
import sys
import threading
import traceback
import weakref
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import pytest

from astra_devops import AstraDevOps, errors
from astra_devops._bridge.client_handle import ClientHandle
from astra_devops.blocking import Bridge

from .conftest import Scripts

_UNKNOWN_ID: Final = "00000000-0000-4000-8000-000000000000"


def test_an_error_is_the_same_class_and_survives_pickle_and_copy(astra: AstraDevOps) -> None:
    with pytest.raises(errors.NotFoundError) as caught:
        astra.databases.get(_UNKNOWN_ID)
    for twin in (pickle.loads(pickle.dumps(caught.value)), copy.copy(caught.value)):
        assert type(twin) is errors.NotFoundError
        assert str(twin) == str(caught.value)


def test_a_traceback_leads_from_the_call_to_the_place_on_the_loop(astra: AstraDevOps) -> None:
    with pytest.raises(errors.NotFoundError) as caught:
        astra.databases.get(_UNKNOWN_ID)
    files = [frame.filename.replace("\\", "/") for frame in traceback.extract_tb(caught.value.__traceback__)]
    expected = [
        "tests/blocking/test_errors.py",
        "blocking/databases.py",
        "_bridge/bridge.py",
        "resources/databases.py",
        "_runtime/attempts.py",
    ]
    places = [next(number for number, file in enumerate(files) if file.endswith(name)) for name in expected]
    assert places == sorted(places)
    assert caught.value.__context__ is None


def test_an_invalid_argument_is_reported_by_the_call_that_passes_it(astra: AstraDevOps) -> None:
    with pytest.raises(ValueError, match="page_size"):
        astra.databases.list(page_size=0)
    with pytest.raises(ValueError, match="timeout"):
        astra.with_options(timeout=-1)
    with pytest.raises(ValueError, match="base_url"):
        AstraDevOps(base_url="ftp://example.com")


class CustomError(Exception):
    """An error that can be weakly referenced."""


def test_an_error_is_freed_with_its_last_reference() -> None:
    async def fail() -> None:
        raise CustomError

    def call() -> "weakref.ref[CustomError]":
        try:
            bridge.call(fail)
        except CustomError as error:
            return weakref.ref(error)
        raise AssertionError

    with Bridge() as bridge:
        gc.collect()
        gc.disable()
        try:
            reference = call()
            assert reference() is None
        finally:
            gc.enable()


def test_a_result_is_freed_with_its_last_reference() -> None:
    async def make() -> set[int]:
        return {1}

    with Bridge() as bridge:
        gc.collect()
        gc.disable()
        try:
            reference = weakref.ref(bridge.call(make))
            assert reference() is None
        finally:
            gc.enable()


def test_an_error_while_closing_is_raised_once() -> None:
    class Client:
        async def aclose(self) -> None:
            raise CustomError

    async def nothing() -> None: ...

    handle = ClientHandle("Client", None, Client)
    handle.bridge.call(nothing)
    with pytest.raises(CustomError):
        handle.close()
    handle.close()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit of descriptors to lower")
def test_an_event_loop_that_does_not_start_is_forgotten(scripts: Scripts) -> None:
    # Python itself reports the half-made loop on standard error when it is collected.
    outcome = scripts.run(
        """
        import resource

        warm, astra = connect(), connect()
        warm.databases.list().collect()
        threads = threading.active_count()
        kept, (_, hard) = [], resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (60, hard))
        try:
            while True:
                kept.append(open(os.devnull))
        except OSError:
            pass
        for _ in range(2):
            try:
                astra.databases.list().collect()
            except errors.RequestNotSentError as error:
                say(error.operation, error.attempts, type(error.__cause__).__name__, "Too many open files" in str(error))
        for file in kept:
            file.close()
        say(type(astra.databases.list().collect()), threading.active_count() - threads)
        """
    )
    assert outcome.lines == ["Pager.collect 0 OSError True"] * 2 + ["<class 'astra_devops._runtime.pages.Page'> 1"]
    assert outcome.code == 0


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux counts the memory of threads")
def test_a_thread_that_does_not_start_is_forgotten(scripts: Scripts) -> None:
    lines = scripts.check(
        """
        astra = connect()
        databases = astra.databases.list()
        warm = connect()
        warm.databases.list().collect()
        usual = threading.stack_size(2**46)
        for _ in range(2):
            try:
                databases.collect()
            except errors.RequestNotSentError as error:
                say(error.operation, type(error.__cause__).__name__)
        threading.stack_size(usual)
        say(type(databases.collect()))
        """
    )
    assert lines == ["Pager.collect RuntimeError"] * 2 + ["<class 'astra_devops._runtime.pages.Page'>"]


def test_calls_that_wait_together_for_a_loop_that_does_not_start_all_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    count = 8
    waiting = threading.Barrier(count + 1)

    def refuse() -> asyncio.AbstractEventLoop:
        raise OSError("too many open files")

    monkeypatch.setattr(asyncio.get_event_loop_policy(), "new_event_loop", refuse)

    async def nothing() -> None: ...

    def call() -> None:
        waiting.wait()
        bridge.call(nothing)

    bridge = Bridge()
    with ThreadPoolExecutor(count) as pool:
        calls = [pool.submit(call) for _ in range(count)]
        waiting.wait()
        for one in calls:
            with pytest.raises(errors.RequestNotSentError, match="event loop of Bridge did not start") as caught:
                one.result()
            assert isinstance(caught.value.__cause__, OSError)
    monkeypatch.undo()
    bridge.call(nothing)
    bridge.close()
