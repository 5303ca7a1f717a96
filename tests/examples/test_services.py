"""The services and jobs in examples/services, on an emulator."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Final

import pytest
from aiohttp.test_utils import TestClient as AiohttpClient
from aiohttp.test_utils import TestServer
from fastapi.testclient import TestClient

from astra_devops.emulator import Emulator, VirtualClock

EXAMPLES: Final = Path(__file__).parents[2] / "examples"


def program(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / "services" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_fastapi_service_goes_on_after_a_restart(tmp_path: Path) -> None:
    create_app = program("fastapi_customers").create_app
    with Emulator.running(clock=VirtualClock(auto=False)) as emulator:
        with TestClient(create_app(emulator.async_client, tmp_path / "customers.db")) as service:
            assert service.post("/customers/acme").status_code == 202
            assert service.get("/customers/acme").json()["status"] == "creating"
            assert service.get("/customers/other").status_code == 404
        with TestClient(create_app(emulator.async_client, tmp_path / "customers.db")) as service:
            while service.get("/customers/acme").json()["status"] == "creating":
                emulator.clock.advance(30)
            assert service.get("/customers/acme").json()["status"] == "ready"
        assert emulator.journal.count("createDatabase") == 1


def test_the_fastapi_service_sends_its_progress(tmp_path: Path) -> None:
    with Emulator.running() as emulator:
        app = program("fastapi_customers").create_app(emulator.async_client, tmp_path / "customers.db")
        with TestClient(app) as service:
            service.post("/customers/acme")
            answer = service.get("/customers/acme/events")
    assert answer.headers["content-type"].startswith("text/event-stream")
    lines = answer.text.split("\n\n")[:-1]
    assert all(line.startswith("data: {") for line in lines)
    assert '"status": "ACTIVE", "done": true' in lines[-1]


async def test_the_aiohttp_service_gives_a_branch_one_keyspace() -> None:
    async with Emulator(clock=VirtualClock()) as emulator:
        database_id = emulator.add_database("shared")
        app = program("aiohttp_branches").create_app(database="shared", connect=emulator.async_client)
        async with AiohttpClient(TestServer(app)) as service:
            for _ in range(2):
                answer = await service.put("/branches/fix%2Flogin")
                assert (answer.status, await answer.json()) == (200, {"ready": True, "keyspace": "branch_fix_login"})
            assert await (await service.get("/branches")).json() == ["branch_fix_login"]
            assert emulator.journal.count("addKeyspace") == 1
            for _ in range(2):
                assert (await service.delete("/branches/fix%2Flogin")).status == 204
            assert (await service.put("/branches/%C3%A4%C3%B6")).status == 400
        assert "branch_fix_login" not in emulator.databases[database_id].keyspaces


async def test_the_aiohttp_service_asks_to_come_again() -> None:
    async with Emulator(clock=VirtualClock()) as emulator:
        emulator.add_database("shared")
        app = program("aiohttp_branches").create_app(database="shared", connect=emulator.async_client, patience=2)
        async with AiohttpClient(TestServer(app)) as service:
            answer = await service.put("/branches/main")
            assert (answer.status, await answer.json()) == (202, {"ready": False, "status": "MAINTENANCE"})
            assert answer.headers["Retry-After"] == "5"
            emulator.clock.advance(60)
            assert (await service.put("/branches/main")).status == 200
            outage = emulator.faults.status("*", 503, times=None)
            assert (await service.put("/branches/other")).status == 503
            outage.remove()
            emulator.revoke_token(emulator.token)
            assert (await service.put("/branches/other")).status == 500


class _Context:
    def get_remaining_time_in_millis(self) -> int:
        return 60_000


def test_the_lambda_begins_and_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    module = program("lambda_handler")
    with Emulator.running() as emulator, emulator.client() as astra:
        monkeypatch.setattr(module, "client", lambda: astra)
        answer = module.handler({"step": "begin", "name": "orders"}, _Context())
        checks = 0
        while not answer["ready"]:
            answer = module.handler({"step": "check", "token": answer["token"]}, _Context())
            checks += 1
        assert checks > 1
        assert module.handler({"step": "begin", "name": "orders"}, _Context())["id"] == answer["id"]
        assert emulator.journal.count("createDatabase") == 1
        with pytest.raises(ValueError, match="event must be"):
            module.handler({}, _Context())


def test_the_job_replaces_the_token_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "token"
    with Emulator.running() as emulator:
        path.write_text(emulator.token, encoding="utf-8")
        environment = os.environ | {"ASTRA_BASE_URL": emulator.url}
        command = [sys.executable, str(EXAMPLES / "services/rotate_token.py"), str(path)]
        for _ in range(2):  # the second run uses the token that the first has stored
            before = path.read_text(encoding="utf-8")
            done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
            assert (done.returncode, done.stderr) == (0, "")
            after = path.read_text(encoding="utf-8")
            assert before != after
            assert after not in done.stdout
        emulator.faults.status("createToken", 500, times=100)
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 1
        assert "the token is not replaced" in done.stderr
        assert path.read_text(encoding="utf-8") == after
    assert [file.name for file in tmp_path.iterdir()] == ["token"]
