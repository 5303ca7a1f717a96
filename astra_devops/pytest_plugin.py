"""Fixtures for pytest: a fresh emulator of the service for each test, and both clients on it.

``astra_emulator`` is the service, ``astra`` the blocking client, ``async_astra`` the asynchronous
one. Neither client nor emulator is imported before a test asks for one of them, and no other test
is touched.
"""

import importlib
import math
import random
from collections.abc import AsyncIterator, Generator, Iterator, Mapping
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final, Literal

import pytest

if TYPE_CHECKING:
    from astra_devops.blocking import AstraDevOps
    from astra_devops.client import AsyncAstraDevOps
    from astra_devops.emulator import Clock, Emulator, Quirks

LoopScope = Literal["function", "class", "module", "package", "session"]

CLOCKS: Final[tuple[str, ...]] = ("virtual", "scaled", "real")
LOOP_SCOPES: Final[tuple[LoopScope, ...]] = ("function", "class", "module", "package", "session")
OPTIONS: Final[tuple[str, ...]] = ("seed", "clock", "speed", "latency", "quirks")
MARKER: Final[str] = (
    "astra_emulator(seed=0, clock='virtual', speed=600, latency=0, quirks=None): how the emulator of a test is set up; clock is 'virtual', "
    "'scaled' (by speed), 'real' or a clock of your own, quirks a Quirks or a mapping of names to values."
)
SHOWN: Final[int] = 20
"""How many of the last requests the report of a failed test shows."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the settings that hold for every test, unless its marker says otherwise."""
    parser.addini("astra_emulator_seed", "where the emulator's ids and tokens come from", default="0")
    parser.addini("astra_emulator_clock", "what the emulator goes by: virtual, scaled or real", default="virtual")
    parser.addini("astra_emulator_speed", "how many times as fast as real time a scaled clock is", default="600")


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker and, where pytest-asyncio is at work, the fixtures that it has to run."""
    config.addinivalue_line("markers", MARKER)
    if _has_pytest_asyncio(config):
        config.pluginmanager.register(_fixtures_of_pytest_asyncio())


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show the last requests below the report of a test that has failed."""
    report = yield
    emulator = getattr(item, "funcargs", {}).get("astra_emulator")
    if call.when == "call" and report.failed and emulator is not None:
        lines = [f"{seen.method} {seen.path} -> {seen.status or seen.outcome}" for seen in list(emulator.journal)[-SHOWN:]]
        report.sections.append(("last requests to astra_emulator", "\n".join(lines) or "none"))
    return report


@pytest.fixture
def astra_emulator(request: pytest.FixtureRequest) -> "Iterator[Emulator]":
    """Serve the API from memory, for this test alone, from a thread of its own and by a clock that skips every wait.

    ``ASTRA_DB_APPLICATION_TOKEN`` is the emulator's token meanwhile, so that code that takes its
    token from the environment or from ``~/.astrarc`` does not get the real one.
    """
    kind = _emulator_class()
    with kind.running(**_options(request)) as emulator, pytest.MonkeyPatch.context() as patch:
        patch.setenv("ASTRA_DB_APPLICATION_TOKEN", emulator.token)
        yield emulator


@pytest.fixture
def astra(astra_emulator: "Emulator") -> "Iterator[AstraDevOps]":
    """Give a blocking client of ``astra_emulator``, which goes by its clock."""
    from astra_devops.blocking import AstraDevOps

    with AstraDevOps(**_settings(astra_emulator)) as astra:
        yield astra


@pytest.fixture
def async_astra(request: pytest.FixtureRequest) -> "AsyncAstraDevOps":
    """Give an asynchronous client of ``astra_emulator``, for tests that anyio's plugin or pytest-asyncio runs.

    Its connections live and end on the loop of the test, so whoever runs the test has to run the
    fixture behind this one too.
    """
    client: AsyncAstraDevOps = request.getfixturevalue(_home_of_async_client(request))
    return client


@pytest.fixture(name="_astra_on_anyio")
async def on_anyio(astra_emulator: "Emulator") -> "AsyncIterator[AsyncAstraDevOps]":
    """Hold the client that ``async_astra`` gives to a test of anyio's plugin."""
    async with _async_client(astra_emulator) as astra:
        yield astra


def _async_client(emulator: "Emulator") -> "AsyncAstraDevOps":
    from astra_devops.client import AsyncAstraDevOps

    return AsyncAstraDevOps(**_settings(emulator))


def _settings(emulator: "Emulator") -> dict[str, Any]:
    """Set up a client: it goes by the emulator's clock, and draws its pauses from the emulator's seed."""
    from astra_devops._runtime.retry import RetryPolicy

    policy = RetryPolicy(jitter=random.Random(emulator.seed).uniform)
    return {"token": emulator.token, "base_url": emulator.url, "clock": emulator.clock, "retry": policy}


