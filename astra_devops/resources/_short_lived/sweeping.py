"""Which short-lived databases a sweep terminates, and terminating them side by side."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

import attrs

from astra_devops._rest.models.databases import Database
from astra_devops._runtime.caller import Caller
from astra_devops.fleet.fleet import prepared
from astra_devops.fleet.outcome import Outcome
from astra_devops.operations import listing
from astra_devops.operations.factory import OperationFactory
from astra_devops.operations.handle import AsyncOperation
from astra_devops.operations.termination import is_terminating
from astra_devops.resources._short_lived.names import parse_name
from astra_devops.resources._short_lived.termination import ensure_terminated

_WORKERS = 20


@attrs.frozen(kw_only=True)
class SweptDatabase:
    """A short-lived database that a sweep has found, and what came of it.

    Attributes:
        id: Its id.
        name: Its name.
        owner: The owner in its name.
        expires_at: When it expires or has expired.
        state: ``terminated``; ``failed`` if it was not; ``unknown`` if it may have been;
            ``found`` after a dry run, which terminates nothing.
        error: Why it was not terminated.
        advice: What to do about the error, as a sentence; None where nothing is to be done.
    """

    id: str
    name: str
    owner: str
    expires_at: datetime
    state: Literal["found", "terminated", "failed", "unknown"] = "found"
    error: Exception | None = None
    advice: str | None = None


def swept(database: Database, prefix: str, owner: str | None, now: datetime) -> SweptDatabase | None:
    """Return a database that a sweep terminates; None for any other."""
    parsed = parse_name(database.info.name or "")
    if parsed is None or parsed.prefix != prefix or is_terminating(database):
        return None
    if parsed.owner != owner if owner is not None else parsed.expires_at > now:
        return None
    return SweptDatabase(id=database.id, name=str(database.info.name), owner=parsed.owner, expires_at=parsed.expires_at)


async def find(caller: Caller, prefix: str, owner: str | None) -> list[SweptDatabase]:
    """List what a sweep terminates, the longest expired first."""
    now = caller.clock.now()
    databases = listing.databases(caller, include=None, provider=None, page_size=listing.DEFAULT_PAGE_SIZE)
    found = [item async for database in databases if (item := swept(database, prefix, owner, now)) is not None]
    return sorted(found, key=lambda item: (item.expires_at, item.id))


async def terminate_all(caller: Caller, operations: OperationFactory, found: Sequence[SweptDatabase]) -> list[SweptDatabase]:
    """Terminate databases side by side, and return what came of each."""

    async def work(item: SweptDatabase) -> AsyncOperation[None] | None:
        return await ensure_terminated(caller, operations, item.id)

    outcomes: dict[str, Outcome] = {}
    run = prepared(
        work,
        found,
        caller=caller,
        name="databases.sweep",
        workers=_WORKERS,
        key=lambda item: str(item.id),
        journal=None,
        stop_after=None,
        wait_timeout=None,
        grace=30.0,
        quiet=True,
    )
    async with run:
        async for outcome in run:
            outcomes[outcome.key] = outcome
    return [_with_outcome(item, outcomes[item.id]) for item in found]


def _with_outcome(item: SweptDatabase, outcome: Outcome) -> SweptDatabase:
    state: Literal["terminated", "failed", "unknown"] = "failed"
    if outcome.state in ("ok", "unknown"):
        state = "terminated" if outcome.state == "ok" else "unknown"
    return attrs.evolve(item, state=state, error=outcome.error, advice=outcome.advice)
