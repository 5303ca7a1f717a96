"""The client: settings, views, calls by operation id, and closing."""

import os
from collections.abc import Mapping
from ssl import SSLContext
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import attrs

from astra_devops._client_declarations import AsyncClientDeclarations
from astra_devops._client_operations import AsyncClientOperations
from astra_devops._client_resources import ClientResources
from astra_devops._first_use import ModuleOnFirstUse, importing
from astra_devops._runtime import checks
from astra_devops._runtime.auth.token import Token, TokenAuth
from astra_devops._runtime.call import Answer
from astra_devops._runtime.caller import Caller
from astra_devops._runtime.clock import Clock, SystemClock
from astra_devops._runtime.http.content_coding import ACCEPT_ENCODING
from astra_devops._runtime.http.proxies import checked_proxy
from astra_devops._runtime.http.sessions import SessionFactory
from astra_devops._runtime.http.transport import Transport
from astra_devops._runtime.limits.limiter import Limiter
from astra_devops._runtime.limits.reporting import reporter
from astra_devops._runtime.observer import guarded
from astra_devops._runtime.options import Options, Shared
from astra_devops._runtime.retry import RetryPolicy
from astra_devops._runtime.settings import (
    LOG_VARIABLE,
    Environment,
    checked_clock,
    checked_factory,
    checked_flag,
    checked_ssl_context,
    origin,
    plain_hosts,
    user_agent,
)
from astra_devops._secret import Secret, hidden, hiding
from astra_devops._version import VERSION
from astra_devops.errors import PermissionDeniedError

if TYPE_CHECKING:
    from astra_devops._runtime.events import Observer
    from astra_devops._runtime.limits import values
    from astra_devops._runtime.limits.values import Limits, RateLimit
    from astra_devops._runtime.telemetry import log_variable
    from astra_devops.operations.handle import AsyncOperation
else:
    log_variable = ModuleOnFirstUse("astra_devops._runtime.telemetry.log_variable")
    values = ModuleOnFirstUse("astra_devops._runtime.limits.values")


