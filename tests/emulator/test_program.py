"""The emulator as a program, and in a thread: starting and stopping."""

import asyncio
import json
import os
import signal
import socket
import stat
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from astra_devops.emulator import Emulator, VirtualClock

ORDERS = {"name": "orders", "cloudProvider": "AWS", "region": "us-east-2", "tier": "serverless", "capacityUnits": 1}


def ask(url: str, token: str, page: str = "", path: str = "/v2/databases") -> Any:
    request = urllib.request.Request(url + path, headers={"Authorization": f"Bearer {token}"})
    with urllib.request.urlopen(request) as response:
        return json.load(response)


def post(place: dict[str, str], path: str, body: object) -> Any:
    headers = {"Authorization": f"Bearer {place['token']}", "Content-Type": "application/json"}
    with urllib.request.urlopen(urllib.request.Request(place["url"] + path, json.dumps(body).encode(), headers)) as response:
        return response.headers, json.loads(response.read() or b"null")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_program_prints_its_address_and_stops_without_output(number: signal.Signals) -> None:
    command = [sys.executable, "-W", "error", "-m", "astra_devops.emulator", "--host", "127.0.0.1", "--port", "0", "--speed", "600"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        place = json.loads(process.stdout.readline())
        assert set(place) == {"url", "page", "token"}
        assert ask(place["url"], place["token"]) == []
        process.send_signal(number)
        assert process.communicate() == ("", "")
    assert process.returncode == 0


def test_the_program_stops_although_a_client_is_still_connected() -> None:
    async def connected(process: subprocess.Popen[str], url: str, token: str, page: str) -> None:
        async with aiohttp.ClientSession() as session:
            async with session.get(f"{url}/v2/databases", headers={"Authorization": f"Bearer {token}"}) as response:
                await response.read()
            process.terminate()
            assert await asyncio.to_thread(process.wait) == 0

    command = [sys.executable, "-m", "astra_devops.emulator", "--seed", "7"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        asyncio.run(connected(process, **json.loads(process.stdout.readline())))
        assert process.communicate() == ("", "")


def test_a_port_in_use_is_reported_in_one_line() -> None:
    with Emulator.running() as emulator:
        command = [sys.executable, "-m", "astra_devops.emulator", "--port", emulator.url.rpartition(":")[2]]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (1, "", 1)


def test_the_error_without_jsonschema_rs_names_the_extra() -> None:
    program = "import sys; sys.modules['jsonschema_rs'] = None\nfrom astra_devops.emulator import Emulator\nEmulator()"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert "astra-devops[emulator]" in done.stderr.splitlines()[-1]


def test_importing_the_package_imports_no_server() -> None:
    program = "import sys, astra_devops.emulator\nprint(sorted({'aiohttp', 'jsonschema_rs'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_thread_has_ended_afterwards() -> None:
    before = threading.active_count()
    with Emulator.running() as emulator:
        emulator.add_database("orders")
        assert [database["info"]["name"] for database in ask(emulator.url, emulator.token)] == ["orders"]
        assert threading.active_count() == before + 1
    assert threading.active_count() == before


def test_an_error_in_the_thread_is_raised_in_the_caller() -> None:
    with Emulator.running() as emulator:
        port = int(emulator.url.rpartition(":")[2])
        with pytest.raises(OSError, match="address already in use"), Emulator.running(port=port):
            pass


def test_an_emulator_that_is_not_running_has_no_url() -> None:
    with pytest.raises(RuntimeError, match="not running"):
        _ = Emulator().url


def test_clients_in_several_threads_share_virtual_time() -> None:
    async def create(emulator: Emulator) -> None:
        body = {"name": "orders", "cloudProvider": "AWS", "region": "us-east-2", "tier": "serverless", "capacityUnits": 1}
        async with aiohttp.ClientSession(emulator.url, headers={"Authorization": f"Bearer {emulator.token}"}) as session:
            async with session.post("/v2/databases", json=body) as response:
                database_id = response.headers["Location"]
            while emulator.databases[database_id].status != "ACTIVE":
                async with session.get(f"/v2/databases/{database_id}") as response:
                    await response.read()
                await emulator.clock.sleep(2)

    with Emulator.running() as emulator:
        threads = [threading.Thread(target=asyncio.run, args=(create(emulator),)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [database.status for database in emulator.databases.values()] == ["ACTIVE"] * 4
        assert emulator.clock.monotonic() >= 120


@pytest.mark.anyio
async def test_leaving_cuts_a_request_that_waits_for_time(session: aiohttp.ClientSession) -> None:
    clock, hold = VirtualClock(), ExitStack()
    async with Emulator(clock=clock) as emulator:
        emulator.faults.slow_headers("*", 10_000, times=None)
        call = asyncio.create_task(session.get(f"{emulator.url}/v2/databases", headers={"Authorization": f"Bearer {emulator.token}"}))
        await clock.sleep(1)
        hold.enter_context(clock.hold())
    with pytest.raises(aiohttp.ClientError):
        await call
    hold.close()


@contextmanager
def program(*options: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, str]]]:
    """Run the program until the block is left, and check that it prints nothing else."""
    command = [sys.executable, "-W", "error", "-m", "astra_devops.emulator", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process, json.loads(process.stdout.readline())
        finally:
            process.terminate()
            assert process.communicate() == ("", "")
    assert process.returncode == 0


def test_the_state_is_kept_between_runs_of_the_program(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    with Emulator.running() as emulator:
        emulator.add_database("orders")
        path.write_text(json.dumps(emulator.snapshot()))
    for _ in range(2):
        with program("--state", str(path)) as (_, place):
            assert place["token"] == emulator.token
            assert [database["info"]["name"] for database in ask(**place)] == ["orders"]
        assert list(tmp_path.iterdir()) == [path], "no other file is left"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert json.loads(path.read_text())["token"] == emulator.token


def test_a_state_file_that_does_not_exist_is_created(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    with program("--state", str(path)) as (_, place):
        pass
    with Emulator.running(state=json.loads(path.read_text())) as emulator:
        assert emulator.token == place["token"]


def test_faults_can_be_loaded_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "faults.yaml"
    path.write_text("- status: {operation: listDatabases, status: 503}\n")
    with program("--faults", str(path)) as (_, place):
        with pytest.raises(urllib.error.HTTPError, match="503") as caught:
            ask(**place)
        caught.value.close()
        assert ask(**place) == []


@pytest.mark.parametrize(
    ("options", "content", "message"),
    [
        (["--faults"], "- status: {operation: listDatabases}", "entry 1: status: 'status' is missing"),
        (["--state"], "{", "not valid JSON"),
        (["--state"], "{}", "not a state of the emulator"),
        (["--state"], '{"format": "astra-devops emulator state", "version": 1}', "version 1, but this emulator reads only version 2"),
        (["--speed", "0", "--state"], "{}", "must be finite and above zero"),
        (["--latency", "-1", "--state"], "{}", "must be a finite number of at least 0"),
        (["--speed", "fast", "--state"], "{}", "must be a number, not fast"),
        (["--port", "99999", "--state"], "{}", "must be from 0 to 65535, not 99999"),
        (["--port", "-1", "--state"], "{}", "must be from 0 to 65535, not -1"),
    ],
)
def test_invalid_options_are_reported_without_a_traceback(tmp_path: Path, options: list[str], content: str, message: str) -> None:
    path = tmp_path / "file"
    path.write_text(content)
    command = [sys.executable, "-m", "astra_devops.emulator", *options, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr.splitlines()[-1]
    assert path.read_text() == content


def test_a_state_file_is_written_at_the_start_and_after_control(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    with program("--state", str(path)) as (_, place):
        assert json.loads(path.read_text())["token"] == place["token"]
        post(place, "/_emulator/databases", {"name": "orders"})
    assert "orders" in path.read_text()


def test_words_are_printed_on_a_terminal() -> None:
    """Programs read a pipe; a person sees the address, the page and the token."""
    controller, terminal = os.openpty()
    command = [sys.executable, "-m", "astra_devops.emulator", "--seed", "7"]
    with subprocess.Popen(command, stdout=terminal, stderr=subprocess.PIPE, text=True) as process, os.fdopen(controller) as screen:
        os.close(terminal)
        lines = [screen.readline().split() for _ in range(4)]
        process.terminate()
        assert process.communicate()[1] == ""
    assert lines[0] == ["The", "Astra", "emulator", "is", "running.", "Ctrl-C", "stops", "it."]
    assert [line[0] for line in lines[1:]] == ["url", "page", "token"]
    assert lines[2][1] == f"{lines[1][1]}/_emulator"
    assert lines[3][1].startswith("AstraCS:")


def test_a_manual_clock_moves_only_when_it_is_advanced() -> None:
    with program("--clock", "manual") as (_, place):
        database_id = post(place, "/v2/databases", ORDERS)[0]["Location"]
        assert ask(**place, path=f"/v2/databases/{database_id}")["status"] == "PENDING"
        post(place, "/_emulator/clock/advance", {"seconds": 600})
        assert ask(**place, path=f"/v2/databases/{database_id}")["status"] == "ACTIVE"


def test_the_port_of_bundles_and_data_endpoints_can_be_chosen() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with program("--edge-port", str(port)) as (_, place):
        database_id = post(place, "/_emulator/databases", {"name": "orders"})[1]["id"]
        assert f":{port}/" in ask(**place, path=f"/v2/databases/{database_id}")["dataEndpointUrl"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--clock", "manual", "--speed", "60"], "--clock manual: --speed and --latency are for a clock that moves by itself"),
        (["--clock", "manual", "--latency", "1"], "--clock manual: --speed and --latency are for a clock that moves by itself"),
        (["--port", "8000", "--edge-port", "8000"], "--edge-port must differ from --port"),
    ],
)
def test_options_that_contradict_each_other_are_refused(options: list[str], message: str) -> None:
    done = subprocess.run([sys.executable, "-m", "astra_devops.emulator", *options], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr


def test_a_state_file_that_cannot_be_written_is_reported_at_the_start(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "astra_devops.emulator", "--state", str(tmp_path / "gone" / "state.json")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert "gone" in done.stderr.splitlines()[-1]


def test_help_lists_every_option() -> None:
    done = subprocess.run([sys.executable, "-m", "astra_devops.emulator", "--help"], capture_output=True, text=True, check=True)
    options = ("--host", "--port", "--speed", "--latency", "--seed", "--faults", "--state", "--clock", "--edge-port")
    assert [option for option in options if option not in done.stdout] == []
