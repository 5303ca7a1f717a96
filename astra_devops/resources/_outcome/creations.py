"""Finding the database that a lost request has created, to adopt it instead of creating two.

A database is adopted only if no request but the lost one can have created it:

- A list that was taken before the request does not have it, and it was created no earlier than that
  list, nor later than the answer was lost; both by the service's own ``Date``.
- Its owner is the token of this client.
- No other call in this process has created it, or may have.
- It is still the only one after ``LIST_LAG`` seconds of the client's clock: the database that the
  lost request has created may be listed late.

Whatever else it may have created is a candidate of the error.

A fleet run keeps the facts of this comparison in its journal, so that another process can adopt the
database. That process looks for minutes: if it finds none by then, the request had no effect.
"""

import re
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from typing import Any, Final

import attrs

from astra_devops import errors
from astra_devops._rest.models.databases import Database
from astra_devops._rest.models.databases_requests import DatabaseInfoCreate
from astra_devops._runtime import deadline
from astra_devops._runtime.call import Answer, OutcomeCheck
from astra_devops._runtime.caller import Caller
from astra_devops._runtime.details import add_detail
from astra_devops._runtime.intents.recorder import RecordedCheck
from astra_devops._runtime.response import date_of
from astra_devops.operations import listing
from astra_devops.resources._outcome.lookups import SKEW, StillChanging, look
from astra_devops.resources._outcome.names_in_use import LIST_LAG, NamesInUse

_LONGEST_SEARCH: Final = 45.0
"""Seconds after which a database that is not listed is given up."""
_CERTAIN_AFTER: Final = timedelta(minutes=5)
"""How long after its request a database that no list has is certain not to exist."""
_UNTIL_CERTAIN_EVERY: Final = 10.0
"""Seconds between two looks while that is not certain."""
_REMEMBERED: Final = 600.0
"""Seconds for which the ids of created databases are remembered."""
_SHARE_OF_LISTING: Final = 0.25
"""The part of a call's time that the list before the request may take."""
_PAUSES_BEFORE: Final = (0.0, 0.25, 0.5, 1.0, 2.0)
"""Seconds to sleep before each attempt to list what is there before the request."""
_NEVER_SETTLED: Final = (
    "the list of databases could not be read before the request, so running again does not settle it: look for the database yourself, "
    "and if it is not there, run the item with another journal"
)
_CLIENT_ID: Final = re.compile(r"[A-Za-z]{24}")

_Key = tuple[str, str, str, str]


@attrs.define(eq=False, repr=False)
class Creation:
    """One creation in progress, and what is known about the databases that may be its own.

    Attributes:
        taken: Ids of databases that other calls have created in the meantime.
        contested: Whether another creation of the same name ended without a known outcome.
        listed: Ids of databases from before the request; None if the list could not be read.
        sent_at: A time just before the request, by the service's clock.
        lost_at: A time just after its answer was lost, by the service's clock.
        looked_at: A time just before the last list, by the service's clock.
        is_restored: Whether another process sent the request, and these are its facts.
        is_waited_out: Whether this process has waited by the client's clock until that is long
            past, whatever the service's clock shows.
    """

    caller: Caller
    body: DatabaseInfoCreate
    taken: set[str] = attrs.field(factory=set)
    contested: bool = False
    listed: set[str] | None = None
    sent_at: datetime | None = None
    lost_at: datetime | None = None
    looked_at: datetime | None = None
    is_restored: bool = False
    is_waited_out: bool = False

    @property
    def is_long_past(self) -> bool:
        """Whether another process sent the request so long ago that its effect would be listed."""
        if self.is_waited_out:
            return True
        if self.listed is None or self.lost_at is None or self.looked_at is None:
            return False
        return self.looked_at - self.lost_at >= _CERTAIN_AFTER

    @property
    def key(self) -> _Key:
        """The place and name, which all databases that may be this one share."""
        return (self.caller.transport.origin, *_key_of(self.body))


OutcomeCheckOf = Callable[[Creation], Awaitable[Answer[None] | None]]
"""The outcome check of a creation."""

_running: Final[list[Creation]] = []
"""The creations in progress of all clients in this process, which may use the same token."""


