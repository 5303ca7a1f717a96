"""Fixtures for pytest: a new emulator of the service for each test, and both clients of it.

``astra_emulator`` is the emulator, ``astra`` the blocking client and ``async_astra`` the
asynchronous one. ``astra_temporary_database`` is a database of the real service. Clients and
emulator are imported only when a test uses a fixture; other tests are not affected.
"""

import importlib
import inspect
import math
from collections.abc import AsyncIterator, Generator, Iterator, Mapping
from datetime import timedelta
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final, Literal

import pytest

if TYPE_CHECKING:
    from astra_devops.blocking import AstraDevOps
    from astra_devops.client import AsyncAstraDevOps
    from astra_devops.emulator import Clock, Emulator, Quirks
    from astra_devops.models import Database

LoopScope = Literal["function", "class", "module", "package", "session"]

_CLOCKS: Final = ("virtual", "manual", "scaled", "real")
_LOOP_SCOPES: Final[tuple[LoopScope, ...]] = ("function", "class", "module", "package", "session")
_OPTIONS: Final = ("seed", "clock", "speed", "latency", "quirks")
_MARKER: Final = (
    "astra_emulator(seed=0, clock='virtual', speed=600, latency=0, quirks=None): configure the emulator of a test. clock is 'virtual', "
    "'manual' (moved by advance() only), 'scaled' (by speed), 'real' or your own clock object; quirks is a Quirks object or a mapping of "
    "names to values."
)
_POLICY_WRITER: Final = "astra_devops_policy_writer"
_REPORTED_REQUESTS: Final = 20
"""How many requests, the latest ones, the report of a failed test shows."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the settings that apply to every test unless a marker overrides them."""
    parser.addini("astra_emulator_seed", "seed of the emulator's ids, tokens and random faults", default="0")
    parser.addini("astra_emulator_clock", "clock of the emulator: virtual, manual, scaled or real", default="virtual")
    parser.getgroup("astra-devops").addoption(
        "--astra-emulator-policy", metavar="FILE", help="write the smallest policy that the requests to astra_emulator needed, as JSON"
    )
    parser.addini("astra_temporary_prefix", "first part of the names of temporary databases", default="pytest")
    parser.addini("astra_temporary_cloud_provider", "cloud provider of temporary databases: aws, azure or gcp", default="")
    parser.addini("astra_temporary_region", "region of temporary databases", default="")
    parser.addini("astra_temporary_minutes", "minutes after which a sweep may terminate temporary databases", default="60")
    parser.addini("astra_emulator_speed", "speed of a scaled clock as a multiple of real time", default="600")


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker and, if pytest-asyncio is active, the fixtures that it must run."""
    config.addinivalue_line("markers", _MARKER)
    if config.getoption("--astra-emulator-policy") is not None:
        from astra_devops._pytest.policy import PolicyWriter

        config.pluginmanager.register(PolicyWriter(config), _POLICY_WRITER)
    if _has_pytest_asyncio(config):
        config.pluginmanager.register(_fixtures_of_pytest_asyncio())


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add the last requests to the report of a failed test."""
    report = yield
    emulator = getattr(item, "funcargs", {}).get("astra_emulator")
    if call.when == "call" and report.failed and emulator is not None:
        exchanges = list(emulator.journal)[-_REPORTED_REQUESTS:]
        lines = [f"{exchange.method} {exchange.path} -> {exchange.status or exchange.outcome}" for exchange in exchanges]
        report.sections.append(("last requests to astra_emulator", "\n".join(lines) or "none"))
    return report


@pytest.fixture
def astra_emulator(request: pytest.FixtureRequest) -> "Iterator[Emulator]":
    """Run an emulator of the Astra DevOps API, an ``Emulator``, for this test only.

    It starts empty and runs in its own thread. Its clock skips all waits, unless the marker
    ``astra_emulator`` or the configuration selects another clock. Its methods
    ``client()`` and ``async_client()`` return more clients of it, with other settings.

    During the test ``ASTRA_DB_APPLICATION_TOKEN`` is the emulator's token, so that code that reads
    its token from the environment or from ``~/.astrarc`` does not use the real one.
    """
    emulator_class = _import_emulator()
    with emulator_class.running(**_options(request)) as emulator, pytest.MonkeyPatch.context() as patch:
        patch.setenv("ASTRA_DB_APPLICATION_TOKEN", emulator.token)
        yield emulator
        writer = request.config.pluginmanager.get_plugin(_POLICY_WRITER)
        if writer is not None:
            writer.add(emulator)


