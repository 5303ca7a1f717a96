"""The public class ``Emulator``: starts and stops the service, and saves, restores and resets it.

Its parts: ``serving.server`` is its sockets, ``serving.service`` the API without any network, and
``seeding`` the methods that change the state without calling the API.
"""

import asyncio
import math
import random
from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractContextManager
from types import TracebackType
from typing import TYPE_CHECKING, Any, ParamSpec, Self, TypeVar

import attrs

from astra_devops.emulator import clients
from astra_devops.emulator.contract.contract import Contract, load
from astra_devops.emulator.control.control import Control
from astra_devops.emulator.faults.faults import Faults
from astra_devops.emulator.journal import Journal
from astra_devops.emulator.net import addresses
from astra_devops.emulator.net.hosting import Host, hosts
from astra_devops.emulator.net.threads import in_thread
from astra_devops.emulator.seeding import Seeding
from astra_devops.emulator.serving.server import HttpServer
from astra_devops.emulator.serving.service import Service
from astra_devops.emulator.state.databases import Database
from astra_devops.emulator.state.presigned import new_signer
from astra_devops.emulator.state.quirks.quirks import Quirks
from astra_devops.emulator.state.tokens import Token, TokenStore, renamed
from astra_devops.emulator.time.clock import Clock, VirtualClock
from astra_devops.emulator.time.timekeeping import Timekeeper
from astra_devops.emulator.world import Platform

if TYPE_CHECKING:
    from astra_devops.blocking import AstraDevOps
    from astra_devops.client import AsyncAstraDevOps

P = ParamSpec("P")
E = TypeVar("E")


