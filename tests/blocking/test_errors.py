"""Errors cross the bridge as they are, with the way that they took, and leave no garbage."""

import copy
import gc
import pickle
import traceback
import weakref

import pytest

from astra_devops import AstraDevOps, errors
from astra_devops.blocking import Bridge

UNKNOWN = "00000000-0000-4000-8000-000000000000"


def test_an_error_is_the_same_class_and_survives_pickle_and_copy(astra: AstraDevOps) -> None:
    with pytest.raises(errors.NotFoundError) as caught:
        astra.databases.get(UNKNOWN)
    for twin in (pickle.loads(pickle.dumps(caught.value)), copy.copy(caught.value)):
        assert type(twin) is errors.NotFoundError
        assert str(twin) == str(caught.value)


def test_a_traceback_leads_from_the_call_to_the_place_on_the_loop(astra: AstraDevOps) -> None:
    with pytest.raises(errors.NotFoundError) as caught:
        astra.databases.get(UNKNOWN)
    files = [frame.filename.replace("\\", "/") for frame in traceback.extract_tb(caught.value.__traceback__)]
    wanted = ["tests/blocking/test_errors.py", "blocking/databases.py", "_bridge/bridge.py", "resources/databases.py", "_runtime/caller.py"]
    places = [next(number for number, file in enumerate(files) if file.endswith(name)) for name in wanted]
    assert places == sorted(places)
    assert caught.value.__context__ is None


def test_a_bad_argument_is_reported_by_the_call_that_has_it(astra: AstraDevOps) -> None:
    with pytest.raises(ValueError, match="page_size"):
        astra.databases.list(page_size=0)
    with pytest.raises(ValueError, match="timeout"):
        astra.with_options(timeout=-1)
    with pytest.raises(ValueError, match="base_url"):
        AstraDevOps(base_url="ftp://example.com")


class Mine(Exception):
    """An error that can be watched."""


def test_an_error_is_freed_with_its_last_reference() -> None:
    async def fail() -> None:
        raise Mine

    def call() -> "weakref.ref[Mine]":
        try:
            bridge.call(fail)
        except Mine as error:
            return weakref.ref(error)
        raise AssertionError

    with Bridge() as bridge:
        gc.collect()
        gc.disable()
        try:
            found = call()
            assert found() is None
        finally:
            gc.enable()


def test_a_result_is_freed_with_its_last_reference() -> None:
    async def make() -> set[int]:
        return {1}

    with Bridge() as bridge:
        gc.collect()
        gc.disable()
        try:
            found = weakref.ref(bridge.call(make))
            assert found() is None
        finally:
            gc.enable()


def test_what_closing_raises_is_raised_once() -> None:
    class Client:
        async def aclose(self) -> None:
            raise Mine

    from astra_devops._bridge.client_handle import ClientHandle

    async def nothing() -> None: ...

    live = ClientHandle("Client", None, Client)
    live.bridge.call(nothing)
    with pytest.raises(Mine):
        live.close()
    live.close()


def test_an_event_loop_that_does_not_start_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    import asyncio

    def refuse() -> asyncio.AbstractEventLoop:
        raise OSError("too many open files")

    monkeypatch.setattr(asyncio.get_event_loop_policy(), "new_event_loop", refuse)

    async def nothing() -> None: ...

    bridge = Bridge()
    with pytest.raises(RuntimeError, match="did not start") as caught:
        bridge.call(nothing)
    assert isinstance(caught.value.__cause__, OSError)
    bridge.close()
