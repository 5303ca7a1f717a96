"""The emulator as a whole: started, used, and taken down."""

import asyncio
import math
import random
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self

import attrs

from astra_devops.emulator.contract.contract import Contract, load
from astra_devops.emulator.contract.operation_names import likeliest
from astra_devops.emulator.faults.faults import Faults
from astra_devops.emulator.journal import Journal
from astra_devops.emulator.net.threads import in_thread
from astra_devops.emulator.resources._permissions import add_role_with, check_permissions
from astra_devops.emulator.resources.databases import DEFAULT_KEYSPACE, place_database
from astra_devops.emulator.resources.enterprises import new_organization, populate
from astra_devops.emulator.resources.migrations import place_migration
from astra_devops.emulator.resources.pcu_groups import place_group
from astra_devops.emulator.resources.users import accept_invitation
from astra_devops.emulator.serving.server import HttpServer
from astra_devops.emulator.serving.service import Service
from astra_devops.emulator.state.catalog import complaints
from astra_devops.emulator.state.databases import Database
from astra_devops.emulator.state.presigned import new_signer
from astra_devops.emulator.state.quirks import Quirks
from astra_devops.emulator.state.tokens import Token, TokenStore
from astra_devops.emulator.state.transitions import STATUSES, Progress
from astra_devops.emulator.time.clock import Clock, VirtualClock
from astra_devops.emulator.time.timekeeping import Timekeeper
from astra_devops.emulator.world import Platform, World


