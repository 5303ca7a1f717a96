"""Finding the database that a lost request has created, to adopt it instead of creating two."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from astra_devops import errors
from astra_devops._rest.models.databases import DatabaseInfoCreate
from astra_devops._runtime.call import Answer, OutcomeCheck
from astra_devops._runtime.caller import Caller
from astra_devops.operations import listing
from astra_devops.resources._outcome.lookups import LOOKUP_DELAYS, sent_at_service_time

_Key = tuple[str, str, str]


class CreationTracker:
    """The databases that one client has created, and its creations that are still running.

    A database that another call has created, or may have created, must not be adopted.
    """

    def __init__(self) -> None:
        self._created_ids: set[str] = set()
        self._running: Counter[_Key] = Counter()

    def remember(self, database_id: str) -> None:
        """Remember a database that a call has created or adopted."""
        self._created_ids.add(database_id)

    @contextmanager
    def running(self, body: DatabaseInfoCreate) -> Iterator[None]:
        """Count a creation as running, inside a ``with`` block."""
        key = _key_of(body)
        self._running[key] += 1
        try:
            yield
        finally:
            self._running[key] -= 1

    def outcome_check(self, caller: Caller, body: DatabaseInfoCreate) -> OutcomeCheck[None]:
        """Return the outcome check of a creation.

        The request took effect if there is exactly one new database with its name, provider and
        region. A database is new if its ``creationTime``, by the service's clock, is not before the
        request. If there are none or several after the last lookup, the outcome is unknown: sending
        the request again could create a second database.
        """
        started = caller.clock.now()

        async def check_outcome() -> Answer[None] | None:
            candidates: list[str] = []
            for delay in LOOKUP_DELAYS:
                await caller.clock.sleep(delay)
                new_ids = await _list_created_since(caller, body, started)
                candidates = [database_id for database_id in new_ids if database_id not in self._created_ids]
                if len(candidates) == 1 and self._running[_key_of(body)] == 1:
                    self.remember(candidates[0])
                    return Answer(value=None, status=0, headers={"location": candidates[0]})
                if len(candidates) > 1:
                    break
            raise _outcome_unknown(body, candidates)

        return check_outcome


async def _list_created_since(caller: Caller, body: DatabaseInfoCreate, started: datetime) -> list[str]:
    """List the ids of databases that a request may have created.

    ``started`` is when it was sent, by the client's clock.
    """
    sent_times: list[datetime] = []
    pager = listing.databases(
        caller, include="all", on_page=lambda answer: sent_times.append(sent_at_service_time(caller, answer, started))
    )
    matches = [database async for database in pager if _key_of(database.info) == _key_of(body)]
    return [database.id for database in matches if database.creation_time is not None and database.creation_time >= sent_times[0]]


def _key_of(info: object) -> _Key:
    fields = (getattr(info, name, None) for name in ("name", "cloud_provider", "region"))
    name, provider, region = (str(field or "") for field in fields)
    return name, provider.lower(), region.lower()


def _outcome_unknown(body: DatabaseInfoCreate, candidates: list[str]) -> errors.OutcomeUnknownError:
    if candidates:
        result = f"{len(candidates)} new databases have that name"
        advice = f"check which of them is yours: {', '.join(candidates)}"
    else:
        result = "no new database with that name is listed"
        advice = f"list the databases named {body.name!r}, and create it again only if none of them is new"
    return errors.OutcomeUnknownError(
        f"createDatabase {body.name!r} was sent, but got no usable answer, and {result}; {advice}",
        operation="createDatabase",
        reason="the answer was lost",
        how_to_find_out=advice,
        candidates=candidates,
    )
