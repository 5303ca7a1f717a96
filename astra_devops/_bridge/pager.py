"""The blocking twin of the async pager."""

from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

from astra_devops._bridge.bridge import Bridge
from astra_devops._bridge.process import PerProcess
from astra_devops._runtime.pages import AsyncPager

T = TypeVar("T")


class Pager(Generic[T]):
    """All items of a list that the service gives in pages.

    Each iteration starts anew, and fetches a page when it gets there.

        for database in astra.databases.list(): ...
        everything = astra.databases.list().collect()
        for page in astra.databases.list(page_size=100).pages(): ...

    Iterate in the process that began: a child after ``fork`` begins again.
    """

    def __init__(self, bridge: Bridge, make: Callable[[], AsyncPager[T]]) -> None:
        self._bridge = bridge
        # Made at once, so that a bad argument is reported by the call that has it.
        self._pager = PerProcess(make, make())

    def __iter__(self) -> Iterator[T]:
        """Iterate over the items."""
        for page in self.pages():
            yield from page

    def pages(self) -> Iterator[list[T]]:
        """Iterate over the pages, each a list, never an empty one."""
        iterator = self._pager().page_iterator()
        while (page := self._bridge.call(iterator.next_page)) is not None:
            yield page

    def collect(self) -> list[T]:
        """Fetch everything, as a list."""
        return self._bridge.call(self._pager().collect)
