"""Errors cross the bridge unchanged, with their traceback, and leave no garbage."""

import asyncio
import copy
import gc
import pickle
import traceback
import weakref
from typing import Final

import pytest

from astra_devops import AstraDevOps, errors
from astra_devops._bridge.client_handle import ClientHandle
from astra_devops.blocking import Bridge

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
        "_runtime/caller.py",
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


def test_an_event_loop_that_does_not_start_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> asyncio.AbstractEventLoop:
        raise OSError("too many open files")

    monkeypatch.setattr(asyncio.get_event_loop_policy(), "new_event_loop", refuse)

    async def nothing() -> None: ...

    bridge = Bridge()
    with pytest.raises(RuntimeError, match="did not start") as caught:
        bridge.call(nothing)
    assert isinstance(caught.value.__cause__, OSError)
    bridge.close()