@pytest.fixture
def astra(astra_emulator: "Emulator") -> "Iterator[AstraDevOps]":
    """Return a blocking client, ``AstraDevOps``, of ``astra_emulator``.

    It uses the emulator's clock, so waits take no real time.
    """
    with astra_emulator.client() as astra:
        yield astra


@pytest.fixture
def async_astra(request: pytest.FixtureRequest) -> "AsyncAstraDevOps":
    """Return an asynchronous client, ``AsyncAstraDevOps``, of ``astra_emulator``.

    It uses the emulator's clock, so waits take no real time. The test must be run on asyncio, by
    anyio's plugin or pytest-asyncio. The client opens and closes on the event loop of the test.
    """
    # Only the plugin that runs the test can run a fixture on the same loop.
    client: AsyncAstraDevOps = request.getfixturevalue(_client_fixture(request))
    return client


@pytest.fixture(scope="session")
def astra_temporary_client() -> "Iterator[AstraDevOps]":
    """Return the client, ``AstraDevOps``, of ``astra_temporary_database``.

    It takes its token from the environment or ``~/.astrarc``. Override it to use another token or
    another service.
    """
    from astra_devops.blocking import AstraDevOps

    with AstraDevOps() as astra:
        yield astra


@pytest.fixture(scope="session")
def astra_temporary_database(request: pytest.FixtureRequest, astra_temporary_client: "AstraDevOps") -> "Iterator[Database]":
    """Create a database of the real service for this test run, and terminate it at the end.

    Each worker of pytest-xdist has its own. The ini file must say where it is to be, by
    ``astra_temporary_cloud_provider`` and ``astra_temporary_region``. If the run is killed,
    ``python -m astra_devops sweep --prefix pytest`` terminates it once it has expired, after
    ``astra_temporary_minutes``.
    """
    prefix, cloud_provider, region, minutes = (
        str(request.config.getini(f"astra_temporary_{name}")) for name in ("prefix", "cloud_provider", "region", "minutes")
    )
    for name, value in (("cloud_provider", cloud_provider), ("region", region)):
        if not value:
            raise _failure(f"astra_temporary_database needs the setting astra_temporary_{name} in the ini file.")
    try:
        ttl = timedelta(minutes=float(minutes))
        temporary = astra_temporary_client.databases.temporary(prefix, ttl=ttl, cloud_provider=cloud_provider, region=region)
    except (OverflowError, ValueError) as error:
        raise _failure(f"astra_temporary_database: a setting in the ini file is wrong: {error}") from None
    with temporary as database:
        yield database


@pytest.fixture(name="_astra_on_anyio")
async def astra_on_anyio(astra_emulator: "Emulator") -> "AsyncIterator[AsyncAstraDevOps]":
    """Open the client that ``async_astra`` returns to a test that anyio's plugin runs."""
    async with astra_emulator.async_client() as astra:
        yield astra


def _has_pytest_asyncio(config: pytest.Config) -> bool:
    """Return whether pytest-asyncio is active and 0.25 or newer, so that fixtures choose loops."""
    try:
        config.getini("asyncio_default_test_loop_scope")
    except (KeyError, ValueError):
        return False
    return config.pluginmanager.has_plugin("asyncio")


def _fixtures_of_pytest_asyncio() -> ModuleType:
    """Create a fixture for each scope of pytest-asyncio's loops.

    The client must run on the loop of its test.
    """
    asyncio_plugin: Any = importlib.import_module("pytest_asyncio")

    def fixture_of(scope: LoopScope) -> object:
        async def fixture(astra_emulator: "Emulator") -> "AsyncIterator[AsyncAstraDevOps]":
            async with astra_emulator.async_client() as astra:
                yield astra

        return asyncio_plugin.fixture(loop_scope=scope, name=f"_astra_on_{scope}_loop")(fixture)

    plugin = ModuleType("astra_devops_on_pytest_asyncio", "Fixtures that pytest-asyncio runs.")
    for scope in _LOOP_SCOPES:
        setattr(plugin, f"on_{scope}_loop", fixture_of(scope))
    return plugin


