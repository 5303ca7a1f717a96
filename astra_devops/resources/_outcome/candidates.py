"""Naming the resources that a lost request may have created."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager
from typing import Final

from astra_devops import errors
from astra_devops._runtime import deadline
from astra_devops._runtime.caller import Caller
from astra_devops._runtime.details import add_detail
from astra_devops.resources._outcome.lookups import StillChanging, look

_SHARE_OF_LISTING: Final = 0.25
"""The part of a call's time that the list before the request may take."""
_LAG: Final = 15.0
"""Seconds for which a list may lack a new resource."""


@asynccontextmanager
async def candidates_named(caller: Caller, list_ids: Callable[[], Awaitable[Collection[str]]]) -> AsyncIterator[None]:
    """Add to an ``OutcomeUnknownError`` of the block what the request in it may have created.

    These are the resources that were not there before: two lists are compared, since neither names
    nor clocks show it. Without the first list there are no candidates, because naming a resource of
    another client is worse than naming none.

    Args:
        caller: The caller whose ``timeout`` limits the lists and the request together.
        list_ids: List the ids of the resources that look like the one requested.
    """
    with deadline.within(caller.options.timeout):
        before: Collection[str] | None = None
        problem: Exception | None = None
        try:
            with deadline.within(caller.options.timeout * _SHARE_OF_LISTING), deadline.single_attempts():
                before = frozenset(await list_ids())
        except errors.AstraDevOpsError as error:
            problem = error
        try:
            yield
        except errors.OutcomeUnknownError as unknown:
            if before is None:
                add_detail(unknown, f"it is not known what was there before the request: listing failed ({problem})")
            else:
                await _add_candidates(caller, before, list_ids, unknown)
            raise


async def _add_candidates(
    caller: Caller, before: Collection[str], list_ids: Callable[[], Awaitable[Collection[str]]], unknown: errors.OutcomeUnknownError
) -> None:
    started = caller.clock.monotonic()

    async def look_once() -> None:
        new_ids = [resource_id for resource_id in await list_ids() if resource_id not in before]
        unknown.candidates = tuple(dict.fromkeys([*unknown.candidates, *new_ids]))
        if not unknown.candidates and caller.clock.monotonic() - started < _LAG:
            raise StillChanging("the list may lag")

    try:
        await look(caller, look_once)
    except (TimeoutError, errors.AstraDevOpsError) as problem:
        add_detail(unknown, f"the search for what it may have created ended early: {problem}")
    if unknown.candidates:
        add_detail(unknown, f"it may have created {', '.join(unknown.candidates)}")
