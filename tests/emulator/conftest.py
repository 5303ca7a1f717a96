"""An emulator on a virtual clock, and a plain HTTP session: these tests know nothing of our client."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import aiohttp
import attrs
import orjson
import pytest

from astra_devops.emulator import Emulator

ORDERS = {"name": "orders", "cloudProvider": "AWS", "region": "us-east-2", "tier": "serverless", "capacityUnits": 1}


@attrs.frozen
class Answer:
    """What came back."""

    status: int
    headers: Any
    body: bytes

    @property
    def json(self) -> Any:
        return orjson.loads(self.body)

    @property
    def ids(self) -> list[int | None]:
        """The ids of the errors in the body."""
        return [error.get("ID") for error in self.json["errors"]]


@attrs.frozen
class Api:
    """The API of one emulator, spoken to by hand."""

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
        """Wait for a state by the emulator's clock, and list the states on the way."""
        seen = [await self.status(database_id)]
        while seen[-1] != status:
            await self.emulator.clock.sleep(1)
            now = await self.status(database_id)
            seen += [now] if now != seen[-1] else []
        return seen


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
    """Speak to an emulator that the test has made for itself."""
    return lambda emulator: Api(emulator, session)