class CreationTracker:
    """The databases that one client has created lately, and its creations in progress."""

    def __init__(self) -> None:
        self.names: NamesInUse = NamesInUse()
        self._created: dict[str, float] = {}

    async def create(self, caller: Caller, body: DatabaseInfoCreate, send: Callable[[OutcomeCheck[None]], Awaitable[str]]) -> str:
        """Create a database with ``send``, and return its id.

        ``send`` gets the outcome check to pass on.
        """
        with deadline.within(caller.options.timeout), self._running(Creation(caller, body)) as creation:
            await _list_before(creation)
            try:
                database_id = await send(_CreationCheck(creation, self._check))
            except errors.OutcomeUnknownError:
                _mark(creation, contested=True)
                raise
            self._remember(creation, database_id)
            return database_id

    @contextmanager
    def _running(self, creation: Creation) -> Iterator[Creation]:
        _running.append(creation)
        try:
            yield creation
        except (Exception, GeneratorExit):
            raise
        except BaseException:  # A canceled request may have taken effect.
            _mark(creation, contested=True)
            raise
        finally:
            _running.remove(creation)

    def _remember(self, creation: Creation, database_id: str) -> None:
        now = time.monotonic()
        self._created = {id: at for id, at in self._created.items() if now - at < _REMEMBERED} | {database_id: now}
        self.names.remember(database_id, creation.body.name, creation.caller.clock.monotonic())
        _mark(creation, taken=database_id)

    async def _check(self, creation: Creation) -> Answer[None] | None:
        """Find the database of a lost request; raise unless exactly one must be it."""
        caller, clock = creation.caller, creation.caller.clock
        own_id = await _own_id(caller)
        started = clock.monotonic()
        candidates: list[Database] = []

        async def look_once() -> Answer[None] | None:
            nonlocal candidates
            new = await _list_new(creation)
            candidates = [database for database in new if database.id not in self._created and not _is_of_another_token(database, own_id)]
            elapsed = clock.monotonic() - started
            if elapsed < LIST_LAG or (not candidates and elapsed < _LONGEST_SEARCH and not creation.is_long_past):
                raise StillChanging("the list of databases may lag")
            return None

        problem: Exception | None = None
        try:
            await look(caller, look_once)
        except (TimeoutError, errors.AstraDevOpsError) as error:
            problem = error
        candidates = [database for database in candidates if database.id not in creation.taken]
        is_alone = not creation.contested and not _others(creation)
        if problem is None and is_alone and len(candidates) == 1 and _must_be_own(creation, candidates[0], own_id):
            return Answer(value=None, status=0, headers={"location": candidates[0].id})
        if problem is None and is_alone and not candidates and creation.is_long_past:
            return None
        unknown = _outcome_unknown(creation.body, [database.id for database in candidates])
        if problem is not None:
            add_detail(unknown, f"the search for it ended early: {problem}")
        if creation.is_restored and creation.listed is None:
            add_detail(unknown, _NEVER_SETTLED)
        raise unknown


class _CreationCheck(RecordedCheck[None]):
    """The outcome check of a creation, which another process can make with the recorded facts."""

    def __init__(self, creation: Creation, check: OutcomeCheckOf) -> None:
        self._creation = creation
        self._check = check

    async def __call__(self) -> Answer[None] | None:
        return await self._check(self._creation)

    async def wait_until_certain(self) -> None:
        """Wait until the database is listed, or it is certain that the request had no effect.

        Without the facts for that, or if the list cannot be read, there is nothing to wait for.
        """
        creation = self._creation
        if creation.listed is None or creation.sent_at is None:
            return
        clock = creation.caller.clock
        certain_at = clock.monotonic() + _CERTAIN_AFTER.total_seconds() + creation.caller.options.timeout
        with suppress(errors.AstraDevOpsError):
            while not await _list_new(creation) and not creation.is_long_past:
                if (left := deadline.remaining()) is not None and left <= _UNTIL_CERTAIN_EVERY:
                    return
                await deadline.sleep(clock, _UNTIL_CERTAIN_EVERY)
                creation.is_waited_out = clock.monotonic() >= certain_at

    def facts(self) -> Mapping[str, Any]:
        listed, sent_at = self._creation.listed, self._creation.sent_at
        return {
            "listed": None if listed is None else sorted(listed),
            "sent_at": None if sent_at is None else sent_at.isoformat(),
            "timeout": self._creation.caller.options.timeout,
        }

    def restore(self, facts: Mapping[str, Any]) -> None:
        self._creation.is_restored = True
        listed, sent_at = facts["listed"], facts["sent_at"]
        self._creation.listed = None if listed is None else set(listed)
        self._creation.sent_at = None if sent_at is None else datetime.fromisoformat(sent_at)
        # That process cannot have sent the request later, however late this check is made.
        if self._creation.sent_at is not None:
            self._creation.lost_at = self._creation.sent_at + timedelta(seconds=facts["timeout"])


