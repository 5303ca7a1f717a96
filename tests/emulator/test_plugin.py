"""The pytest plugin in the test suites of users: installed, and loaded by a pytest of its own.

Starting pytest and importing the emulator takes most of the time, so the suites that need no
configuration of their own share one run.
"""

import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Final

import pytest

# The plugins of schemathesis and hypothesis, which users need not have, import what ours leaves
# alone, and take longer to start than the tests do to run.
_WITHOUT_PYTEST_ASYNCIO: Final = """
[pytest]
addopts = --strict-markers -p no:cacheprovider -p no:schemathesis -p no:hypothesispytest
filterwarnings = error
"""
_INI: Final = _WITHOUT_PYTEST_ASYNCIO + "asyncio_default_fixture_loop_scope = function\n"
_OUTCOME: Final = re.compile(r"^(PASSED|FAILED|ERROR) (\w+)\.py::", re.MULTILINE)

_CREATE: Final = """
import pytest

ORDERS = {"name": "orders", "cloud_provider": "AWS", "region": "us-east-2"}

@pytest.mark.parametrize("turn", range(2))
def test_create(astra, astra_emulator, turn):
    database = astra.databases.create(**ORDERS).wait()
    assert [listed.id for listed in astra.databases.list()] == [database.id]
    assert astra_emulator.journal.count("createDatabase") == 1
"""

_OWN_CLIENT: Final = """
import os
from astra_devops import AstraDevOps

def test_while_there_is_an_emulator(astra_emulator):
    with AstraDevOps(base_url=astra_emulator.url, clock=astra_emulator.clock) as own:
        assert own.organizations.current().id == astra_emulator.organization_id

def test_afterwards():
    assert os.environ["ASTRA_DB_APPLICATION_TOKEN"] == "AstraCS:the-real-one"
"""

_ASYNC: Final = """
import pytest

@pytest.fixture
async def database(async_astra):
    operation = await async_astra.databases.create("orders", cloud_provider="AWS", region="us-east-2")
    return await operation.wait()

async def check(async_astra, astra_emulator, database):
    assert [listed.id async for listed in async_astra.databases.list()] == [database.id]
    assert astra_emulator.journal.count("createDatabase") == 1
"""

_ON_ANYIO: Final = (
    _ASYNC
    + """
@pytest.mark.anyio
async def test_first(async_astra, astra_emulator, database):
    await check(async_astra, astra_emulator, database)

@pytest.mark.anyio
class TestSecond:
    async def test_it(self, async_astra, astra_emulator, database):
        await check(async_astra, astra_emulator, database)
"""
)

_ON_PYTEST_ASYNCIO: Final = (
    _ASYNC.replace("@pytest.fixture", "import pytest_asyncio\n@pytest_asyncio.fixture")
    + """
@pytest.mark.asyncio
async def test_first(async_astra, astra_emulator, database):
    await check(async_astra, astra_emulator, database)

class TestSecond:
    @pytest.mark.asyncio
    async def test_it(self, async_astra, astra_emulator, database):
        await check(async_astra, astra_emulator, database)

@pytest.mark.parametrize("turn", range(2))
@pytest.mark.asyncio(loop_scope="session")
async def test_session(async_astra, turn):
    assert await async_astra.databases.list().collect() == []

@pytest.mark.asyncio(loop_scope="module")
async def test_module(async_astra):
    assert await async_astra.databases.list().collect() == []
"""
)

_WITHOUT_A_MARK: Final = (
    _ASYNC
    + """
async def test_first(async_astra, astra_emulator, database):
    await check(async_astra, astra_emulator, database)

class TestSecond:
    async def test_it(self, async_astra, astra_emulator, database):
        await check(async_astra, astra_emulator, database)
"""
)

_MARKED: Final = """
import pytest
from astra_devops.emulator import Quirks, RealClock, ScaledClock, VirtualClock

pytestmark = pytest.mark.astra_emulator(quirks={"null_keyspaces": False}, latency=1.5)
ids = set()

@pytest.mark.parametrize("seed", [pytest.param(seed, marks=pytest.mark.astra_emulator(seed=seed)) for seed in (7, 7, 8)])
def test_seed(astra_emulator, seed):
    ids.add(astra_emulator.organization_id)
    assert len(ids) == seed - 6

def test_the_marker_of_the_module_applies(astra_emulator, astra):
    assert not astra_emulator.quirks.null_keyspaces
    before = astra_emulator.clock.monotonic()
    astra.organizations.current()
    assert astra_emulator.clock.monotonic() - before >= 1.5

@pytest.mark.astra_emulator(quirks=Quirks(links_in_listings=False))
def test_the_closest_marker_wins(astra_emulator):
    assert astra_emulator.quirks == Quirks(links_in_listings=False)

def test_virtual(astra_emulator):
    assert isinstance(astra_emulator.clock, VirtualClock)

@pytest.mark.astra_emulator(clock="manual")
def test_manual(astra_emulator):
    assert isinstance(astra_emulator.clock, VirtualClock)
    assert not astra_emulator.clock.auto

@pytest.mark.astra_emulator(clock="real")
def test_real(astra_emulator):
    assert isinstance(astra_emulator.clock, RealClock)

@pytest.mark.astra_emulator(clock="scaled", speed=50)
def test_scaled(astra_emulator):
    assert isinstance(astra_emulator.clock, ScaledClock)
    assert astra_emulator.clock.speed == 50

MINE = VirtualClock(auto=False)

@pytest.mark.astra_emulator(clock=MINE, latency=0)
def test_mine(astra_emulator):
    assert astra_emulator.clock is MINE
"""