def _client_fixture(request: pytest.FixtureRequest) -> str:
    """Return the name of the client fixture for the plugin that runs the test."""
    if "anyio_backend" in request.fixturenames:
        if request.getfixturevalue("anyio_backend_name") != "asyncio":
            raise _failure(
                "async_astra needs asyncio, because aiohttp runs on nothing else. Add a fixture anyio_backend that returns 'asyncio'."
            )
        return "_astra_on_anyio"
    marker = request.node.get_closest_marker("asyncio")
    if marker is None or not _has_pytest_asyncio(request.config):
        raise _failure(
            "async_astra is for asynchronous tests, but neither anyio's plugin (pytest.mark.anyio) nor pytest-asyncio "
            "(pytest.mark.asyncio) runs this test. Use the fixture astra in tests that are not asynchronous."
        )
    scope = marker.kwargs.get("loop_scope") or request.config.getini("asyncio_default_test_loop_scope") or "function"
    return f"_astra_on_{scope}_loop"


def _options(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Return the settings of a test: those of the project, overridden by its closest markers."""
    options: dict[str, Any] = {name: request.config.getini(f"astra_emulator_{name}") for name in ("seed", "clock", "speed")}
    for marker in reversed(list(request.node.iter_markers("astra_emulator"))):
        unknown = [*map(repr, marker.args), *sorted(marker.kwargs.keys() - set(_OPTIONS))]
        if unknown:
            raise _failure(f"The marker astra_emulator accepts only the keywords {', '.join(_OPTIONS)}, not {', '.join(unknown)}.")
        options |= marker.kwargs
    speed = float(_number("speed", options.pop("speed")))
    latency = _number("latency", options.get("latency", 0.0))
    if not 0 <= latency < math.inf:
        raise _failure(f"astra_emulator: latency must be a finite number of at least 0, not {latency:g}.")
    changes = {
        "latency": latency,
        "clock": _clock(options["clock"], speed),
        "seed": int(_number("seed", options["seed"])),
        "quirks": _quirks(options.get("quirks")),
    }
    return options | changes


def _number(name: str, value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        raise _failure(f"astra_emulator: {name} must be a number, not {value!r}.") from None


def _clock(clock: Any, speed: float) -> "Clock":
    from astra_devops.emulator import RealClock, ScaledClock, VirtualClock

    if not isinstance(clock, str):
        return clock  # type: ignore[no-any-return]
    if clock not in _CLOCKS:
        raise _failure(f"astra_emulator: clock must be one of {', '.join(_CLOCKS)} or a clock object, not {clock!r}.")
    if clock == "scaled" and not 0 < speed < math.inf:
        raise _failure(f"astra_emulator: speed must be finite and greater than zero, not {speed:g}.")
    if clock in ("virtual", "manual"):
        return VirtualClock(auto=clock == "virtual")
    return RealClock() if clock == "real" else ScaledClock(speed)


def _quirks(quirks: Any) -> "Quirks":
    from astra_devops.emulator import Quirks

    try:
        return Quirks(**quirks) if isinstance(quirks, Mapping) else quirks or Quirks()
    except (TypeError, ValueError) as error:
        unknown = ", ".join(sorted(quirks.keys() - set(inspect.signature(Quirks).parameters)))
        reason = f"there is no quirk {unknown}; see astra_devops.emulator.Quirks" if unknown else f"quirks: {error}"
        raise _failure(f"astra_emulator: {reason}.") from None


def _import_emulator() -> "type[Emulator]":
    try:
        from astra_devops.emulator import Emulator
    except ModuleNotFoundError as error:
        raise _failure(
            f"The fixtures of astra-devops need the extra 'emulator' ({error.name} is missing): pip install 'astra-devops[emulator]'"
        ) from None
    return Emulator


def _failure(message: str) -> BaseException:
    return pytest.fail.Exception(message, pytrace=False)
