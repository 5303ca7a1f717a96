"""What the operations of the emulator work on: a request, and the world of its organization.

A :class:`Platform` is the whole emulated service, with one :class:`World` for each organization.
The data in them is defined in ``state``.
"""

import math
import random
import uuid
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

import attrs

from astra_devops.emulator import replies
from astra_devops.emulator.contract.contract import Operation
from astra_devops.emulator.faults.entries import Staleness
from astra_devops.emulator.faults.faults import Faults
from astra_devops.emulator.net.addresses import requested_host, url
from astra_devops.emulator.state.databases import Database, Organization
from astra_devops.emulator.state.presigned import Signer
from astra_devops.emulator.state.quirks.quirks import Quirks
from astra_devops.emulator.state.tokens import Token, TokenStore
from astra_devops.emulator.state.transitions import TERMINATED_FOR, Progress
from astra_devops.emulator.time.clock import Clock

S = TypeVar("S")


@attrs.frozen
class Request:
    """A parsed and validated request for an operation.

    ``lists`` has the query parameters that are lists.
    """

    operation: Operation
    arguments: Mapping[str, str]
    query: Mapping[str, str | int | bool]
    body: object
    token: Token
    lists: Mapping[str, list[str]] = attrs.field(factory=dict)


@attrs.define
class Platform:
    """The whole service: what all organizations of the enterprise share, and their worlds.

    ``edge`` is the base URL of bundles and data endpoints. ``worlds`` has the world of each
    organization by its id. The enterprise has one too, without databases.
    """

    clock: Clock
    quirks: Quirks
    faults: Faults
    rng: random.Random
    token_store: TokenStore
    signer: Signer
    enterprise_id: str = ""
    edge: str = ""
    worlds: "dict[str, World]" = attrs.field(factory=dict)

    @property
    def edge_url(self) -> str:
        """The base URL of bundles and data endpoints, for the client that has sent a request."""
        host = requested_host.get()
        return self.edge if host is None else url(host, urlsplit(self.edge).port or 80)

    def new_id(self) -> str:
        """Return a new UUID, from the seeded random numbers."""
        return str(uuid.UUID(int=self.rng.getrandbits(128), version=4))

    def add_world(self, organization: Organization) -> "World":
        """Add an empty world for a new organization."""
        world = self.worlds[organization.id] = World(self, organization)
        return world

    @property
    def organizations(self) -> "list[World]":
        """The worlds of all organizations, in the order of their creation."""
        return [world for organization_id, world in self.worlds.items() if organization_id != self.enterprise_id]

    def world_with(self, database_id: str) -> "World | None":
        """Find the world of the organization that a database belongs to.

        Only for what is outside the API: an operation has access to one organization only.
        """
        return next((world for world in self.organizations if database_id in world.organization.databases), None)


@attrs.define
class World:
    """One organization with its resources, which its operations read and change."""

    platform: Platform
    organization: Organization
    _stores: dict[type[Any], Any] = attrs.field(factory=dict)

    @property
    def is_enterprise(self) -> bool:
        """Whether this is the enterprise, which all organizations belong to."""
        return self.organization.id == self.platform.enterprise_id

    @property
    def clock(self) -> Clock:
        """The clock that everything follows."""
        return self.platform.clock

    @property
    def quirks(self) -> Quirks:
        """The undocumented behaviors that are imitated."""
        return self.platform.quirks

    @property
    def faults(self) -> Faults:
        """The faults to cause."""
        return self.platform.faults

    @property
    def rng(self) -> random.Random:
        """The seeded random numbers that ids and keys are made of."""
        return self.platform.rng

    def store(self, kind: type[S]) -> S:
        """Return this world's store of a class, which is empty at first."""
        if kind not in self._stores:
            self._stores[kind] = kind()
        return cast("S", self._stores[kind])

    @property
    def stores(self) -> tuple[Any, ...]:
        """The stores that have been used so far."""
        return tuple(self._stores.values())

    def clear(self) -> None:
        """Remove everything that operations have created, except tokens, which the platform has."""
        self.organization.clear()
        self._stores.clear()

    def new_id(self) -> str:
        """Return a new UUID, from the seeded random numbers."""
        return self.platform.new_id()

    def refresh(self, database: Database) -> Database:
        """Update the state of a database to the present, and return the database."""
        database.advance(self.clock.monotonic(), self.clock.now())
        database.stuck_in = self.faults.held_states.get(database.id)
        return database

    def is_gone(self, database: Database) -> bool:
        """Return whether a terminated database cannot be read any more. Refresh it first."""
        readable_for = 0.0 if self.quirks.unknown_once_terminated else TERMINATED_FOR
        return database.is_gone(self.clock.monotonic(), readable_for)

    def stale_copy(self, database: Database, stale: Staleness) -> Database | None:
        """Return a copy of a database as a stale read sees it; None if it did not exist then."""
        now = self.clock.monotonic()
        if stale.seconds is None:
            age = now - math.nextafter(database.versions[-1][0], -math.inf) if database.versions else 0.0
        else:
            age = stale.seconds
        return database.as_of(now - age, self.clock.now() - timedelta(seconds=age))

    def find(self, database_id: str) -> Database:
        """Find a database that can still be read.

        Raises:
            Refusal: There is none with that id.
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
            Refusal: There is none with that id, or it has been terminated.
        """
        database = self.find(database_id)
        if database.status == "TERMINATED":
            raise replies.refusal(404, f"Database {database_id} has been terminated.")
        return database

    def begin(self, request: Request, database: Database, change: str, subject: str = "", *, delay: float = 0.0) -> None:
        """Start a change of a database, with the faults that are scripted for the operation.

        The change itself begins after ``delay`` seconds.
        """
        stuck_in, ends_in = self.faults.state_fault_of(request.operation.id, change)
        now = self.clock.monotonic()
        database.begin(Progress(change, now, database.state, subject, delay, stuck_in, ends_in), now)


Handler = Callable[[World, Request], replies.Reply]


def unknown_database(database_id: str) -> replies.Refusal:
    """Return the refusal of an id that no database has."""
    return replies.refusal(404, f"Database {database_id} could not be found.")


def plain_refusal(world: World, status: int, message: str) -> replies.Refusal:
    """Return a refusal in plain text, which some operations answer with."""
    return replies.Refusal(replies.text(status, message)) if world.quirks.errors_in_text else replies.refusal(status, message)


def as_object(body: object) -> Mapping[str, Any]:
    """Return a body that is an object according to the contract; an omitted one counts as empty."""
    return body if isinstance(body, dict) else {}


def assumed_conflict(world: World) -> int:
    """Return the status for a conflict for which no source has 409."""
    return 409 if world.quirks.assumed_conflicts_are_409 else 400


def require(database: Database, *states: str, status: int = 409) -> None:
    """Check that a database is in one of the given states and no change is in progress.

    Raises:
        Refusal: Another change is in progress, or the state does not allow this one.
    """
    if database.progress is not None or database.status not in states:
        raise replies.refusal(status, f"Database {database.id} is in state {database.status}, which does not allow this operation.")