class AsyncAstraDevOps(AsyncClientDeclarations, ClientResources, AsyncClientOperations):
    """A client of the Astra DevOps API, for asyncio.

    >>> async with AsyncAstraDevOps() as astra:
    ...     operation = await astra.databases.create(
    ...         "orders", cloud_provider="AWS", region="us-east-2"
    ...     )
    ...     database = await operation.wait()

    Creating a client reads no file and opens no connection. A client belongs to the event loop in
    which it is first used.

    It has one attribute for each resource, such as ``databases``, ``users`` or ``access_lists``.
    """

    def __init__(
        self,
        token: Token | None = None,
        *,
        base_url: str | Secret | None = None,
        environment: Environment | None = None,
        profile: str | None = None,
        timeout: float = 60.0,
        attempt_timeout: float = 30.0,
        lane_timeout: float = 900.0,
        retry: RetryPolicy = RetryPolicy(),
        clock: Clock = SystemClock(),
        observer: "Observer | None" = None,
        max_connections: int = 100,
        rate_limit: "RateLimit | None" = None,
        proxy: str | Secret | None = None,
        trust_env: bool = True,
        allow_http: bool = False,
        ssl_context: SSLContext | None = None,
        session_factory: SessionFactory | None = None,
        user_agent_suffix: str | None = None,
    ) -> None:
        """Create a client. Nothing is sent and no file is read until the first call.

        Args:
            token: Application token (``AstraCS:...``), or a sync or async callable that returns
                one. It is called before each request, a sync one in the event loop; see
                :func:`astra_devops.token_file` for one that reads a file. If omitted, the token is
                taken from the section ``profile`` of ``~/.astrarc`` if ``profile`` is given, else
                from the environment variable ``ASTRA_DB_APPLICATION_TOKEN``, else from the section
                of ``~/.astrarc`` that the variable ``ASTRA_PROFILE`` names, or from ``default``.
            base_url: URL of the API, if it is not that of ``environment``. It must be https, or
                http to this machine, or to another with ``allow_http``.
            environment: Environment of the service: ``prod``, ``dev`` or ``test``. If omitted, and
                ``base_url`` too, it is that of the section from which the token is taken
                (``ASTRA_ENV``), and otherwise ``prod``.
            profile: Section of ``~/.astrarc``, the configuration file of astra-cli. As for
                astra-cli, the variable ``ASTRARC`` may name another file, and
                ``$XDG_CONFIG_HOME/astra/.astrarc`` comes first where it exists.
            timeout: Seconds for a whole call, including retries and the waits between them.
            attempt_timeout: Seconds for a single request.
            lane_timeout: Seconds for which a call that changes a database waits for changes before
                it to be over. They do not count for ``timeout``.
            retry: How often a call is retried, and how long to wait between attempts. By default a
                call has up to 4 attempts.
            clock: Clock used for waits, retries and deadlines; by default the system's.
            observer: Function that is called with each :class:`~astra_devops.Event`; if omitted,
                events go to the ``astra_devops`` logger.
            max_connections: Number of requests that may run at once, at most. Each uses one
                connection.
            rate_limit: A ceiling of your own for the requests per second. Without it the client
                sends as many as the service permits, and finds out how many that are.
            proxy: URL of an http or https proxy, with a user name and password if it needs them. By
                default it is that of the environment.
            trust_env: Whether the environment variables ``HTTPS_PROXY``, ``HTTP_PROXY``,
                ``ALL_PROXY`` and ``NO_PROXY`` decide on a proxy if ``proxy`` is not given. They do
                not apply to this machine, nor to a session with a proxy or connector of its own.
            allow_http: Whether the host in ``base_url`` may be reached by plain http although it is
                another machine, such as the container of an emulator. The token is sent unencrypted
                then, so this warns.
            ssl_context: SSL context, for example with your own certificate authority; by default
                that of aiohttp.
            session_factory: Function that returns the ``aiohttp.ClientSession`` to use. It is
                called in the running event loop, and the session is closed with the client. It must
                not have ``auth``.
            user_agent_suffix: Text to append to the User-Agent header.

        Raises:
            ValueError: A setting has a wrong value. The message names it.
            TypeError: A setting has a wrong type. The message names it.
            ConfigurationError: ``token`` does not look like an application token.
        """
        self._parent = None
        if LOG_VARIABLE in os.environ:
            log_variable.log_if_asked(os.environ)
        # Under the same names: a traceback with local variables would show the strings.
        token = hidden(token)
        proxy = hidden(proxy)
        base_url = hidden(base_url)
        is_service_given = base_url is not None or environment is not None
        url = origin(base_url, "prod" if environment is None else environment, allow_http)
        max_connections = checks.integer(max_connections, "max_connections", 1, 1_000_000)
        auth = TokenAuth(token, profile, selects_service=not is_service_given)
        transport = Transport(
            origin=url if is_service_given else auth.origin,
            max_connections=max_connections,
            proxy=checked_proxy(proxy),
            trust_env=checked_flag(trust_env, "trust_env"),
            ssl_context=checked_ssl_context(ssl_context),
            session_factory=checked_factory(session_factory),
            plain_hosts=plain_hosts(url),
        )
        options = Options(
            timeout=checks.positive(timeout, "timeout"),
            attempt_timeout=checks.positive(attempt_timeout, "attempt_timeout"),
            lane_timeout=checks.positive(lane_timeout, "lane_timeout"),
            retry=checks.instance(retry, "retry", RetryPolicy),
            headers={"Accept-Encoding": ACCEPT_ENCODING, "User-Agent": user_agent(VERSION, user_agent_suffix)},
        )
        clock, observer = checked_clock(clock), guarded(observer)
        own = checks.optional(lambda value, name: checks.instance(value, name, values.RateLimit), rate_limit, "rate_limit")
        shared = Shared(Limiter(clock, max_connections, own, reporter(observer)))
        shared.explain = _explain
        self._caller = Caller(transport, auth, clock, options, observer, shared)

    def with_options(
        self,
        *,
        timeout: float | None = None,
        attempt_timeout: float | None = None,
        lane_timeout: float | None = None,
        retry: RetryPolicy | None = None,
        headers: Mapping[str, str | Secret] | None = None,
    ) -> "AsyncAstraDevOps":
        """Return a view of this client with other options.

        The view shares the connections, the token and the waits of this client. Closing it does
        nothing. An option that is not given stays as it is.

        Args:
            timeout: Seconds for a whole call, including retries and the waits between them.
            attempt_timeout: Seconds for a single request.
            lane_timeout: Seconds for which a change of a database waits for those before it.
            retry: How often a call is retried, and how long to wait between attempts.
            headers: Headers to send with every request, in addition to those of this client. A
                value that is a ``Secret`` is masked where the service echoes it.

        Raises:
            ValueError: An option has a wrong value. The message names it.
            TypeError: An option has a wrong type. The message names it.

        >>> slow = astra.with_options(timeout=300)
        """
        headers = hidden(headers)
        now = self._caller.options
        options = attrs.evolve(
            now,
            timeout=now.timeout if timeout is None else checks.positive(timeout, "timeout"),
            attempt_timeout=now.attempt_timeout if attempt_timeout is None else checks.positive(attempt_timeout, "attempt_timeout"),
            lane_timeout=now.lane_timeout if lane_timeout is None else checks.positive(lane_timeout, "lane_timeout"),
            retry=now.retry if retry is None else checks.instance(retry, "retry", RetryPolicy),
            headers=now.headers if headers is None else {**now.headers, **checks.headers(headers)},
        )
        view = object.__new__(AsyncAstraDevOps)
        view._caller = self._caller.view(options)
        view._parent = self
        return view

    @property
    def limits(self) -> "Limits":
        """The present limits of this client and its views, its calls on their way and in the queue.

        >>> astra.limits.queued
        0
        """
        return self._caller.shared.limiter.limits

    async def can(self, *permissions: str, resource: str | None = None, token: str | None = None) -> bool | None:
        """Check whether a token has all the given permissions, where the service reveals them.

        The answer is derived from the roles of the token. This takes two requests, and more if the
        service omits policies from its list of roles. Nothing is cached, so a later call may have
        another answer.

        Args:
            permissions: Permissions such as ``"org-db-create"``; see
                :class:`astra_devops.models.PolicyAction`.
            resource: Resource that they are needed for, as named by
                :func:`astra_devops.policies.drn`; by default, any resource.
            token: Client id of another token of the organization; by default, it is the token of
                this client. :func:`astra_devops.policies.allows` checks a policy offline.

        Needs ``org-token-read`` and ``org-role-read``.

        Returns:
            True if the roles grant all of the permissions, False if they do not. None if the
            service does not reveal it: the token may not read tokens or roles, it is missing from
            the list of tokens, or a role grants a permission only on something that ``resource`` is
            part of.

        >>> if await astra.can("org-db-create", "org-db-view"): ...
        """
        with importing:
            from astra_devops.resources._identity.permissions import has_permissions

        return await has_permissions(self._caller, permissions, resource, token)

    @hiding("body")
    async def request(
        self,
        operation_id: str,
        *,
        path: Mapping[str, str] | None = None,
        query: Mapping[str, object] | None = None,
        body: object = None,
    ) -> Answer[object]:
        """Call any API operation by its id, including those without a dedicated method.

        The call is checked, retried and redacted like every other. The value of the answer is an
        instance of the model that the contract names for the operation.

        Args:
            operation_id: Id of the operation, such as ``listDatabases``.
            path: Value of each variable in the path of the operation, by its name there, such as
                ``databaseID``.
            query: Query parameters by their names on the wire. Those that are None are not sent.
            body: Values that can be written as JSON, or a model.

        Raises:
            ValueError: There is no such operation, or ``path`` does not fit it.
            TypeError: An argument has a wrong type, or ``body`` cannot be written as JSON.

        >>> answer = await astra.request("getDatabase", path={"databaseID": database_id})
        """
        with importing:
            from astra_devops.resources._by_operation_id import build_call

        call = build_call(operation_id, path, query, body)
        if call.operation.lane is not None:
            self._operations  # noqa: B018 - has the lanes of the databases
        return await self._caller.send(call)

    async def resume(self, token: str) -> "AsyncOperation[Any]":
        """Return the operation that a resume token stands for, to go on waiting for it.

        The operation may have been started by another process.

        Args:
            token: ``resume_token`` of an operation, or of the error that ended a wait.

        Raises:
            ValueError: ``token`` is not a resume token that this version can read.
        """
        return self._operations.resume(token)

    async def aclose(self) -> None:
        """Close the connections. Closing twice, or closing a view, does nothing."""
        if self._parent is None:
            self._caller.shared.limiter.close()
            await self._caller.transport.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        return f"<{type(self).__name__}{' view' if self._parent else ''}>"


async def _explain(caller: Caller, error: PermissionDeniedError) -> None:
    with importing:
        from astra_devops.resources._identity.missing_permissions import explain

    await explain(caller, error)
