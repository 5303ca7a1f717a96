"""Lists that come in pages."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Generic, TypeVar

T = TypeVar("T")

FetchPage = Callable[[T | None, int], Awaitable[list[T]]]
"""Fetches the page that follows ``last``, the last item so far (None at the start), when ``count`` items have been fetched."""


class AsyncPager(Generic[T]):
    """A list that is fetched page by page, as one goes along it.

    Each iteration starts anew. The list is at its end when a page is empty or brings nothing but
    items already seen, never when a page is short: the service cuts pages as it likes.

    >>> async for database in astra.databases.list(): ...
    >>> databases = await astra.databases.list().collect()
    >>> async for page in astra.databases.list(page_size=100).pages(): ...
    """

    def __init__(self, fetch: FetchPage[T], key: Callable[[T], str]) -> None:
        self._fetch = fetch
        self._key = key

    async def __aiter__(self) -> AsyncIterator[T]:
        async for page in self.pages():
            for item in page:
                yield item

    async def pages(self) -> AsyncIterator[list[T]]:
        """Iterate over the pages, each a list with at least one item."""
        iterator = self.page_iterator()
        while (page := await iterator.next_page()) is not None:
            yield page

    async def collect(self) -> list[T]:
        """Fetch everything, as one list."""
        return [item async for item in self]

    def page_iterator(self) -> "PageIterator[T]":
        """Begin an iteration whose every step is one call: what the blocking client iterates with."""
        return PageIterator(self._fetch, self._key)


class PageIterator(Generic[T]):
    """One iteration of a pager."""

    def __init__(self, fetch: FetchPage[T], key: Callable[[T], str]) -> None:
        self._fetch = fetch
        self._key = key
        self._seen: set[str] = set()
        self._last: T | None = None
        self._ended = False

    async def next_page(self) -> list[T] | None:
        """Fetch the next page; None at the end.

        Items that an earlier page has brought are left out.
        """
        if self._ended:
            return None
        page = await self._fetch(self._last, len(self._seen))
        fresh = []
        for item in page:
            if (key := self._key(item)) not in self._seen:
                self._seen.add(key)
                fresh.append(item)
        if not fresh:
            self._ended = True
            return None
        self._last = fresh[-1]
        return fresh