def _mark(creation: Creation, *, taken: str | None = None, contested: bool = False) -> None:
    """Record the outcome of a creation for the others of the same key."""
    for other in _others(creation):
        other.contested |= contested
        if taken is not None:
            other.taken.add(taken)


def _others(creation: Creation) -> list[Creation]:
    """Return the other creations in progress that have the same name and place."""
    return [other for other in list(_running) if other is not creation and other.key == creation.key]


async def _list_before(creation: Creation) -> None:
    """List what is there before the request. Without that list nothing is adopted.

    A final error ends this at once: the request itself will fail in the same way.
    """
    caller = creation.caller
    with deadline.within(caller.options.timeout * _SHARE_OF_LISTING), deadline.single_attempts():
        for pause in _PAUSES_BEFORE:
            if pause >= (deadline.remaining() or 0.0):
                return
            await deadline.sleep(caller.clock, pause)
            try:
                listed, times = await _list_namesakes(creation)
            except errors.APIStatusError as error:
                if not isinstance(error, errors.ServerError | errors.RateLimitedError):
                    return
            except errors.ConfigurationError:
                return
            except errors.AstraDevOpsError as error:
                if isinstance(error, errors.RequestNotSentError) and error.is_final:
                    return
            else:
                creation.listed, creation.sent_at = {database.id for database in listed}, times[-1]
                return


async def _list_new(creation: Creation) -> list[Database]:
    """List the databases that were not there before the request, or are not older than it."""
    namesakes, times = await _list_namesakes(creation)
    creation.looked_at = times[0]
    if creation.lost_at is None:
        creation.lost_at = times[0]
    if creation.listed is not None:
        namesakes = [database for database in namesakes if database.id not in creation.listed]
    earliest = creation.sent_at or (creation.lost_at and creation.lost_at - timedelta(seconds=creation.caller.options.timeout))
    if earliest is None:
        return namesakes
    return [database for database in namesakes if database.creation_time is None or database.creation_time >= earliest - SKEW]


async def _list_namesakes(creation: Creation) -> tuple[list[Database], list[datetime | None]]:
    """List the databases with the name and place, and the service's time of each page."""
    times: list[datetime | None] = []
    pager = listing.databases(creation.caller, include="all", on_page=lambda answer: times.append(date_of(answer)))
    key = _key_of(creation.body)
    return [database async for database in pager if _key_of(database.info) == key], times


def _must_be_own(creation: Creation, database: Database, own_id: str | None) -> bool:
    """Return whether only the request of this creation can have created a database."""
    created, sent_at, lost_at = database.creation_time, creation.sent_at, creation.lost_at
    if creation.listed is None or created is None or sent_at is None or lost_at is None:
        return False
    return own_id is not None and database.owner_id == own_id and sent_at <= created <= lost_at + SKEW


def _is_of_another_token(database: Database, own_id: str | None) -> bool:
    """Return whether the owner is a token, and not that of this client. It may also be a user."""
    return own_id is not None and database.owner_id != own_id and _CLIENT_ID.fullmatch(database.owner_id) is not None


async def _own_id(caller: Caller) -> str | None:
    try:
        return await caller.client_id()
    except Exception:
        return None


def _key_of(info: object) -> tuple[str, str, str]:
    fields = (getattr(info, name, None) for name in ("name", "cloud_provider", "region"))
    name, provider, region = (str(field or "") for field in fields)
    return name, provider.lower(), region.lower()


def _outcome_unknown(body: DatabaseInfoCreate, candidates: list[str]) -> errors.OutcomeUnknownError:
    where = f"databases.list() with the name {body.name!r} and the region {body.region!r}"
    if candidates:
        result = "a new database has that name" if len(candidates) == 1 else f"{len(candidates)} new databases have that name"
        advice = f"check in {where} which of these is yours: {', '.join(candidates)}"
    else:
        result = "no new database with that name is listed"
        advice = f"look at {where}, and create it again only if none of them is new"
    return errors.OutcomeUnknownError(
        f"createDatabase {body.name!r} was sent, but got no usable answer, and {result}; {advice}",
        operation="createDatabase",
        reason="the answer was lost",
        how_to_find_out=advice,
        candidates=candidates,
    )
