"""What a partition needs to make a client of its own."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import attrs

from astra_devops._runtime.auth.token import TokenAuth
from astra_devops._runtime.caller import Caller
from astra_devops._runtime.limits.values import RateLimit
from astra_devops._secret import Secret

Work = Callable[[Any], Awaitable[object]]
Body = Callable[[Work], Awaitable[None]]
"""What a partition does with the work function, once that has its client."""


@attrs.frozen
class Setup:
    """What is sent to a partition when it begins. Its text shows no secret.

    ``host`` makes the client, and runs a body on the event loop that it belongs to.
    """

    client: type[Any]
    arguments: dict[str, Any] = attrs.field(repr=False)
    work: Any = attrs.field(repr=False)
    wait_timeout: float | None
    host: "Host"


Host = Callable[[Setup, Body], None]


def async_host(setup: Setup, body: Body) -> None:
    """Run a body with an async client."""

    async def main() -> None:
        async with setup.client(**setup.arguments) as client:
            await body(partial(setup.work, client))

    asyncio.run(main())


def client_arguments(caller: Caller, partitions: int) -> dict[str, Any]:
    """Return the arguments of a client like that of a caller, for one of several partitions.

    A token that was given as an argument is among them, in clear: they must not be shown or stored.
    One that this process found in its environment or a file is not, and is found by each worker.
    The rate limit and the connections are divided among the partitions.

    Raises:
        ValueError: A setting of the client cannot be sent to other processes.
    """
    transport, options, own = caller.transport, caller.options, caller.shared.limiter.own
    if not isinstance(caller.auth, TokenAuth):
        raise ValueError("cluster cannot be used with this view of a client: call fleet.run of the client itself")
    if transport.has_local_parts:
        raise ValueError(
            "cluster cannot be used with a client that has ssl_context or session_factory: they cannot be sent to other processes"
        )
    token, profile = caller.auth.given
    return {
        "token": token.reveal() if isinstance(token, Secret) else token,
        "profile": profile,
        "base_url": transport.origin,
        "timeout": options.timeout,
        "attempt_timeout": options.attempt_timeout,
        "lane_timeout": options.lane_timeout,
        "retry": options.retry,
        "clock": caller.clock,
        "max_connections": max(transport.max_connections // partitions, 1),
        "rate_limit": None
        if own is None
        else RateLimit(requests_per_second=own.requests_per_second / partitions, burst=max(own.burst // partitions, 1)),
        "proxy": transport.proxy.reveal() if transport.proxy is not None else None,
        "trust_env": transport.trust_env,
        "allow_http": bool(transport.plain_hosts),
    }