class Emulator:
    """The service in memory, behind a real socket.

    .. code-block:: python

        async with Emulator() as emulator:
            async with AsyncAstraDevOps(emulator.token, base_url=emulator.url, clock=emulator.clock) as astra:
                operation = await astra.databases.create("orders", cloud_provider="AWS", region="us-east-2")
                await operation.wait()  # minutes by the emulator's clock, none by yours

    Args:
        clock: what time it goes by; a :class:`VirtualClock` unless given. With a virtual clock,
            time moves only while somebody sleeps on it, so a client that cannot be given
            ``clock=emulator.clock`` wants a :class:`ScaledClock`.
        host: the address to listen on.
        port: the port to listen on; 0 takes a free one. Bundles and data endpoints have another
            port, always a free one.
        seed: where ids, tokens and keys come from; the same seed gives the same ones.
        latency: seconds of the clock that each answer takes.
        quirks: which of the service's undocumented behaviours to show.
        contract: an OpenAPI 3.1 document to go by, instead of the one that comes with the package.
        faults: what shall go wrong, such as what :meth:`Faults.load` has read.
        state: what to begin with, as :meth:`snapshot` has written it; :attr:`token` is the one from
            there.

    Raises:
        ValueError: ``state`` cannot be read, or ``latency`` is no length of time.
    """

    def __init__(
        self,
        *,
        clock: Clock | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        seed: int = 0,
        latency: float = 0.0,
        quirks: Quirks | None = None,
        contract: dict[str, Any] | None = None,
        faults: Faults | None = None,
        state: Mapping[str, Any] | None = None,
    ) -> None:
        if not 0 <= latency < math.inf:
            raise ValueError(f"latency must not be negative, nor without end, but is {latency!r}")
        known = load() if contract is None else Contract(contract)
        operations = frozenset(operation.id for operation in known.operations)
        self.clock: Clock = VirtualClock() if clock is None else clock
        self.seed: int = seed
        self.journal: Journal = Journal(operations)
        self._address = (host, port)
        source = random.Random(seed)
        self._platform = Platform(self.clock, quirks or Quirks(), faults or Faults(seed=seed), source, TokenStore(), new_signer(source))
        self._token = populate(self._platform)
        self._time = Timekeeper(self.clock, random.Random(seed + 1))
        self._service = Service(known, self._platform)
        self.faults.operations = operations
        self._front = HttpServer(self._service, self.journal, self._time, latency)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._url: str | None = None
        if state is not None:
            self._token = self._adopt(state)

    async def __aenter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        host = self._address[0]
        try:
            port, edge_port = await self._front.open(*self._address)
        except BaseException:
            await self._front.close()
            raise
        self._time.join(self._loop)
        self._url = f"http://{host}:{port}"
        self._platform.edge = f"http://{host}:{edge_port}"
        return self

    async def __aexit__(self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None) -> None:
        if self._loop is not None:
            self._time.leave(self._loop)
        await self._front.close()

    @classmethod
    @contextmanager
    def running(
        cls,
        *,
        clock: Clock | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        seed: int = 0,
        latency: float = 0.0,
        quirks: Quirks | None = None,
        contract: dict[str, Any] | None = None,
        faults: Faults | None = None,
        state: Mapping[str, Any] | None = None,
    ) -> Generator[Self]:
        """Run an emulator in a thread of its own, for programs without an event loop.

        .. code-block:: python

            with Emulator.running() as emulator, AstraDevOps(emulator.token, base_url=emulator.url, clock=emulator.clock) as astra:
                astra.databases.list().collect()
        """
        emulator = cls(
            clock=clock,
            host=host,
            port=port,
            seed=seed,
            latency=latency,
            quirks=quirks,
            contract=contract,
            faults=faults,
            state=state,
        )
        with in_thread(emulator):
            yield emulator

    @property
    def url(self) -> str:
        """The base URL of the API.

        Raises:
            RuntimeError: the emulator has not been started.
        """
        if self._url is None:
            raise RuntimeError("the emulator is not running: enter 'async with Emulator()' or 'with Emulator.running()'")
        return self._url

    @property
    def edge_url(self) -> str:
        """The base URL of bundles and data endpoints."""
        return self._platform.edge

    @property
    def token(self) -> str:
        """A token that may do everything in the organisation that is there from the beginning, and what the enterprise's tokens may."""
        return self._token.value

    @property
    def organization_id(self) -> str:
        """The organisation that is there from the beginning, and that :attr:`token` is of."""
        return self._token.organization_id

    @property
    def enterprise_id(self) -> str:
        """The enterprise that every organisation is in."""
        return self._platform.enterprise_id

    @property
    def faults(self) -> Faults:
        """What shall go wrong."""
        return self._platform.faults

    @property
    def quirks(self) -> Quirks:
        """Which undocumented behaviours are shown."""
        return self._platform.quirks

    @property
    def databases(self) -> dict[str, Database]:
        """Every database of every organisation by its id, as of now; those that nobody knows any more are left out."""
        with self._service.lock:
            return {
                key: database
                for world in self._platform.organizations
                for key, database in world.organization.databases.items()
                if not world.forgets(world.look(database))
            }

    def add_organization(self, name: str, *, email: str = "owner@example.com") -> str:
        """Make another organisation without asking the API, and give its id.

        Nothing of it can be seen from the others.
        """
        with self._service.lock:
            return new_organization(self._platform, name, email, self._platform.new_id()).organization.id

    def add_token(self, permissions: Iterable[str] | None = None, *, organization_id: str | None = None) -> str:
        """Make another token, of the first organisation unless another is named.

        It may do only what ``permissions`` name, such as ``{"org-db-view"}``, through a role;
        everything in its organisation if None.

        Raises:
            TypeError: ``permissions`` is one text.
            ValueError: there is no such organisation or permission.
        """
        if permissions is not None:
            permissions = check_permissions(permissions)
        with self._service.lock:
            world = self._world_of(organization_id)
            roles = () if permissions is None else (add_role_with(world, permissions),)
            return self._issue(world.organization.id, roles=roles, unlimited=permissions is None)

    def add_enterprise_token(self) -> str:
        """Make a token of the enterprise: it may make organisations and tokens for them, see costs, and nothing else."""
        with self._service.lock:
            return self._issue(self.enterprise_id, enterprise=True)

    def revoke_token(self, token: str) -> None:
        """Make a token unknown."""
        with self._service.lock:
            self._platform.token_store.tokens.pop(token, None)

    def add_database(
        self,
        name: str,
        *,
        cloud_provider: str = "AWS",
        region: str = "us-east-2",
        tier: str = "serverless",
        keyspaces: Iterable[str] = (DEFAULT_KEYSPACE,),
        status: str = "ACTIVE",
        organization_id: str | None = None,
    ) -> str:
        """Put a database into the world without asking the API, finished and in any state that there is, and give its id.

        Raises:
            TypeError: ``keyspaces`` is one text.
            ValueError: there is no such organisation, tier, provider, region or state.
        """
        if isinstance(keyspaces, str):
            raise TypeError("keyspaces must be a list of names, not one text")
        wrong = [message for _, message in complaints(tier, cloud_provider, region)]
        if wrong:
            raise ValueError(f"tier, cloud_provider, region: {', '.join(wrong)}: {tier!r}, {cloud_provider!r}, {region!r}")
        if status not in STATUSES:
            raise ValueError(f"status: there is no state {status!r}{likeliest(status, STATUSES)}")
        with self._service.lock:
            body = {"name": name, "cloudProvider": cloud_provider, "region": region, "tier": tier}
            database = place_database(self._world_of(organization_id), body, owner=self._token.client_id)
            database.keyspaces = list(keyspaces)
            database.keyspace = next(iter(database.keyspaces), None)
            database.state = status
            return database.id

    def add_pcu_group(
        self, title: str, *, cloud_provider: str = "AWS", region: str = "us-east-2", min: int = 1, max: int = 1, reserved: int = 0
    ) -> str:
        """Put a PCU group into the world without asking the API, ready for databases, and give its id."""
        with self._service.lock:
            place = {"cloudProvider": cloud_provider, "region": region, "instanceType": "standard", "provisionType": "shared"}
            body = {"title": title, **place, "min": min, "max": max, "reserved": reserved}
            return place_group(self._world_of(None), body, owner=self._token.client_id).id

    def add_migration(self, database_id: str, *, phase: str = "ReceivingFiles") -> str:
        """Put a migration into a database without asking the API, in any phase, and give its id."""
        with self._service.lock:
            world = self._world_with(database_id)
            return place_migration(world, world.find_living(database_id), phase).id

    def accept_invitation(self, email: str) -> None:
        """Let somebody join every organisation that has invited them.

        Raises:
            ValueError: none has.
        """
        with self._service.lock:
            accepted = [accept_invitation(world, email) for world in self._platform.organizations]
            if not any(accepted):
                raise ValueError(f"email: nobody has invited {email!r}")

    def hibernate(self, database_id: str) -> None:
        """Send a database to sleep, as the service does after two idle days.

        A request to its data endpoint wakes it.
        """
        with self._service.lock:
            database = self._world_with(database_id).find(database_id)
            now = self.clock.monotonic()
            database.begin(Progress("hibernate", now, database.state), now)

    def snapshot(self) -> dict[str, Any]:
        """Write down everything that the service remembers, ready for JSON, for :meth:`restore` or another emulator's ``state``.

        The same seed and the same requests give the same snapshot on a virtual clock. Changes under
        way go on from where they are. The emulator's tokens and keys are in it, which open nothing
        elsewhere; so is whatever was sent to it. Quirks, faults and the journal are not.
        """
        from astra_devops.emulator.saving import snapshot

        with self._service.lock:
            return snapshot.save(self._platform, self._token.value)

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go back to a snapshot, as if no time had passed since. Times of day move along.

        :attr:`token` stays what it is, so that clients which have it go on; the one that the
        snapshot was taken with works too.

        Raises:
            ValueError: ``state`` cannot be read; everything stays as it is.
        """
        with self._service.lock:
            there = self._adopt(state)
            self._token = attrs.evolve(self._token, organization_id=there.organization_id)
            self._platform.token_store.tokens[self._token.value] = self._token

    def _adopt(self, state: Mapping[str, Any]) -> Token:
        """Take a snapshot for the state, and give the token that it was taken with."""
        from astra_devops.emulator.saving import snapshot

        token = snapshot.load(self._platform, state)
        # Looked up afterwards: loading replaces the token store.
        return self._platform.token_store.tokens[token]

    def reset(self) -> None:
        """Forget databases, added tokens and organisations, faults and the journal.

        Time goes on, and ids never come back.
        """
        with self._service.lock:
            kept = (self.enterprise_id, self.organization_id)
            self._platform.worlds = {key: self._platform.worlds[key] for key in kept}
            for world in self._platform.worlds.values():
                world.clear()
            self._platform.token_store.tokens = {self._token.value: self._token}
            self.faults.clear()
            self.journal.clear()

    def _issue(self, organization_id: str, *, roles: tuple[str, ...] = (), unlimited: bool = False, enterprise: bool = False) -> str:
        platform = self._platform
        now = platform.clock.now()
        return platform.token_store.issue(
            platform.source, now, organization_id, roles=roles, unlimited=unlimited, enterprise=enterprise
        ).value

    def _world_of(self, organization_id: str | None) -> World:
        wanted = self.organization_id if organization_id is None else organization_id
        if wanted == self.enterprise_id or wanted not in self._platform.worlds:
            raise ValueError(f"organization_id: there is no organization {wanted!r}")
        return self._platform.worlds[wanted]

    def _world_with(self, database_id: str) -> World:
        world = self._platform.world_with(database_id)
        if world is None:
            raise ValueError(f"database_id: there is no database {database_id!r}")
        return world

    def __repr__(self) -> str:
        return f"Emulator(url={self._url!r}, clock={self.clock!r})"
