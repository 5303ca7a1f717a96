"""Fixtures: an emulator on a virtual clock, and plain HTTP requests to it, without our client."""

import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import aiohttp
import attrs
import pytest

from astra_devops.emulator import Emulator

ORDERS = {"name": "orders", "cloudProvider": "AWS", "region": "us-east-2", "tier": "serverless", "capacityUnits": 1}


@attrs.frozen
class Answer:
    """Status, headers and body of an answer."""

    status: int
    headers: Any
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def ids(self) -> list[int | None]:
        """The ids of the errors in the body."""
        return [error.get("ID") for error in self.json["errors"]]


@attrs.frozen
class Api:
    """Plain HTTP requests to the API of one emulator."""

    emulator: Emulator
    session: aiohttp.ClientSession

    async def __call__(self, method: str, path: str, *, token: str | None = None, json: object = None, **options: Any) -> Answer:
        headers = {"Authorization": f"Bearer {token or self.emulator.token}", **options.pop("headers", {})}
        options.setdefault("allow_redirects", False)
        async with self.session.request(method, self.emulator.url + path, headers=headers, json=json, **options) as response:
            return Answer(response.status, response.headers, await response.read())

    async def create(self, **changes: object) -> str:
        answer = await self("POST", "/v2/databases", json=ORDERS | changes)
        assert answer.status == 201, answer
        return str(answer.headers["Location"])

    async def create_active(self, **changes: object) -> str:
        database_id = await self.create(**changes)
        await self.until(database_id, "ACTIVE")
        return database_id

    async def look(self, database_id: str) -> Any:
        answer = await self("GET", f"/v2/databases/{database_id}")
        assert answer.status == 200, answer
        return answer.json

    async def status(self, database_id: str) -> str:
        return str((await self.look(database_id))["status"])

    async def until(self, database_id: str, status: str) -> list[str]:
        """Wait for a state by the emulator's clock, and return the states on the way."""
        states = [await self.status(database_id)]
        while states[-1] != status:
            await self.emulator.clock.sleep(1)
            state = await self.status(database_id)
            states += [state] if state != states[-1] else []
        return states


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
async def emulator() -> AsyncIterator[Emulator]:
    async with Emulator() as emulator:
        yield emulator


@pytest.fixture
def api(emulator: Emulator, session: aiohttp.ClientSession) -> Api:
    return Api(emulator, session)


@pytest.fixture
def api_of(session: aiohttp.ClientSession) -> Callable[[Emulator], Api]:
    """Return a function that connects to an emulator which the test has created."""
    return lambda emulator: Api(emulator, session)
