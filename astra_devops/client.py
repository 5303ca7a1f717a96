"""The client: settings, one connection, and one attribute per resource."""

from collections.abc import Mapping
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version
from ssl import SSLContext
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import attrs

from astra_devops._runtime import checks
from astra_devops._runtime.call import Answer
from astra_devops._runtime.caller import Caller, Options
from astra_devops._runtime.clock import Clock, SystemClock
from astra_devops._runtime.observer import Observer, guarded
from astra_devops._runtime.retry import RetryPolicy
from astra_devops._runtime.settings import Environment, origin, user_agent
from astra_devops._runtime.token import Token, TokenAuth
from astra_devops._runtime.transport import SessionFactory, Transport

if TYPE_CHECKING:
    from astra_devops.operations.factory import OperationFactory
    from astra_devops.operations.handle import AsyncOperation
    from astra_devops.resources._outcome.creations import CreationTracker
    from astra_devops.resources._outcome.pending_changes import PendingChanges
    from astra_devops.resources.access_lists import AsyncAccessLists
    from astra_devops.resources.audit_logs import AsyncAuditLogs
    from astra_devops.resources.cdc import AsyncCdc
    from astra_devops.resources.clones import AsyncClones
    from astra_devops.resources.cloud_accounts import AsyncCloudAccounts
    from astra_devops.resources.custom_domains import AsyncCustomDomains
    from astra_devops.resources.customer_keys import AsyncCustomerKeys
    from astra_devops.resources.databases import AsyncDatabases
    from astra_devops.resources.datacenters import AsyncDatacenters
    from astra_devops.resources.devops_access_lists import AsyncDevOpsAccessLists
    from astra_devops.resources.enterprises import AsyncEnterprises
    from astra_devops.resources.keyspaces import AsyncKeyspaces
    from astra_devops.resources.migration_proxies import AsyncMigrationProxies
    from astra_devops.resources.migrations import AsyncMigrations
    from astra_devops.resources.organizations import AsyncOrganizations
    from astra_devops.resources.pcu_groups import AsyncPcuGroups
    from astra_devops.resources.private_links import AsyncPrivateLinks
    from astra_devops.resources.regions import AsyncRegions
    from astra_devops.resources.restores import AsyncRestores
    from astra_devops.resources.roles import AsyncRoles
    from astra_devops.resources.scim import AsyncScim
    from astra_devops.resources.secure_bundles import AsyncSecureBundles
    from astra_devops.resources.snapshots import AsyncSnapshots
    from astra_devops.resources.telemetry import AsyncTelemetry
    from astra_devops.resources.tokens import AsyncTokens
    from astra_devops.resources.users import AsyncUsers
    from astra_devops.resources.vpc_peerings import AsyncVpcPeerings