def _has_pytest_asyncio(config: pytest.Config) -> bool:
    """Tell whether pytest-asyncio is at work, and new enough (0.25) to be told on which loop a fixture runs."""
    try:
        config.getini("asyncio_default_test_loop_scope")
    except (KeyError, ValueError):
        return False
    return config.pluginmanager.has_plugin("asyncio")


def _fixtures_of_pytest_asyncio() -> ModuleType:
    """Make one fixture for each scope that a loop of pytest-asyncio can have: the client must live on the loop of its test."""
    asyncio_plugin: Any = importlib.import_module("pytest_asyncio")

    def on_loop(scope: LoopScope) -> object:
        async def fixture(astra_emulator: "Emulator") -> "AsyncIterator[AsyncAstraDevOps]":
            async with _async_client(astra_emulator) as astra:
                yield astra

        return asyncio_plugin.fixture(loop_scope=scope, name=f"_astra_on_{scope}_loop")(fixture)

    plugin = ModuleType("astra_devops_on_pytest_asyncio", "Fixtures that pytest-asyncio runs.")
    for scope in LOOP_SCOPES:
        setattr(plugin, f"on_{scope}_loop", on_loop(scope))
    return plugin


def _home_of_async_client(request: pytest.FixtureRequest) -> str:
    """Name the fixture that is run by whoever runs the test."""
    if "anyio_backend" in request.fixturenames:
        if request.getfixturevalue("anyio_backend_name") != "asyncio":
            raise _failure(
                "async_astra needs asyncio: aiohttp runs on nothing else. Give your tests a fixture anyio_backend that returns 'asyncio'."
            )
        return "_astra_on_anyio"
    marker = request.node.get_closest_marker("asyncio")
    if marker is None or not _has_pytest_asyncio(request.config):
        raise _failure(
            "async_astra is for asynchronous tests, and neither anyio's plugin (pytest.mark.anyio) nor pytest-asyncio "
            "(pytest.mark.asyncio) runs this one. A test that is not asynchronous takes the fixture astra."
        )
    scope = marker.kwargs.get("loop_scope") or request.config.getini("asyncio_default_test_loop_scope") or "function"
    return f"_astra_on_{scope}_loop"


def _options(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Read the settings of a test: those of the project, over them those of its markers, the closest last."""
    told: dict[str, Any] = {name: request.config.getini(f"astra_emulator_{name}") for name in ("seed", "clock", "speed")}
    for marker in reversed(list(request.node.iter_markers("astra_emulator"))):
        unknown = [*map(repr, marker.args), *sorted(marker.kwargs.keys() - set(OPTIONS))]
        if unknown:
            raise _failure(f"The marker astra_emulator takes {', '.join(OPTIONS)}, each by name, and not {', '.join(unknown)}.")
        told |= marker.kwargs
    speed = float(_number("speed", told.pop("speed")))
    latency = _number("latency", told.get("latency", 0.0))
    if not 0 <= latency < math.inf:
        raise _failure(f"astra_emulator: latency must not be negative, nor without end, but is {latency:g}.")
    changes = {
        "latency": latency,
        "clock": _clock(told["clock"], speed),
        "seed": int(_number("seed", told["seed"])),
        "quirks": _quirks(told.get("quirks")),
    }
    return told | changes


def _number(name: str, value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        raise _failure(f"astra_emulator: {name} must be a number, not {value!r}.") from None


def _clock(clock: Any, speed: float) -> "Clock":
    from astra_devops.emulator import RealClock, ScaledClock, VirtualClock

    if not isinstance(clock, str):
        return clock  # type: ignore[no-any-return]
    if clock not in CLOCKS:
        raise _failure(f"astra_emulator: clock must be one of {', '.join(CLOCKS)} or a clock of your own, not {clock!r}.")
    if clock == "scaled" and not 0 < speed < math.inf:
        raise _failure(f"astra_emulator: speed must be above zero, not {speed:g}.")
    return VirtualClock() if clock == "virtual" else RealClock() if clock == "real" else ScaledClock(speed)


def _quirks(quirks: Any) -> "Quirks":
    from astra_devops.emulator import Quirks

    try:
        return Quirks(**quirks) if isinstance(quirks, Mapping) else quirks or Quirks()
    except (TypeError, ValueError) as problem:
        unknown = ", ".join(sorted(quirks.keys() - set(dir(Quirks))))
        told = f"there is no quirk {unknown}; see astra_devops.emulator.Quirks" if unknown else f"quirks: {problem}"
        raise _failure(f"astra_emulator: {told}.") from None


def _emulator_class() -> "type[Emulator]":
    try:
        from astra_devops.emulator import Emulator
    except ModuleNotFoundError as problem:
        lack = f"{problem.name} is missing"
        raise _failure(f"The fixtures of astra-devops need its extra 'emulator' ({lack}): pip install 'astra-devops[emulator]'") from None
    return Emulator


def _failure(message: str) -> BaseException:
    return pytest.fail.Exception(message, pytrace=False)