class Emulator(Seeding):
    """The service in memory, listening on a real socket.

    .. code-block:: python

        async with Emulator() as emulator:
            async with emulator.async_client() as astra:
                operation = await astra.databases.create(
                    "orders", cloud_provider="AWS", region="us-east-2"
                )
                await operation.wait()  # minutes by the emulator's clock, none by yours

    Args:
        clock: The clock that it follows, by default a :class:`VirtualClock`. Virtual time moves
            only while something sleeps on the clock, so a client that cannot be given
            ``clock=emulator.clock`` needs a :class:`ScaledClock`.
        host: The address to listen on.
        port: The port to listen on; 0 picks a free one.
        edge_port: The port of bundles and data endpoints; 0 picks a free one.
        seed: The seed for ids, tokens and keys: the same seed yields the same ones.
        latency: Seconds, by the clock, that each answer takes.
        quirks: The undocumented behaviors of the service to imitate.
        contract: An OpenAPI 3.1 document to use instead of the bundled one.
        faults: The faults to start with, such as those that :meth:`Faults.load` has read.
        state: The state to start with, as returned by :meth:`snapshot`. :attr:`token` is then the
            one saved there.
        token: The token that may do everything, instead of one from the seed or the state.
        allowed_hosts: Further names that it answers to, if it listens on this machine only. A
            request to another name gets status 421, so that no page in a browser can reach it by a
            name of its own. On other addresses it answers to any name, unless names are given here.

    Raises:
        TypeError: ``allowed_hosts`` is a single string, or a host is not a string.
        ValueError: ``state`` cannot be read, ``latency`` is negative or not finite, or ``token`` is
            not of the form of the service's tokens.
    """

    def __init__(
        self,
        *,
        clock: Clock | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        edge_port: int = 0,
        seed: int = 0,
        latency: float = 0.0,
        quirks: Quirks | None = None,
        contract: dict[str, Any] | None = None,
        faults: Faults | None = None,
        state: Mapping[str, Any] | None = None,
        token: str | None = None,
        allowed_hosts: Collection[str] = (),
    ) -> None:
        if not 0 <= latency < math.inf:
            raise ValueError(f"latency must be a finite number of at least 0, not {latency!r}")
        loaded = load() if contract is None else Contract(contract)
        operations = frozenset(operation.id for operation in loaded.operations)
        self.clock: Clock = VirtualClock() if clock is None else clock
        self.seed: int = seed
        self.journal: Journal = Journal(operations)
        rng = random.Random(seed)
        platform = Platform(self.clock, quirks or Quirks(), faults or Faults(seed=seed), rng, TokenStore(), new_signer(rng))
        self._service = Service(loaded, platform)
        super().__init__(platform, self._service.lock)
        self.faults.operations = operations
        host = addresses.check_host(host)
        self._address = (host, port, edge_port)
        self._control = Control(self)
        self._time = Timekeeper(self.clock, random.Random(seed + 1))
        self._server = HttpServer(self._service, self._control, self._time, latency, addresses.Names(host, allowed_hosts))
        self._loop: asyncio.AbstractEventLoop | None = None
        self._url: str | None = None
        if state is not None:
            self._token = self._load(state)
        if token is not None:
            self._token = renamed(self._token, token)
            self._platform.token_store.tokens[token] = self._token

    async def __aenter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        host = self._address[0]
        try:
            port, edge_port = await self._server.open(*self._address)
        except BaseException:
            await self._server.close()
            raise
        self._time.join(self._loop)
        self._url = addresses.url(host, port)
        hosts[self._url] = Host(self._loop, self.clock)
        self._platform.edge = addresses.url(host, edge_port)
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._loop is not None:
            self._time.leave(self._loop)
        if self._url is not None:
            hosts.pop(self._url, None)
        await self._server.close()

    @classmethod
    def running(cls: Callable[P, E], *args: P.args, **kwargs: P.kwargs) -> AbstractContextManager[E]:
        """Run an emulator in a thread of its own, for programs without an event loop.

        It takes the arguments of the class.

        .. code-block:: python

            with Emulator.running(seed=3) as emulator, emulator.client() as astra:
                astra.databases.list().collect()
        """
        return in_thread(cls(*args, **kwargs))

    def client(self, **settings: Any) -> "AstraDevOps":
        """Return a new blocking client of this emulator, to be closed by the caller.

        It has the emulator's token, URL and clock, so its waits take no real time on a virtual
        clock. Its retry pauses come from the emulator's seed.

        Args:
            settings: Other settings of :class:`~astra_devops.AstraDevOps`; they override these.

        Raises:
            RuntimeError: The emulator has not been started. Or it runs on the event loop of the
                calling thread, which a blocking call would stop, so that no answer could come.
        """
        if self._is_on_current_loop():
            raise RuntimeError(
                "client() was called on the event loop that runs this emulator, which could not answer while a call blocks the loop: "
                "use async_client() there, or run the emulator in its own thread with Emulator.running()"
            )
        return clients.blocking_client(self.token, self.url, self.clock, self.seed, settings)

    def async_client(self, **settings: Any) -> "AsyncAstraDevOps":
        """Return a new asynchronous client of this emulator, to be closed by the caller.

        It has the emulator's token, URL and clock, so its waits take no real time on a virtual
        clock. Its retry pauses come from the emulator's seed.

        Args:
            settings: Other settings of :class:`~astra_devops.AsyncAstraDevOps`; they override
                these.

        Raises:
            RuntimeError: The emulator has not been started.
        """
        return clients.async_client(self.token, self.url, self.clock, self.seed, settings)

    def _is_on_current_loop(self) -> bool:
        try:
            return asyncio.get_running_loop() is self._loop
        except RuntimeError:
            return False

    @property
    def url(self) -> str:
        """The base URL of the API.

        Raises:
            RuntimeError: The emulator has not been started.
        """
        if self._url is None:
            raise RuntimeError("the emulator is not running: enter 'async with Emulator()' or 'with Emulator.running()'")
        return self._url

    @property
    def edge_url(self) -> str:
        """The base URL of bundles and data endpoints."""
        return self._platform.edge_url

    @property
    def token(self) -> str:
        """The token that may do everything in the first organization and in the enterprise."""
        return self._token.value

    @property
    def organization_id(self) -> str:
        """The id of the first organization, which :attr:`token` belongs to."""
        return self._token.organization_id

    @property
    def enterprise_id(self) -> str:
        """The id of the enterprise that all organizations belong to."""
        return self._platform.enterprise_id

    @property
    def faults(self) -> Faults:
        """The faults to cause."""
        return self._platform.faults

    @property
    def quirks(self) -> Quirks:
        """The undocumented behaviors that are imitated."""
        return self._platform.quirks

    @property
    def databases(self) -> dict[str, Database]:
        """The databases of all organizations by id, in their present state.

        Without those that were terminated so long ago that they cannot be read any more.
        """
        with self._lock:
            return {
                database_id: database
                for world in self._platform.organizations
                for database_id, database in world.organization.databases.items()
                if not world.is_gone(world.refresh(database))
            }

    def snapshot(self) -> dict[str, Any]:
        """Return the whole state, for :meth:`restore` or the ``state`` of another emulator.

        It can be written as JSON. On a virtual clock, the same seed and requests yield the same
        snapshot. Changes in progress continue where they were. The snapshot includes the emulator's
        tokens and keys, which are of no use elsewhere, and everything that was sent to it, but not
        quirks, faults or the journal.
        """
        from astra_devops.emulator.saving import snapshot

        with self._lock:
            return snapshot.save(self._platform, self._token.value)

    def restore(self, state: Mapping[str, Any]) -> None:
        """Return to the state of a snapshot, as if no time had passed since it was taken.

        Times of day are shifted accordingly. :attr:`token` stays the same, so that clients that
        have it keep working; the token at the time of the snapshot works too.

        Raises:
            ValueError: ``state`` cannot be read; nothing has changed.
        """
        with self._lock:
            saved_token = self._load(state)
            self._token = attrs.evolve(self._token, organization_id=saved_token.organization_id)
            self._platform.token_store.tokens[self._token.value] = self._token

    def _load(self, state: Mapping[str, Any]) -> Token:
        """Replace the state with a snapshot, and return the emulator's own token at the time."""
        from astra_devops.emulator.saving import snapshot

        token = snapshot.load(self._platform, state)
        # Looked up afterward: loading replaces the token store.
        return self._platform.token_store.tokens[token]

    @property
    def changes(self) -> int:
        """The number of requests so far that may have changed the state, control included."""
        return self.journal.total + self._control.changes

    def reset(self) -> None:
        """Remove databases, added tokens and organizations, faults, and the journal.

        Time goes on, and ids are never used again.
        """
        with self._lock:
            kept_ids = (self.enterprise_id, self.organization_id)
            self._platform.worlds = {key: self._platform.worlds[key] for key in kept_ids}
            for world in self._platform.worlds.values():
                world.clear()
            self._platform.token_store.tokens = {self._token.value: self._token}
            self.faults.clear()
            self.journal.clear()

    def __repr__(self) -> str:
        return f"Emulator(url={self._url!r}, clock={self.clock!r})"
