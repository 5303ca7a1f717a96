"""The pytest plugin, as the test suites of users meet it: installed, in a process of its own."""

import pytest

pytest_plugins = "pytester"

# The plugin of schemathesis, which users need not have, would import what ours leaves alone.
WITHOUT_PYTEST_ASYNCIO = """
[pytest]
addopts = --strict-markers -p no:cacheprovider -p no:schemathesis
filterwarnings = error
"""
INI = WITHOUT_PYTEST_ASYNCIO + "asyncio_default_fixture_loop_scope = function\n"

CREATE = """
import pytest

ORDERS = {"name": "orders", "cloud_provider": "AWS", "region": "us-east-2"}

@pytest.mark.parametrize("turn", range(2))
def test_create(astra, astra_emulator, turn):
    database = astra.databases.create(**ORDERS).wait()
    assert [known.id for known in astra.databases.list()] == [database.id]
    assert astra_emulator.journal.count("createDatabase") == 1
"""

OWN_CLIENT = """
import os
from astra_devops import AstraDevOps

def test_while_there_is_an_emulator(astra_emulator):
    with AstraDevOps(base_url=astra_emulator.url, clock=astra_emulator.clock) as own:
        assert own.organizations.current().id == astra_emulator.organization_id

def test_and_afterwards():
    assert os.environ["ASTRA_DB_APPLICATION_TOKEN"] == "AstraCS:the-real-one"
"""


@pytest.fixture
def suite(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A directory for a suite, on the machine of somebody who has a token; the options of our own run are not for it."""
    monkeypatch.setenv("ASTRA_DB_APPLICATION_TOKEN", "AstraCS:the-real-one")
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    pytester.makefile(".ini", pytest=INI)
    return pytester


def check(suite: pytest.Pytester, *options: str, **outcomes: int) -> str:
    """Run the suite, compare how many tests ended how, and give what it printed."""
    result = suite.runpytest_subprocess(*options)
    result.assert_outcomes(**outcomes)
    return result.stdout.str()


def test_a_blocking_test_gets_a_client_and_a_world_of_its_own(suite: pytest.Pytester) -> None:
    suite.makepyfile(CREATE)
    check(suite, passed=2)


def test_the_real_token_stays_out_of_sight(suite: pytest.Pytester) -> None:
    suite.makepyfile(OWN_CLIENT)
    check(suite, passed=2)


def test_workers_of_xdist_do_not_meet(suite: pytest.Pytester) -> None:
    suite.makepyfile(CREATE.replace("range(2)", "range(6)"))
    check(suite, "-n", "2", passed=6)


ASYNC = """
import pytest

@pytest.fixture
async def database(async_astra):
    operation = await async_astra.databases.create("orders", cloud_provider="AWS", region="us-east-2")
    return await operation.wait()

async def look(async_astra, astra_emulator, database):
    assert [known.id async for known in async_astra.databases.list()] == [database.id]
    assert astra_emulator.journal.count("createDatabase") == 1
"""

ON_ANYIO = """
@pytest.mark.anyio
async def test_first(async_astra, astra_emulator, database):
    await look(async_astra, astra_emulator, database)

@pytest.mark.anyio
class TestSecond:
    async def test_it(self, async_astra, astra_emulator, database):
        await look(async_astra, astra_emulator, database)
"""

ON_PYTEST_ASYNCIO = """
@pytest.mark.asyncio
async def test_first(async_astra, astra_emulator, database):
    await look(async_astra, astra_emulator, database)

class TestSecond:
    @pytest.mark.asyncio
    async def test_it(self, async_astra, astra_emulator, database):
        await look(async_astra, astra_emulator, database)
"""

ON_LONGER_LOOPS = """
@pytest.mark.parametrize("turn", range(2))
@pytest.mark.asyncio(loop_scope="session")
async def test_session(async_astra, turn):
    assert await async_astra.databases.list().collect() == []

@pytest.mark.asyncio(loop_scope="module")
async def test_module(async_astra):
    assert await async_astra.databases.list().collect() == []
"""


def test_an_asynchronous_test_may_be_run_by_anyio(suite: pytest.Pytester) -> None:
    suite.makefile(".ini", pytest=WITHOUT_PYTEST_ASYNCIO)
    suite.makepyfile(ASYNC + ON_ANYIO)
    check(suite, "-p", "no:asyncio", passed=2)


def test_an_asynchronous_test_may_be_run_by_anyio_beside_pytest_asyncio(suite: pytest.Pytester) -> None:
    suite.makepyfile(ASYNC + ON_ANYIO)
    check(suite, passed=2)


def test_an_asynchronous_test_may_be_run_by_pytest_asyncio_on_any_of_its_loops(suite: pytest.Pytester) -> None:
    suite.makepyfile(
        ASYNC.replace("@pytest.fixture", "import pytest_asyncio\n@pytest_asyncio.fixture") + ON_PYTEST_ASYNCIO + ON_LONGER_LOOPS
    )
    check(suite, passed=5)


def test_an_asynchronous_test_may_be_run_by_pytest_asyncio_without_a_mark(suite: pytest.Pytester) -> None:
    unmarked = ON_PYTEST_ASYNCIO.replace("@pytest.mark.asyncio\n", "\n").replace("    \n", "")
    suite.makepyfile(ASYNC + unmarked)
    check(suite, "-o", "asyncio_mode=auto", passed=2)


def test_a_marker_sets_the_emulator_up(suite: pytest.Pytester) -> None:
    suite.makepyfile(
        """
        import pytest
        from astra_devops.emulator import Quirks, RealClock, ScaledClock, VirtualClock

        pytestmark = pytest.mark.astra_emulator(quirks={"null_keyspaces": False}, latency=1.5)
        ids = set()

        @pytest.mark.parametrize("seed", [pytest.param(seed, marks=pytest.mark.astra_emulator(seed=seed)) for seed in (7, 7, 8)])
        def test_seed(astra_emulator, seed):
            ids.add(astra_emulator.organization_id)
            assert len(ids) == seed - 6

        def test_what_holds_for_the_module(astra_emulator, astra):
            assert not astra_emulator.quirks.null_keyspaces
            before = astra_emulator.clock.monotonic()
            astra.organizations.current()
            assert astra_emulator.clock.monotonic() - before >= 1.5

        @pytest.mark.astra_emulator(quirks=Quirks(links_in_listings=False))
        def test_the_closest_marker_wins(astra_emulator):
            assert astra_emulator.quirks == Quirks(links_in_listings=False)

        def test_virtual(astra_emulator):
            assert isinstance(astra_emulator.clock, VirtualClock)

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
    )
    check(suite, passed=9)


