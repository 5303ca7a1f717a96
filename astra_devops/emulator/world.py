"""What an operation of the emulator works on: the request that was made, and the world that it changes."""

import math
import random
import uuid
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, TypeVar, cast

import attrs

from astra_devops.emulator import replies
from astra_devops.emulator.contract.contract import Operation
from astra_devops.emulator.faults.entries import Staleness
from astra_devops.emulator.faults.faults import Faults
from astra_devops.emulator.state.databases import Database, Organization
from astra_devops.emulator.state.presigned import Signer
from astra_devops.emulator.state.quirks import Quirks
from astra_devops.emulator.state.tokens import Token, TokenStore
from astra_devops.emulator.state.transitions import TERMINATED_FOR, Progress
from astra_devops.emulator.time.clock import Clock

S = TypeVar("S")


@attrs.frozen
class Request:
    """One request for an operation, read and checked.

    ``lists`` holds the query parameters that are lists.
    """

    operation: Operation
    arguments: Mapping[str, str]
    query: Mapping[str, str | int | bool]
    body: object
    token: Token
    lists: Mapping[str, list[str]] = attrs.field(factory=dict)


@attrs.define
class Platform:
    """What the organisations of one enterprise have in common.

    ``edge`` is the base URL of bundles and data endpoints.

    ``worlds`` holds what each organisation has of its own, by its id. The enterprise has such a
    world too, but there is no database in it.
    """

    clock: Clock
    quirks: Quirks
    faults: Faults
    rng: random.Random
    token_store: TokenStore
    signer: Signer
    enterprise_id: str = ""
    edge_url: str = ""
    worlds: "dict[str, World]" = attrs.field(factory=dict)

    def new_id(self) -> str:
        """Make a UUID from the seeded source."""
        return str(uuid.UUID(int=self.rng.getrandbits(128), version=4))

    def add_world(self, organization: Organization) -> "World":
        """Make room for an organisation that has nothing yet."""
        world = self.worlds[organization.id] = World(self, organization)
        return world

    @property
    def organizations(self) -> "list[World]":
        """What each organisation has, in the order in which they were founded."""
        return [world for organization_id, world in self.worlds.items() if organization_id != self.enterprise_id]

    def world_with(self, database_id: str) -> "World | None":
        """Find the organisation that a database belongs to.

        Only for what stands outside of the API: that looks into one alone.
        """
        return next((world for world in self.organizations if database_id in world.organization.databases), None)


@attrs.define
class World:
    """What the operations of one organisation read and change."""

    platform: Platform
    organization: Organization
    _stores: dict[type[Any], Any] = attrs.field(factory=dict)

    @property
    def is_enterprise(self) -> bool:
        """Whether this is no organisation, but the enterprise above them all."""
        return self.organization.id == self.platform.enterprise_id

    @property
    def clock(self) -> Clock:
        """The time that everything goes by."""
        return self.platform.clock

    @property
    def quirks(self) -> Quirks:
        """Which undocumented behaviours are shown."""
        return self.platform.quirks

    @property
    def faults(self) -> Faults:
        """What shall go wrong."""
        return self.platform.faults

    @property
    def rng(self) -> random.Random:
        """Where everything random comes from."""
        return self.platform.rng

    def store(self, kind: type[S]) -> S:
        """Return the one store of a class in this world, empty at first."""
        if kind not in self._stores:
            self._stores[kind] = kind()
        return cast("S", self._stores[kind])

    @property
    def stores(self) -> tuple[Any, ...]:
        """What groups of operations remember, as far as they have been asked."""
        return tuple(self._stores.values())

    def clear(self) -> None:
        """Forget everything that operations have made; tokens are kept in the token store."""
        self.organization.clear()
        self._stores.clear()

    def new_id(self) -> str:
        """Make a UUID from the seeded source."""
        return self.platform.new_id()

    def refresh(self, database: Database) -> Database:
        """Bring a database up to the present."""
        database.advance(self.clock.monotonic(), self.clock.now())
        database.stuck_in = self.faults.held_states.get(database.id)
        return database

    def is_gone(self, database: Database) -> bool:
        """Tell whether nobody knows a database any more, which has just been looked at."""
        known_for = 0.0 if self.quirks.unknown_once_terminated else TERMINATED_FOR
        return database.is_gone(self.clock.monotonic(), known_for)

    def stale_copy(self, database: Database, stale: Staleness) -> Database | None:
        """Give a copy of a database as a stale read sees it; None if that is from before its time."""
        now = self.clock.monotonic()
        if stale.seconds is None:
            age = now - math.nextafter(database.versions[-1][0], -math.inf) if database.versions else 0.0
        else:
            age = stale.seconds
        return database.as_of(now - age, self.clock.now() - timedelta(seconds=age))

    def find(self, database_id: str) -> Database:
        """Find a database that can still be read.

        Raises:
            Refusal: there is none by that id.
        """
        database = self.organization.databases.get(database_id)
        if database is None:
            raise unknown_database(database_id)
        self.refresh(database)
        if self.is_gone(database):
            if self.quirks.unauthorized_after_termination:
                raise replies.Refusal(replies.NULL_UNAUTHORIZED)
            raise unknown_database(database_id)
        return database

    def find_living(self, database_id: str) -> Database:
        """Find a database that has not been terminated.

        Raises:
            Refusal: there is none by that id, or no longer.
        """
        database = self.find(database_id)
        if database.status == "TERMINATED":
            raise replies.refusal(404, f"Database {database_id} has been terminated.")
        return database

    def begin(self, request: Request, database: Database, change: str, subject: str = "", *, delay: float = 0.0) -> None:
        """Start a change of a database, under whatever faults are scripted for the operation."""
        stuck_in, ends_in = self.faults.state_fault_of(request.operation.id, change)
        now = self.clock.monotonic()
        database.begin(Progress(change, now, database.state, subject, delay, stuck_in, ends_in), now)


Handler = Callable[[World, Request], replies.Reply]


def unknown_database(database_id: str) -> replies.Refusal:
    """Refuse an id that is no database's."""
    return replies.refusal(404, f"Database {database_id} could not be found.")


def plain_refusal(world: World, status: int, message: str) -> replies.Refusal:
    """Refuse in plain text, as some operations do."""
    return replies.Refusal(replies.text(status, message)) if world.quirks.errors_in_text else replies.refusal(status, message)


def as_object(body: object) -> Mapping[str, Any]:
    """Read a body that the contract says is an object; one that was left out is an empty one."""
    return body if isinstance(body, dict) else {}


def require(database: Database, *states: str) -> None:
    """Refuse with 409 unless the database is idle and in one of the states.

    Raises:
        Refusal: another change is under way, or the state does not allow this one.
    """
    if database.progress is not None or database.status not in states:
        raise replies.refusal(409, f"Database {database.id} is in state {database.status}, which does not allow this operation.")
