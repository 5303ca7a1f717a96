"""The blocking classes are the async ones without ``await``.

They have the same names and signatures, and their pagers and operations behave the same.
"""

import inspect
import re
from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules
from typing import Final

import pytest

import astra_devops.blocking
import astra_devops.resources
from astra_devops import AstraDevOps, AsyncAstraDevOps, AsyncOperation, AsyncPager, AsyncTemporary, Operation, Pager, Temporary, errors
from astra_devops.emulator import Emulator

_RENAMED: Final = {"__aenter__": "__enter__", "__aexit__": "__exit__", "aclose": "close"}
# What the two are built on.
_INTERNAL: Final = {"async_operation", "async_pager", "next_outcome", "page_iterator", "wait_loop"}


def pairs() -> Iterator[tuple[type, type]]:
    yield AsyncAstraDevOps, AstraDevOps
    yield AsyncOperation, Operation
    yield AsyncPager, Pager
    yield AsyncTemporary, Temporary
    for module in iter_modules(astra_devops.resources.__path__, "astra_devops.resources."):
        if module.name.rpartition(".")[2].startswith("_"):
            continue  # A base of another class, or what several share.
        for name, member in vars(import_module(module.name)).items():
            if name.startswith("Async") and getattr(member, "__module__", "") == module.name:
                yield member, getattr(astra_devops.blocking, name.removeprefix("Async"))


def public(class_: type) -> dict[str, object]:
    return {name: member for name, member in inspect.getmembers_static(class_) if not name.startswith("_") and name not in _INTERNAL}


def format_annotation(annotation: object) -> str:
    text = annotation if isinstance(annotation, str) else inspect.formatannotation(annotation).replace("NoneType", "None")
    text = re.sub(r"[\w.]+\.(?=\w)", "", text)
    return re.sub(r"\bAsync(?=[A-Z])", "", text).strip("'")


def signature_of(function: object) -> tuple[object, ...]:
    assert callable(function)
    signature = inspect.signature(function)
    parameters = [one for one in signature.parameters.values() if one.name != "bridge"]
    returned = format_annotation(signature.return_annotation)
    return [
        (one.name, one.kind, repr(one.default).partition(" at 0x")[0], format_annotation(one.annotation)) for one in parameters
    ], returned


@pytest.mark.parametrize(("async_", "blocking"), [*pairs()])
def test_twins_have_the_same_public_names(async_: type, blocking: type) -> None:
    assert {_RENAMED.get(name, name) for name in public(async_)} == public(blocking).keys()


@pytest.mark.parametrize(("async_", "blocking"), [*pairs()])
def test_twins_have_the_same_signatures(async_: type, blocking: type) -> None:
    for name, member in public(async_).items():
        if inspect.isfunction(member):
            assert signature_of(member) == signature_of(getattr(blocking, _RENAMED.get(name, name))), name
    if async_ is AsyncAstraDevOps:
        assert signature_of(async_) == signature_of(blocking)


@pytest.mark.parametrize(("async_", "blocking"), [*pairs()])
def test_blocking_classes_have_docstrings_without_async_words(async_: type, blocking: type) -> None:
    for member in (blocking, *public(blocking).values()):
        text = inspect.getdoc(member) or ""
        assert text
        assert not re.search(r"\bawait \w|\basync (with|for)\b|\baclose\b|\bAsync(Pager|Operation|Databases)\b", text)


def test_a_pager_iterates_over_items_and_pages_and_collects_them(astra: AstraDevOps, emulator: Emulator) -> None:
    for number in range(7):
        emulator.add_database(f"orders{number}")
    pager = astra.databases.list(page_size=3)
    pages = [len(page) for page in pager.pages()]
    assert sum(pages) == 7
    assert len(pages) > 1
    assert [one.id for one in pager] == [one.id for one in pager.collect()] == [one.id for page in pager.pages() for one in page]


def test_a_pager_fetches_a_page_only_when_it_is_needed(astra: AstraDevOps, emulator: Emulator) -> None:
    for number in range(5):
        emulator.add_database(f"orders{number}")
    pages = astra.databases.list(page_size=2).pages()
    assert list(emulator.journal) == []
    next(pages)
    assert len(list(emulator.journal)) == 1


def test_an_operation_is_refreshed_waited_for_and_resumed(astra: AstraDevOps) -> None:
    operation = astra.databases.create("orders", cloud_provider="AWS", region="us-east-2")
    assert operation.status is None
    assert not operation.done
    first = operation.refresh()
    assert operation.status == first.status == "PENDING"
    events = list(operation.events())
    assert [event.done for event in events][-2:] == [False, True]
    assert operation.done
    database = operation.wait()
    resumed = astra.resume(operation.resume_token)
    assert resumed.wait().id == database.id == operation.resource_id
    assert (resumed.kind, resumed.ids, resumed.resume_token) == (operation.kind, operation.ids, operation.resume_token)
    assert operation.snapshot.status == "ACTIVE"
    assert repr(operation).startswith(f"<Operation {operation.kind}")


def test_a_wait_that_times_out_raises_and_may_be_repeated(astra: AstraDevOps) -> None:
    operation = astra.databases.create("orders", cloud_provider="AWS", region="us-east-2")
    with pytest.raises(errors.OperationTimeoutError):
        operation.wait(timeout=1, interval=1)
    assert operation.wait().status == "ACTIVE"
