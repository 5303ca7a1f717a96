"""A FastAPI service that makes a database for each customer.

It answers at once and waits in the background. What it needs to go on after a restart is in SQLite:
the resume token of each unfinished operation. Run it with
``uvicorn --factory --app-dir examples/services fastapi_customers:create_app``.
"""

import asyncio
import json
import logging
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from pathlib import Path

from fastapi import FastAPI, HTTPException
from fastapi.responses import StreamingResponse

from astra_devops import AsyncAstraDevOps, deadline, errors

log = logging.getLogger(__name__)


class Store:
    """The customers, in a file that outlives the process."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._run("CREATE TABLE IF NOT EXISTS customer (name PRIMARY KEY, database_id, token, status)")

    def put(self, name: str, database_id: str | None, token: str) -> None:
        self._run("INSERT OR REPLACE INTO customer VALUES (?, ?, ?, 'creating')", name, database_id, token)

    def finish(self, name: str, status: str) -> None:
        self._run("UPDATE customer SET status = ? WHERE name = ?", status, name)

    def get(self, name: str) -> tuple[str, str, str]:
        """Return id, resume token and status; 404 if there is no such customer."""
        for database_id, token, status in self._run("SELECT database_id, token, status FROM customer WHERE name = ?", name):
            return database_id, token, status
        raise HTTPException(404, f"there is no customer {name!r}")

    def unfinished(self) -> list[str]:
        return [name for (name,) in self._run("SELECT name FROM customer WHERE status = 'creating'")]

    def _run(self, statement: str, *values: str | None) -> list[tuple[str, ...]]:
        with closing(sqlite3.connect(self._path)) as connection, connection:
            return connection.execute(statement, values).fetchall()


def create_app(connect: Callable[[], AsyncAstraDevOps] = AsyncAstraDevOps, path: Path = Path("customers.db")) -> FastAPI:
    """Make the service. One client lives as long as it does."""
    store = Store(path)
    waits: set[asyncio.Task[None]] = set()
    clients: list[AsyncAstraDevOps] = []

    async def finish(name: str) -> None:
        try:
            operation = await clients[0].resume(store.get(name)[1])
            await operation.wait(timeout=1800)
            store.finish(name, "ready")
        except errors.AstraDevOpsError:
            log.exception("the database of %s is not ready", name)
            store.finish(name, "failed")

    def finish_in_background(name: str) -> None:
        task = asyncio.create_task(finish(name))
        waits.add(task)
        task.add_done_callback(waits.discard)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with connect() as astra:
            clients[:] = [astra]
            for name in store.unfinished():
                finish_in_background(name)
            yield
            for task in waits:
                task.cancel()  # loses nothing: the token is in the table
            await asyncio.gather(*waits, return_exceptions=True)

    app = FastAPI(lifespan=lifespan)

    @app.post("/customers/{name}", status_code=202)
    async def create(name: str) -> dict[str, str | None]:
        try:
            with deadline(30):
                operation = await clients[0].databases.ensure(f"customer-{name}", cloud_provider="AWS", region="us-east-2")
        except (errors.OutcomeUnknownError, errors.ServerError, errors.RequestNotSentError) as error:
            raise HTTPException(503, "try again; the same name never makes two databases") from error
        store.put(name, operation.resource_id, operation.resume_token)
        finish_in_background(name)
        return {"database_id": operation.resource_id}

    @app.get("/customers/{name}")
    async def show(name: str) -> dict[str, str]:
        database_id, _, status = store.get(name)
        return {"database_id": database_id, "status": status}

    @app.get("/customers/{name}/events")
    async def events(name: str) -> StreamingResponse:
        operation = await clients[0].resume(store.get(name)[1])

        async def lines() -> AsyncIterator[str]:
            async for event in operation.events(changes_only=True, timeout=1800):
                yield f"data: {json.dumps({'status': event.status, 'done': event.done})}\n\n"

        return StreamingResponse(lines(), media_type="text/event-stream")

    return app
