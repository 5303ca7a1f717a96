"""The list of databases, page by page."""

from collections.abc import Callable
from operator import attrgetter
from typing import Final

from astra_devops._rest.endpoints import databases as endpoints
from astra_devops._rest.models.databases import Database
from astra_devops._runtime.call import Answer
from astra_devops._runtime.caller import Caller
from astra_devops._runtime.pages import AsyncPager

LARGEST_PAGE: Final = 100
"""The documented maximum of ``limit``."""
DEFAULT_PAGE_SIZE: Final = 100
"""The ``limit`` that is sent by default. Without one the service sends 25 databases per page."""


def databases(
    caller: Caller,
    *,
    include: str | None = None,
    provider: str | None = None,
    page_size: int = DEFAULT_PAGE_SIZE,
    on_page: Callable[[Answer[list[Database]]], None] = lambda answer: None,
) -> AsyncPager[Database]:
    """Return a pager over the databases; ``on_page`` is called with the answer of each page."""

    async def fetch(last: Database | None, count: int) -> list[Database]:
        after = None if last is None else last.id
        answer = await endpoints.list_databases(caller, include=include, provider=provider, limit=page_size, starting_after=after)
        on_page(answer)
        return answer.value

    return AsyncPager(fetch, key=attrgetter("id"))