_SET_BY_INI: Final = """
from astra_devops.emulator import Emulator

def test_it(astra_emulator):
    assert astra_emulator.clock.speed == 6000
    with Emulator.running(seed=3) as other:
        assert astra_emulator.organization_id == other.organization_id
"""

_REFUSED: Final = """
import pytest

def test_blocking(async_astra): pass

class TestOtherBackend:
    @pytest.fixture
    def anyio_backend(self):
        return "trio"

    def test_it(self, anyio_backend, async_astra): pass

@pytest.mark.parametrize("n", [
    pytest.param(0, marks=pytest.mark.astra_emulator(sed=1)),
    pytest.param(1, marks=pytest.mark.astra_emulator(5)),
    pytest.param(2, marks=pytest.mark.astra_emulator(clock="lunar")),
    pytest.param(3, marks=pytest.mark.astra_emulator(seed="many")),
    pytest.param(4, marks=pytest.mark.astra_emulator(quirks={"nul_keyspaces": True})),
    pytest.param(5, marks=pytest.mark.astra_emulator(quirks={"null_keyspaces": "no"})),
    pytest.param(6, marks=pytest.mark.astra_emulator(latency="long")),
    pytest.param(7, marks=pytest.mark.astra_emulator(latency=-1)),
    pytest.param(8, marks=pytest.mark.astra_emulator(clock="scaled", speed=-1)),
])
def test_it(astra_emulator, n): pass
"""

_SEEDED_JITTER: Final = """
import pytest

waits = []

@pytest.mark.parametrize("run", range(3))
def test_it(astra, astra_emulator, run):
    astra_emulator.faults.status("getCurrentOrganization", 503, times=3)
    began = astra_emulator.clock.monotonic()
    astra.organizations.current()
    waits.append(astra_emulator.clock.monotonic() - began)
    assert waits == [waits[0]] * len(waits) and waits[0] > 0
"""

_OTHER_SNAPSHOT: Final = """
from astra_devops.emulator import Emulator

def test_it(astra, astra_emulator):
    other = Emulator(seed=9)
    database_id = other.add_database("orders")
    astra_emulator.restore(other.snapshot())
    assert [database.id for database in astra.databases.list()] == [database_id]
    assert astra_emulator.organization_id == other.organization_id == astra.organizations.current().id
"""

_FAILING: Final = """
def test_it(astra, astra_emulator):
    astra.organizations.current()
    assert False
"""

_UNUSED: Final = """
import sys

def test_it():
    assert "astra_devops.pytest_plugin" in sys.modules
    loaded = {name for name in sys.modules if name.startswith("astra_devops")}
    assert loaded == {"astra_devops", "astra_devops.pytest_plugin"}
    assert {"aiohttp", "attrs", "cattrs", "jsonschema_rs", "orjson"}.isdisjoint(sys.modules)
"""


class Run:
    """One run of pytest: its output, and how the tests of each file ended."""

    def __init__(self, directory: Path, *options: str, ini: str = _INI, **files: str) -> None:
        """Write a project of Python files, and run pytest there.

        The environment has a real token, and none of the options of our own run.
        """
        for name, text in {"pytest.ini": ini, **{f"{name}.py": source for name, source in files.items()}}.items():
            (directory / name).write_text(text, encoding="utf-8")
        environment = {name: value for name, value in os.environ.items() if name != "PYTEST_ADDOPTS"}
        environment["ASTRA_DB_APPLICATION_TOKEN"] = "AstraCS:the-real-one"
        command = [sys.executable, "-m", "pytest", "-rA", *options]
        self.output = subprocess.run(command, cwd=directory, env=environment, capture_output=True, text=True).stdout

    def outcomes(self, file: str) -> dict[str, int]:
        """Count the tests of a file by how they ended."""
        print(self.output)  # which pytest shows where the assertion fails
        return Counter(outcome for outcome, name in _OUTCOME.findall(self.output) if name == file)


