"""Lists that the service returns in pages, in the blocking client: the twin of ``AsyncPager``."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Generic, NoReturn, TypeVar

from astra_devops._bridge.bridge import Bridge
from astra_devops._bridge.process import PerProcess
from astra_devops._runtime.no_copies import NoCopies
from astra_devops._runtime.pages import NOT_A_LIST, PAGER_NO_COPIES, AsyncPager, Page

T = TypeVar("T")


class Pager(NoCopies, Generic[T]):
    """A list that is fetched page by page during iteration.

    Each iteration starts at the first page. The list ends with a page that is empty or has only
    items that were seen before, never with a short one: the service cuts pages as it likes.

    >>> for database in astra.databases.list(): ...
    >>> databases = astra.databases.list().collect()
    >>> for page in astra.databases.list(page_size=100).pages(): ...

    An iteration belongs to the process that started it: a child after ``fork`` starts its own.
    """

    _no_copies = PAGER_NO_COPIES

    def __init__(self, bridge: Bridge, make: Callable[[], AsyncPager[T]]) -> None:
        self._bridge = bridge
        # The first pager is made at once, so that an invalid argument is reported by the call that
        # passed it.
        self._pager = PerProcess(make, make())

    if not TYPE_CHECKING:  # For a type checker these mistakes are errors already.

        def __getitem__(self, index: object) -> NoReturn:
            raise TypeError(NOT_A_LIST.format(""))

        def __len__(self) -> NoReturn:
            raise TypeError(NOT_A_LIST.format(""))

        def __bool__(self) -> bool:
            return True

    def __repr__(self) -> str:
        return "<Pager: iterate over it, or call collect() for a list>"

    def __iter__(self) -> Iterator[T]:
        """Iterate over the items."""
        for page in self.pages():
            yield from page

    def pages(self) -> Iterator[Page[T]]:
        """Iterate over the pages, each a list with at least one item."""
        iterator = self._pager().page_iterator()
        while (page := self._bridge.call(iterator.next_page)) is not None:
            yield page

    def async_pager(self) -> AsyncPager[T]:
        """Return the pager of this process, for what iterates on the loop."""
        return self._pager()

    def collect(self) -> Page[T]:
        """Fetch all items as one list."""
        return self._bridge.call(self._pager().collect)

    def records(self) -> list[dict[str, Any]]:
        """Fetch all items as flat rows with equal keys, as pandas and polars take them.

        See :meth:`Page.records`.
        """
        return self.collect().records()
