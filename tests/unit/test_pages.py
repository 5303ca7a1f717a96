"""Pagers lose nothing and always end, however the service cuts its pages."""

from typing import Any

import pytest

from astra_devops._runtime.pages import AsyncPager

pytestmark = pytest.mark.anyio


def pager_over(pages: list[list[str]]) -> tuple[AsyncPager[str], list[tuple[str | None, int]]]:
    requests: list[tuple[str | None, int]] = []

    async def fetch(last: str | None, count: int) -> list[str]:
        requests.append((last, count))
        return pages[len(requests) - 1]

    return AsyncPager(fetch, key=lambda item: item), requests


async def test_a_short_page_is_not_the_end() -> None:
    pager, requests = pager_over([["a", "b"], ["c"], ["d", "e"], []])
    assert await pager.collect() == ["a", "b", "c", "d", "e"]
    assert requests == [(None, 0), ("b", 2), ("c", 3), ("e", 5)]


async def test_a_service_that_repeats_a_page_does_not_loop_forever() -> None:
    pager, requests = pager_over([["a", "b"], ["a", "b"]])
    assert await pager.collect() == ["a", "b"]
    assert len(requests) == 2


async def test_a_page_that_overlaps_the_last_one_loses_nothing() -> None:
    pager, _ = pager_over([["a", "b"], ["b", "c"], ["c"]])
    assert await pager.collect() == ["a", "b", "c"]


async def test_pages_are_lists() -> None:
    pager, _ = pager_over([["a"], ["b"], []])
    assert [page async for page in pager.pages()] == [["a"], ["b"]]


async def test_each_iteration_starts_at_the_first_page() -> None:
    pager, requests = pager_over([["a"], [], ["b"], []])
    assert await pager.collect() == ["a"]
    assert await pager.collect() == ["b"]
    assert requests[2] == (None, 0)


async def test_an_iterator_stays_at_its_end() -> None:
    pager, requests = pager_over([[]])
    iterator = pager.page_iterator()
    assert await iterator.next_page() is None
    assert await iterator.next_page() is None
    assert len(requests) == 1


async def fetch_nothing(last: str | None, count: int) -> list[str]:
    return []


async def test_a_pager_is_no_list_and_says_what_to_write() -> None:
    pager: Any = AsyncPager(fetch_nothing, key=str)

    with pytest.raises(TypeError, match=r"'await pager.collect\(\)' returns a list"):
        len(pager)
    with pytest.raises(TypeError, match="neither length nor positions"):
        pager[0]
    with pytest.raises(TypeError, match=r"write 'async for item in pager', or 'await pager.collect\(\)'"):
        await pager
    with pytest.raises(TypeError, match="neither length nor positions"):
        list(pager)
    assert pager
    assert await pager.collect() == []
    assert await pager.records() == []