class AsyncAstraDevOps:
    """A client of the Astra DevOps API, for asyncio.

    >>> async with AsyncAstraDevOps() as astra:
    ...     operation = await astra.databases.create("orders", cloud_provider="AWS", region="us-east-2")
    ...     database = await operation.wait()

    Constructing it reads no file and opens no connection. It belongs to the event loop that uses it
    first.
    """

    def __init__(
        self,
        token: Token | None = None,
        *,
        base_url: str | None = None,
        environment: Environment = "prod",
        profile: str | None = None,
        timeout: float = 60.0,
        attempt_timeout: float = 30.0,
        retry: RetryPolicy = RetryPolicy(),
        clock: Clock = SystemClock(),
        observer: Observer | None = None,
        max_connections: int = 100,
        proxy: str | None = None,
        ssl_context: SSLContext | None = None,
        session_factory: SessionFactory | None = None,
        user_agent_suffix: str | None = None,
    ) -> None:
        """Check the settings. Times are in seconds.

        Args:
            token: an application token (``AstraCS:...``), or a sync or async callable that returns
                one for each call. Without it: the section ``profile`` of ``~/.astrarc`` if one is
                named, else the environment variable ``ASTRA_DB_APPLICATION_TOKEN``, else the
                section ``default`` of that file.
            base_url: another address than the environment's; https, or http to this machine.
            environment: ``prod``, ``dev`` or ``test``.
            profile: a section of astra-cli's ``~/.astrarc``.
            timeout: for a whole call, with all its attempts and the waits between them.
            attempt_timeout: for one request.
            retry: how often and how far apart a call is repeated.
            clock: what waits, retries and deadlines go by.
            observer: called with each :class:`~astra_devops.Event`; without one, the logger
                ``astra_devops`` tells of them.
            max_connections: requests under way at once.
            proxy: address of an http proxy.
            ssl_context: for a certificate authority of your own.
            session_factory: makes the ``aiohttp.ClientSession``, inside the running loop; it is
                closed with the client.
            user_agent_suffix: appended to the User-Agent header.

        Raises:
            ValueError, TypeError: a setting is wrong; the message names it.
            ConfigurationError: the token does not have the shape of one.
        """
        transport = Transport(
            origin=origin(base_url, environment),
            max_connections=int(checks.positive(max_connections, "max_connections")),
            proxy=proxy,
            ssl_context=ssl_context,
            session_factory=session_factory,
        )
        options = Options(
            timeout=checks.positive(timeout, "timeout"),
            attempt_timeout=checks.positive(attempt_timeout, "attempt_timeout"),
            retry=retry,
            headers={"Accept": "application/json", "User-Agent": user_agent(_version(), user_agent_suffix)},
        )
        self._caller = Caller(transport, TokenAuth(token, profile), clock, options, guarded(observer))
        self._parent: AsyncAstraDevOps | None = None

    def with_options(
        self,
        *,
        timeout: float | None = None,
        attempt_timeout: float | None = None,
        retry: RetryPolicy | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> "AsyncAstraDevOps":
        """Make a view of this client with other options.

        It shares the connections, the token and the waits; closing it does nothing.

        Args:
            timeout: seconds for a whole call.
            attempt_timeout: seconds for one request.
            retry: how often and how far apart a call is repeated.
            headers: sent with every request, besides those of this client.

        >>> slow = astra.with_options(timeout=300)
        """
        now = self._caller.options
        view = object.__new__(AsyncAstraDevOps)
        view._caller = self._caller.view(
            attrs.evolve(
                now,
                timeout=now.timeout if timeout is None else checks.positive(timeout, "timeout"),
                attempt_timeout=now.attempt_timeout if attempt_timeout is None else checks.positive(attempt_timeout, "attempt_timeout"),
                retry=now.retry if retry is None else retry,
                headers={**now.headers, **checks.headers(headers or {})},
            )
        )
        view._parent = self
        return view

    @cached_property
    def databases(self) -> "AsyncDatabases":
        """Databases."""
        from astra_devops.resources.databases import AsyncDatabases

        return AsyncDatabases(self._caller, self._operations, self._creations)

    @cached_property
    def keyspaces(self) -> "AsyncKeyspaces":
        """Keyspaces of databases."""
        from astra_devops.resources.keyspaces import AsyncKeyspaces

        return AsyncKeyspaces(self._caller, self._operations)

    @cached_property
    def datacenters(self) -> "AsyncDatacenters":
        """Datacenters of databases: the regions they run in."""
        from astra_devops.resources.datacenters import AsyncDatacenters

        return AsyncDatacenters(self._caller, self._operations)

    @cached_property
    def secure_bundles(self) -> "AsyncSecureBundles":
        """Secure connect bundles of databases."""
        from astra_devops.resources.secure_bundles import AsyncSecureBundles

        return AsyncSecureBundles(self._caller)

    @cached_property
    def regions(self) -> "AsyncRegions":
        """Regions that the service offers."""
        from astra_devops.resources.regions import AsyncRegions

        return AsyncRegions(self._caller)

    @cached_property
    def snapshots(self) -> "AsyncSnapshots":
        """Snapshots of databases."""
        from astra_devops.resources.snapshots import AsyncSnapshots

        return AsyncSnapshots(self._caller)

    @cached_property
    def clones(self) -> "AsyncClones":
        """Copies of snapshots of one database into another."""
        from astra_devops.resources.clones import AsyncClones

        return AsyncClones(self._caller, self._operations)

    @cached_property
    def restores(self) -> "AsyncRestores":
        """Returns of databases to their snapshots."""
        from astra_devops.resources.restores import AsyncRestores

        return AsyncRestores(self._caller, self._operations)

    @cached_property
    def migrations(self) -> "AsyncMigrations":
        """Imports of SSTables into databases."""
        from astra_devops.resources.migrations import AsyncMigrations

        return AsyncMigrations(self._caller, self._operations)

    @cached_property
    def migration_proxies(self) -> "AsyncMigrationProxies":
        """Proxies for the migration of live workloads."""
        from astra_devops.resources.migration_proxies import AsyncMigrationProxies

        return AsyncMigrationProxies(self._caller, self._operations)

    @cached_property
    def cdc(self) -> "AsyncCdc":
        """Change data capture of databases."""
        from astra_devops.resources.cdc import AsyncCdc

        return AsyncCdc(self._caller, self._operations)

    @cached_property
    def telemetry(self) -> "AsyncTelemetry":
        """The export of metrics of databases."""
        from astra_devops.resources.telemetry import AsyncTelemetry

        return AsyncTelemetry(self._caller, self._operations)

    @cached_property
    def audit_logs(self) -> "AsyncAuditLogs":
        """The export of the organization's audit log."""
        from astra_devops.resources.audit_logs import AsyncAuditLogs

        return AsyncAuditLogs(self._caller, self._operations)

    @cached_property
    def enterprises(self) -> "AsyncEnterprises":
        """The enterprise that the token belongs to."""
        from astra_devops.resources.enterprises import AsyncEnterprises

        return AsyncEnterprises(self._caller, self._operations)

    @cached_property
    def customer_keys(self) -> "AsyncCustomerKeys":
        """Keys of your own that encrypt databases."""
        from astra_devops.resources.customer_keys import AsyncCustomerKeys

        return AsyncCustomerKeys(self._caller)

    @cached_property
    def cloud_accounts(self) -> "AsyncCloudAccounts":
        """Accounts of the service that may use your keys."""
        from astra_devops.resources.cloud_accounts import AsyncCloudAccounts

        return AsyncCloudAccounts(self._caller)

    @cached_property
    def pcu_groups(self) -> "AsyncPcuGroups":
        """Provisioned capacity that databases share."""
        from astra_devops.resources.pcu_groups import AsyncPcuGroups

        return AsyncPcuGroups(self._caller, self._operations)

    @cached_property
    def organizations(self) -> "AsyncOrganizations":
        """The token's organization."""
        from astra_devops.resources.organizations import AsyncOrganizations

        return AsyncOrganizations(self._caller)

    @cached_property
    def roles(self) -> "AsyncRoles":
        """Roles of users and tokens."""
        from astra_devops.resources.roles import AsyncRoles

        return AsyncRoles(self._caller)

    @cached_property
    def users(self) -> "AsyncUsers":
        """Users of the organization."""
        from astra_devops.resources.users import AsyncUsers

        return AsyncUsers(self._caller)

    @cached_property
    def tokens(self) -> "AsyncTokens":
        """Application tokens."""
        from astra_devops.resources.tokens import AsyncTokens

        return AsyncTokens(self._caller)

    @cached_property
    def scim(self) -> "AsyncScim":
        """Users and groups, provisioned by SCIM."""
        from astra_devops.resources.scim import AsyncScim

        return AsyncScim(self._caller)

    @cached_property
    def access_lists(self) -> "AsyncAccessLists":
        """Which addresses may reach databases."""
        from astra_devops.resources.access_lists import AsyncAccessLists

        return AsyncAccessLists(self._caller, self._operations, self._changes)

    @cached_property
    def devops_access_lists(self) -> "AsyncDevOpsAccessLists":
        """From which addresses this API may be called."""
        from astra_devops.resources.devops_access_lists import AsyncDevOpsAccessLists

        return AsyncDevOpsAccessLists(self._caller, self._operations, self._changes)

    @cached_property
    def private_links(self) -> "AsyncPrivateLinks":
        """Private links to databases."""
        from astra_devops.resources.private_links import AsyncPrivateLinks

        return AsyncPrivateLinks(self._caller, self._operations)

    @cached_property
    def custom_domains(self) -> "AsyncCustomDomains":
        """Names of your own for databases behind private links."""
        from astra_devops.resources.custom_domains import AsyncCustomDomains

        return AsyncCustomDomains(self._caller, self._operations, self._changes)

    @cached_property
    def vpc_peerings(self) -> "AsyncVpcPeerings":
        """Peerings of networks with those of classic databases."""
        from astra_devops.resources.vpc_peerings import AsyncVpcPeerings

        return AsyncVpcPeerings(self._caller, self._operations)

    async def can(self, *permissions: str, resource: str | None = None) -> bool | None:
        """Say whether this client's token has all of some permissions, as far as the service tells.

        It is read from the roles of the token, so it takes two requests, and more where the service
        leaves policies out of its list of roles. Nothing else is tried, and nothing is kept: what
        holds now may not hold at the next call.

        Args:
            permissions: such as ``"org-db-create"``; see ``astra_devops.models.PolicyAction``.
            resource: what they are needed for, as :func:`astra_devops.policies.drn` names it; by
                default, anything at all.

        Needs ``org-token-read`` and ``org-role-read``.

        Returns:
            True if the roles grant all of them. False if they do not. None if that cannot be told:
            the token may not read tokens or roles, the list of tokens does not have it, or a role
            grants a permission only on what ``resource`` is part of.

        >>> if await astra.can("org-db-create", "org-db-view"): ...
        """
        from astra_devops.resources._identity.permissions import allowed

        return await allowed(self._caller, permissions, resource)

    async def request(
        self,
        operation_id: str,
        *,
        path: Mapping[str, str] | None = None,
        query: Mapping[str, object] | None = None,
        body: object = None,
    ) -> Answer[object]:
        """Call an operation of the contract by its id: what no resource offers, or offers otherwise.

        It is checked, retried and redacted like every other call; the answer's value is the model
        that the contract names for it.

        Args:
            operation_id: such as ``listDatabases``.
            path: a value for each variable of the operation's path, by its name there, such as
                ``databaseID``.
            query: by the names of the wire; None is not sent.
            body: JSON-ready values, or a model.

        Raises:
            ValueError: there is no such operation, or ``path`` does not fit it.

        >>> answer = await astra.request("getDatabase", path={"databaseID": database_id})
        """
        from astra_devops.resources._by_operation_id import call_of

        return await self._caller.send(call_of(operation_id, path, query, body))

    async def resume(self, token: str) -> "AsyncOperation[Any]":
        """Take up an operation that was accepted earlier, in this process or another.

        Args:
            token: the ``resume_token`` of an operation, or of the error that a wait ended with.

        Raises:
            ValueError: it is not a resume token that this version knows.
        """
        return self._operations.resume(token)

    @cached_property
    def _operations(self) -> "OperationFactory":
        from astra_devops.operations.factory import OperationFactory

        return OperationFactory(self._caller) if self._parent is None else OperationFactory(self._caller, self._parent._operations.poller)

    @cached_property
    def _changes(self) -> "PendingChanges":
        from astra_devops.resources._outcome.pending_changes import PendingChanges

        return PendingChanges() if self._parent is None else self._parent._changes

    @cached_property
    def _creations(self) -> "CreationTracker":
        from astra_devops.resources._outcome.creations import CreationTracker

        return CreationTracker() if self._parent is None else self._parent._creations

    async def aclose(self) -> None:
        """Close the connections. A view has none of its own, so that closing one does nothing.

        Idempotent.
        """
        if self._parent is None:
            await self._caller.transport.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        return f"<{type(self).__name__}{' view' if self._parent else ''}>"


def _version() -> str:
    try:
        return version("astra-devops")
    except PackageNotFoundError:
        return "0"
