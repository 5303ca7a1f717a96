"""Lists that the service returns in pages."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TYPE_CHECKING, Any, Final, Generic, NoReturn, TypeVar

from astra_devops._first_use import ModuleOnFirstUse
from astra_devops._runtime.no_copies import NoCopies

if TYPE_CHECKING:
    from astra_devops._json import exporting
else:
    exporting = ModuleOnFirstUse("astra_devops._json.exporting")

T = TypeVar("T")

PAGER_NO_COPIES: Final = "a pager cannot be copied or pickled: it fetches pages with its client; pass on the list that collect() returns"

NOT_A_LIST: Final = "a pager has not fetched anything yet, so it has neither length nor positions; '{}pager.collect()' returns a list"

FetchPage = Callable[[T | None, int], Awaitable[list[T]]]
"""Fetches the next page, given the last item so far (None at the start) and the number of items."""


class Page(list[T]):
    """Some items of a list, or all of them. Notebooks show it as a table.

    >>> pandas.DataFrame(page.records())
    """

    def records(self) -> list[dict[str, Any]]:
        """Return the items as flat rows with equal keys, as pandas and polars take them.

        The fields of an object within have its name before theirs, as in ``info.name``. Times are
        ``datetime``, secrets are masked, and lists of objects are JSON.
        """
        return [exporting.record(item) for item in self]

    def _repr_html_(self) -> str:
        return exporting.html_table([exporting.shown_fields(item) for item in self], is_list=True)


class AsyncPager(NoCopies, Generic[T]):
    """A list that is fetched page by page during iteration.

    Each iteration starts at the first page. The list ends with a page that is empty or has only
    items that were seen before, never with a short one: the service cuts pages as it likes.

    >>> async for database in astra.databases.list(): ...
    >>> databases = await astra.databases.list().collect()
    >>> async for page in astra.databases.list(page_size=100).pages(): ...
    """

    _no_copies = PAGER_NO_COPIES

    def __init__(self, fetch: FetchPage[T], key: Callable[[T], str]) -> None:
        self._fetch = fetch
        self._key = key

    if not TYPE_CHECKING:  # For a type checker these mistakes are errors already.

        def __await__(self) -> NoReturn:
            raise TypeError("a pager is not awaited: write 'async for item in pager', or 'await pager.collect()' for a list")

        def __getitem__(self, index: object) -> NoReturn:
            raise TypeError(NOT_A_LIST.format("await "))

        def __len__(self) -> NoReturn:
            raise TypeError(NOT_A_LIST.format("await "))

        def __bool__(self) -> bool:
            return True

    def __repr__(self) -> str:
        return "<AsyncPager: iterate over it with 'async for', or 'await pager.collect()' for a list>"

    async def __aiter__(self) -> AsyncIterator[T]:
        async for page in self.pages():
            for item in page:
                yield item

    async def pages(self) -> AsyncIterator[Page[T]]:
        """Iterate over the pages, each a list with at least one item."""
        iterator = self.page_iterator()
        while (page := await iterator.next_page()) is not None:
            yield page

    async def collect(self) -> Page[T]:
        """Fetch all items as one list."""
        return Page([item async for item in self])

    async def records(self) -> list[dict[str, Any]]:
        """Fetch all items as flat rows with equal keys, as pandas and polars take them.

        See :meth:`Page.records`.
        """
        return (await self.collect()).records()

    def page_iterator(self) -> "PageIterator[T]":
        """Start an iteration in which each step is one call, as the blocking client needs it."""
        return PageIterator(self._fetch, self._key)


class PageIterator(NoCopies, Generic[T]):
    """One iteration of a pager."""

    _no_copies = PAGER_NO_COPIES

    def __init__(self, fetch: FetchPage[T], key: Callable[[T], str]) -> None:
        self._fetch = fetch
        self._key = key
        self._seen: set[str] = set()
        self._last: T | None = None
        self._ended = False

    async def next_page(self) -> Page[T] | None:
        """Fetch the next page, without items of earlier pages; return None at the end."""
        if self._ended:
            return None
        page = await self._fetch(self._last, len(self._seen))
        new = dict(zip(map(self._key, page), page, strict=True))
        if not self._seen.isdisjoint(new):
            new = {key: item for key, item in new.items() if key not in self._seen}
        self._seen.update(new)
        new_items = Page(new.values())
        if not new_items:
            self._ended = True
            return None
        self._last = new_items[-1]
        return new_items