@pytest.fixture(scope="module")
def shared_run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return Run(
        tmp_path_factory.mktemp("suite"),
        test_blocking=_CREATE,
        test_own_client=_OWN_CLIENT,
        test_on_anyio=_ON_ANYIO,
        test_on_pytest_asyncio=_ON_PYTEST_ASYNCIO,
        test_marked=_MARKED,
        test_refused=_REFUSED,
        test_seeded_jitter=_SEEDED_JITTER,
        test_other_snapshot=_OTHER_SNAPSHOT,
        test_failing=_FAILING,
    )


@pytest.fixture(scope="module")
def run_set_by_ini(tmp_path_factory: pytest.TempPathFactory) -> Run:
    settings = "asyncio_mode = auto\nastra_emulator_clock = scaled\nastra_emulator_speed = 6000\nastra_emulator_seed = 3\n"
    return Run(tmp_path_factory.mktemp("suite"), ini=_INI + settings, test_without_a_mark=_WITHOUT_A_MARK, test_set_by_ini=_SET_BY_INI)


def test_each_blocking_test_gets_its_own_client_and_emulator(shared_run: Run) -> None:
    assert shared_run.outcomes("test_blocking") == {"PASSED": 2}


def test_the_real_token_is_hidden_only_while_there_is_an_emulator(shared_run: Run) -> None:
    assert shared_run.outcomes("test_own_client") == {"PASSED": 2}


def test_workers_of_xdist_share_nothing(tmp_path: Path) -> None:
    run = Run(tmp_path, "-n", "2", test_blocking=_CREATE.replace("range(2)", "range(6)"))
    assert run.outcomes("test_blocking") == {"PASSED": 6}


def test_anyio_runs_asynchronous_tests(tmp_path: Path) -> None:
    run = Run(tmp_path, "-p", "no:asyncio", ini=_WITHOUT_PYTEST_ASYNCIO, test_on_anyio=_ON_ANYIO)
    assert run.outcomes("test_on_anyio") == {"PASSED": 2}


def test_anyio_runs_asynchronous_tests_beside_pytest_asyncio(shared_run: Run) -> None:
    assert shared_run.outcomes("test_on_anyio") == {"PASSED": 2}


def test_pytest_asyncio_runs_asynchronous_tests_on_each_of_its_loops(shared_run: Run) -> None:
    assert shared_run.outcomes("test_on_pytest_asyncio") == {"PASSED": 5}


def test_pytest_asyncio_runs_asynchronous_tests_without_a_mark(run_set_by_ini: Run) -> None:
    assert run_set_by_ini.outcomes("test_without_a_mark") == {"PASSED": 2}


def test_a_marker_configures_the_emulator(shared_run: Run) -> None:
    assert shared_run.outcomes("test_marked") == {"PASSED": 10}


def test_the_ini_file_configures_every_emulator(run_set_by_ini: Run) -> None:
    assert run_set_by_ini.outcomes("test_set_by_ini") == {"PASSED": 1}


@pytest.mark.parametrize(
    "message",
    [
        "Use the fixture astra",
        "async_astra needs asyncio",
        "not sed",
        "not 5",
        "not 'lunar'",
        "not 'many'",
        "there is no quirk nul_keyspaces",
        "null_keyspaces must be True or False, not 'no'",
        "latency must be a number, not 'long'",
        "latency must be a finite number of at least 0, not -1",
        "speed must be finite and greater than zero, not -1",
    ],
)
def test_what_cannot_work_is_refused_by_a_clear_message(shared_run: Run, message: str) -> None:
    assert shared_run.outcomes("test_refused") == {"ERROR": 11}
    assert message in shared_run.output


def test_the_jitter_comes_from_the_seed(shared_run: Run) -> None:
    assert shared_run.outcomes("test_seeded_jitter") == {"PASSED": 3}


def test_restoring_the_snapshot_of_another_emulator_keeps_the_token_of_the_client(shared_run: Run) -> None:
    assert shared_run.outcomes("test_other_snapshot") == {"PASSED": 1}


def test_a_failed_test_shows_the_last_requests(shared_run: Run) -> None:
    assert shared_run.outcomes("test_failing") == {"FAILED": 1}
    assert "last requests to astra_emulator" in shared_run.output
    assert "GET /v2/currentOrg -> 200" in shared_run.output
    assert "AstraCS:" not in shared_run.output


def test_without_the_extra_the_error_says_what_to_install(tmp_path: Path) -> None:
    run = Run(
        tmp_path,
        conftest="import sys\nsys.modules['jsonschema_rs'] = None",
        test_it="def test_it(astra): pass\ndef test_other(): pass",
    )
    assert run.outcomes("test_it") == {"ERROR": 1, "PASSED": 1}
    assert "pip install 'astra-devops[emulator]'" in run.output


def test_a_suite_that_does_not_use_the_plugin_imports_nothing_for_it(tmp_path: Path) -> None:
    assert Run(tmp_path, test_unused=_UNUSED).outcomes("test_unused") == {"PASSED": 1}
