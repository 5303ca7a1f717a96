"""The items of a run, read one at a time, and their keys."""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Iterator, Sized
from contextlib import suppress
from typing import Any, Final

from astra_devops._runtime import checks

Key = Callable[[Any], str]

END: Final = object()
"""What a source returns when there are no more items."""


class Source:
    """Reads items one at a time, for any number of workers.

    Raises:
        TypeError: ``items`` cannot be iterated over, or is a single string.
    """

    def __init__(self, items: "AsyncIterable[Any] | Iterable[Any]") -> None:
        if isinstance(items, str | bytes) or not isinstance(items, AsyncIterable | Iterable):
            raise TypeError(f"items must be an iterable, an async iterable or a pager, not {checks.type_name(items)}")
        self.total: int | None = None
        with suppress(TypeError):  # A pager does not know its length.
            self.total = len(items) if isinstance(items, Sized) else None
        self._items = items
        self._iterator: AsyncIterator[Any] | Iterator[Any] | None = None
        self._lock = asyncio.Lock()
        self._ended = False

    async def next(self) -> Any:
        """Return the next item, or :data:`END`."""
        async with self._lock:
            if self._ended:
                return END
            if self._iterator is None:
                self._iterator = aiter(self._items) if isinstance(self._items, AsyncIterable) else iter(self._items)
            iterator = self._iterator
            try:
                item = await anext(iterator, END) if isinstance(iterator, AsyncIterator) else next(iterator, END)
            except BaseException:
                self._ended = True
                raise
            self._ended = item is END
            return item

    async def close(self) -> None:
        """Close a generator of the user's that was not read to its end."""
        self._ended = True
        close = getattr(self._iterator, "aclose", None)
        if close is not None:
            await close()


def default_key(item: Any) -> str:
    """Return the ``id`` of an item, or the item itself if it is a string or an integer.

    Raises:
        TypeError: It has neither.
    """
    if isinstance(item, str):
        return item
    if isinstance(item, int) and not isinstance(item, bool):
        return str(item)
    found = getattr(item, "id", None)
    if not isinstance(found, str | int):
        raise TypeError(
            f"key must be given, since an item of type {checks.type_name(item)} has no id: pass a function that names each item"
        )
    return str(found)


def checked_key(key: Key, item: Any) -> str:
    """Return the key of an item.

    Raises:
        TypeError: ``key`` does not return a string.
        ValueError: It returns an empty one.
    """
    value = key(item)
    if not isinstance(value, str):
        raise TypeError(f"key must return a string for each item, not {checks.type_name(value)}")
    return checks.string(value, "key")
