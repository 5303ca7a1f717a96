"""Finding the database that a lost request has made, so that it is adopted and not made a second time."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

from astra_devops import errors
from astra_devops._rest.models.databases import DatabaseInfoCreate
from astra_devops._runtime.call import Answer, OutcomeCheck
from astra_devops._runtime.caller import Caller
from astra_devops.operations import listing

# Seconds by which the service's clocks may differ among themselves.
_SKEW: Final = timedelta(seconds=5)
# Seconds between looks at the list: what was just made may be missing from it for a while.
_LOOKS: Final = (0.0, 1.0, 2.0, 4.0, 8.0)

_Wanted = tuple[str, str, str]


class CreationTracker:
    """What one client has made and is making: ids that are somebody's already, and requests that could be each other's."""

    def __init__(self) -> None:
        self._known: set[str] = set()
        self._under_way: Counter[_Wanted] = Counter()

    def note(self, database_id: str) -> None:
        """Remember an id that was handed out."""
        self._known.add(database_id)

    @contextmanager
    def making(self, body: DatabaseInfoCreate) -> Iterator[None]:
        """Count a request, for as long as it is under way."""
        wanted = _wanted(body)
        self._under_way[wanted] += 1
        try:
            yield
        finally:
            self._under_way[wanted] -= 1

    def check_outcome(self, caller: Caller, body: DatabaseInfoCreate) -> OutcomeCheck[None]:
        """Make the check of a creation: exactly one new database of that name, provider and region is ours.

        A database is new if its ``creationTime`` is not before the sending, by the service's own
        clock. None or several within the lag of the list leave the outcome unknown: sending again
        could make a second one.
        """
        began = caller.clock.now()

        async def check_outcome() -> Answer[None] | None:
            candidates: list[str] = []
            for pause in _LOOKS:
                await caller.clock.sleep(pause)
                candidates = [database_id for database_id in await _made_since(caller, body, began) if database_id not in self._known]
                if len(candidates) == 1 and self._under_way[_wanted(body)] == 1:
                    self.note(candidates[0])
                    return Answer(value=None, status=0, headers={"location": candidates[0]})
                if len(candidates) > 1:
                    break
            raise _unknown(body, candidates)

        return check_outcome


async def _made_since(caller: Caller, body: DatabaseInfoCreate, began: datetime) -> list[str]:
    """List the ids of databases that a request sent at ``began``, by the client's clock, may have made."""
    dates: list[datetime] = []
    pager = listing.databases(caller, include="all", on_page=lambda answer: dates.append(sent_at(caller, answer, began)))
    alike = [database async for database in pager if _wanted(database.info) == _wanted(body)]
    return [database.id for database in alike if database.creation_time is not None and database.creation_time >= dates[0]]


def sent_at(caller: Caller, answer: Answer[object], began: datetime) -> datetime:
    """When the request was sent, by the service's clock: what it says now, less the time that has passed since."""
    here = caller.clock.now()
    try:
        there = parsedate_to_datetime(answer.headers.get("date", ""))
    except ValueError:
        there = here
    if there.tzinfo is None:
        there = there.replace(tzinfo=UTC)
    return there - (here - began) - _SKEW


def _wanted(info: object) -> _Wanted:
    fields = (getattr(info, name, None) for name in ("name", "cloud_provider", "region"))
    name, provider, region = (str(field or "") for field in fields)
    return name, provider.lower(), region.lower()


def _unknown(body: DatabaseInfoCreate, candidates: list[str]) -> errors.OutcomeUnknownError:
    advice = (
        f"look for databases named {body.name!r} in the list; only if none was created just now, create it again"
        if not candidates
        else f"see which of these is yours: {', '.join(candidates)}"
    )
    found = f"{len(candidates)} new databases of that name" if candidates else "no new database of that name was listed"
    return errors.OutcomeUnknownError(
        f"createDatabase {body.name!r} was sent, but got no usable answer, and {found}; {advice}",
        operation="createDatabase",
        reason="the answer was lost",
        how_to_find_out=advice,
        candidates=candidates,
    )
