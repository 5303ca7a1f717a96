"""An aiohttp.web service that gives each branch of a repository a keyspace of a shared database.

It stores nothing: every request may be repeated, and a repeated one finds what the first one began.
Run it with ``ASTRA_DATABASE=<name> python -m aiohttp.web -H localhost -P 8080
aiohttp_branches:create_app`` in ``examples/services``.
"""

import os
import re
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager

from aiohttp import web
from aiohttp.typedefs import Handler

from astra_devops import AsyncAstraDevOps, deadline, errors

ASTRA = web.AppKey("ASTRA", AsyncAstraDevOps)
DATABASE_ID = web.AppKey("DATABASE_ID", str)
PATIENCE = web.AppKey("PATIENCE", float)
"""How many seconds a request waits for its keyspace."""


def create_app(
    _: object = None,
    *,
    database: str | None = None,
    connect: Callable[[], AbstractAsyncContextManager[AsyncAstraDevOps]] = AsyncAstraDevOps,
    patience: float = 20,
) -> web.Application:
    """Make the service. One client lives as long as it does."""

    async def client(app: web.Application) -> AsyncIterator[None]:
        async with connect() as astra:
            app[ASTRA] = astra
            name = database or os.environ["ASTRA_DATABASE"]
            found = await astra.databases.find(name)
            if found is None:
                raise LookupError(f"there is no database {name!r}")
            app[DATABASE_ID] = found.id
            yield

    app = web.Application(middlewares=[explain])
    app[PATIENCE] = patience
    app.cleanup_ctx.append(client)
    app.add_routes([web.put("/branches/{branch}", add), web.delete("/branches/{branch}", remove), web.get("/branches", show)])
    return app


@web.middleware
async def explain(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer what the service is to answer to an error of the client."""
    try:
        with deadline(request.app[PATIENCE]):
            return await handler(request)
    except (errors.AuthenticationError, errors.PermissionDeniedError):
        raise  # Our token is wrong: 500, and the log has the permission that is missing.
    except errors.OperationTimeoutError as error:
        return web.json_response({"ready": False, "status": error.last_status}, status=202, headers={"Retry-After": "5"})
    except errors.AstraDevOpsError:
        return web.json_response({"error": "try again"}, status=503, headers={"Retry-After": "5"})


async def add(request: web.Request) -> web.Response:
    """Return the keyspace of a branch, or 202 while it is not there yet."""
    keyspace = keyspace_of(request)
    operation = await request.app[ASTRA].keyspaces.ensure(request.app[DATABASE_ID], keyspace)
    await operation.wait()
    return web.json_response({"ready": True, "keyspace": keyspace})


async def remove(request: web.Request) -> web.Response:
    """Drop the keyspace of a branch. There is no error if it has none."""
    operation = await request.app[ASTRA].keyspaces.delete(request.app[DATABASE_ID], keyspace_of(request))
    await operation.wait()
    return web.Response(status=204)


async def show(request: web.Request) -> web.Response:
    """List the keyspaces of all branches."""
    names = await request.app[ASTRA].keyspaces.list(request.app[DATABASE_ID])
    return web.json_response([name for name in names if name.startswith("branch_")])


def keyspace_of(request: web.Request) -> str:
    """Return the name of a branch's keyspace: letters, digits and underscores, at most 48."""
    name = re.sub(r"[^0-9A-Za-z]+", "_", request.match_info["branch"]).strip("_").lower()
    if not 0 < len(name) <= 41:
        raise web.HTTPBadRequest(text="the name of a branch must have 1 to 41 letters, digits or characters between")
    return f"branch_{name}"