def test_the_project_sets_every_emulator_up(suite: pytest.Pytester) -> None:
    suite.makefile(".ini", pytest=INI + "astra_emulator_clock = scaled\nastra_emulator_speed = 25\nastra_emulator_seed = 3\n")
    suite.makepyfile(
        """
        from astra_devops.emulator import Emulator

        def test_it(astra_emulator):
            assert astra_emulator.clock.speed == 25
            with Emulator.running(seed=3) as other:
                assert astra_emulator.organization_id == other.organization_id
        """
    )
    check(suite, passed=1)


def test_what_cannot_work_is_refused_in_words(suite: pytest.Pytester) -> None:
    suite.makepyfile(
        """
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
    )
    told = check(suite, errors=11)
    for words in (
        "Use the fixture astra in tests",
        "async_astra needs asyncio",
        "not sed",
        "not 5",
        "not 'lunar'",
        "not 'many'",
        "there is no quirk nul_keyspaces",
        "null_keyspaces must be True or False, not 'no'",
        "latency must be a number, not 'long'",
        "latency must be finite and not negative, not -1",
        "speed must be finite and greater than zero, not -1",
    ):
        assert words in told


def test_chance_comes_from_the_seed(suite: pytest.Pytester) -> None:
    suite.makepyfile(
        """
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
    )
    check(suite, passed=3)


def test_a_snapshot_of_another_emulator_leaves_the_client_its_token(suite: pytest.Pytester) -> None:
    suite.makepyfile(
        """
        from astra_devops.emulator import Emulator

        def test_it(astra, astra_emulator):
            other = Emulator(seed=9)
            database_id = other.add_database("orders")
            astra_emulator.restore(other.snapshot())
            assert [database.id for database in astra.databases.list()] == [database_id]
            assert astra_emulator.organization_id == other.organization_id == astra.organizations.current().id
        """
    )
    check(suite, passed=1)


def test_a_failed_test_shows_what_was_asked(suite: pytest.Pytester) -> None:
    suite.makepyfile(
        """
        def test_it(astra, astra_emulator):
            astra.organizations.current()
            assert False
        """
    )
    told = check(suite, failed=1)
    assert "last requests to astra_emulator" in told
    assert "GET /v2/currentOrg -> 200" in told
    assert "AstraCS:" not in told


def test_without_the_extra_the_error_says_what_to_install(suite: pytest.Pytester) -> None:
    suite.makeconftest("import sys\nsys.modules['jsonschema_rs'] = None")
    suite.makepyfile("def test_it(astra): pass\ndef test_other(): pass")
    assert "pip install 'astra-devops[emulator]'" in check(suite, errors=1, passed=1)


def test_a_suite_that_does_not_use_it_does_not_pay_for_it(suite: pytest.Pytester) -> None:
    suite.makepyfile(
        """
        import sys

        def test_it():
            assert "astra_devops.pytest_plugin" in sys.modules
            loaded = {name for name in sys.modules if name.startswith("astra_devops")}
            assert loaded == {"astra_devops", "astra_devops.pytest_plugin"}
            assert {"aiohttp", "attrs", "cattrs", "jsonschema_rs", "orjson"}.isdisjoint(sys.modules)
        """
    )
    check(suite, passed=1)
