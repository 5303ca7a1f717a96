"""Every method of both clients refuses a wrong argument by its name, and sends nothing."""

import enum
import inspect
import math
import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Final

import attrs

import astra_devops
from astra_devops import AstraDevOps, AsyncAstraDevOps, AsyncPager, RetryPolicy, keys, policies, scim, sinks
from astra_devops.emulator import Emulator, VirtualClock

from .test_on_the_wire import public_methods
from .wire_arguments import arguments, resolve

Results = dict[str, Any]


class Color(enum.Enum):
    RED = "red"


class Shade(enum.StrEnum):
    DARK = "dark"


WEST: Final = timezone(timedelta(hours=-12))
NUMBERS: Final = (-5, 10**30, 10**400, float("inf"), float("nan"), -1.5, 0.5)
TEXTS: Final = ("", " ", "\ud800", "x\x00y", "no such value")
THINGS: Final = (
    None,
    True,
    False,
    5,
    5.5,
    b"x",
    {},
    {"a": 1},
    {5: 5},
    object(),
    Color.RED,
    Shade.DARK,
    datetime(2026, 1, 1),
    datetime.max.replace(tzinfo=WEST),
    int,
)
LISTS: Final = (
    [],
    [5],
    [None],
    [""],
    ["\ud800"],
    [object()],
    [b"x"],
    [["x"]],
    [("a",)],
    [("a", 5)],
    [("a", "\ud800")],
    ("",),
    {5},
    range(2),
)
WRONG_VALUES: Final = (*NUMBERS, *TEXTS, *THINGS, *LISTS)

MAY_BE_EMPTY: Final = frozenset({"description", "schema", "solrconfig", "given_name", "family_name", "value"})
"""Texts."""

ANY_NUMBER: Final = frozenset({"seconds", "value"})
"""Numbers that may be negative."""


@attrs.frozen
class Target:
    """A function of the public API, and arguments that it accepts."""

    name: str
    function: Callable[..., Any]
    signature: inspect.Signature
    variants: list[tuple[tuple[Any, ...], dict[str, Any]]]


@attrs.frozen
class Try:
    """One call with one wrong argument."""

    target: Target
    argument: str
    value: object
    bound: inspect.BoundArguments

    def __call__(self) -> Any:
        return self.target.function(*self.bound.args, **self.bound.kwargs)

    def verdict(self, error: BaseException | None, sent: int) -> str | None:
        """Return what is wrong with the outcome; None if the argument was clearly refused."""
        is_clear = (
            not sent
            and isinstance(error, TypeError | ValueError)
            and not isinstance(error, UnicodeError)
            and re.search(rf"\b{self.argument}\b", str(error)) is not None
        )
        return None if is_clear else f"{self.target.name}({self.argument}={str(self.value)[:40]!r}): {error!r}, {sent} requests"


def is_right(parameter: inspect.Parameter, value: object) -> bool:
    """Return whether a value may be right, by the annotation; such a value is not tried."""
    allowed = str(parameter.annotation)

    def allows(names: str) -> bool:
        return re.search(rf"\b({names})\b", allowed) is not None

    if allowed in ("object", "<class 'object'>"):
        return True
    if value is None:
        return parameter.default is None or allows("None|NoneType|Optional")
    if isinstance(value, bool):
        return allows("bool")
    if isinstance(value, int | float):
        if parameter.name in ANY_NUMBER:
            return isinstance(value, int) or math.isfinite(value)
        return (allows("float") and value in (5, 5.5, 0.5, 10**30)) or (allows("int") and value == 5)
    if isinstance(value, Shade) and allows("Tier|ListDatabasesInclude|PcuProvisionType"):
        return False
    if isinstance(value, str):
        is_text = allows("str|Tier|TokenFamily|BundleKind|Literal|PathLike|Secret|Environment|ScimOperator") and not allows(
            "Sequence|Iterable"
        )
        is_sendable = "\ud800" not in value and ("\0" not in value or parameter.name == "value")
        return is_text and is_sendable and (bool(value.strip()) or parameter.name in MAY_BE_EMPTY)
    if isinstance(value, datetime):
        return parameter.name == "value" and value.tzinfo is not None
    if callable(value):
        return allows("Callable|OnNewToken|ProgressCallback|Observer|SessionFactory")
    if isinstance(value, dict):
        return allows("Mapping") and all(isinstance(key, str) for key in value)
    return value == [] and allows("Sequence|Iterable|Collection")


TESTED_ELSEWHERE: Final = frozenset({"token", "base_url", "proxy", "ssl_context", "session_factory"})
"""Settings of the client that are more than plain values."""


def is_checked_when_sent(target: Target, value: object) -> bool:
    """Return whether a sink accepts a value, and ``telemetry.set`` refuses it."""
    return target.function in vars(sinks).values() and str(value) in ("", " ", "[]", "['']", "('',)")


def tries(targets: list[Target]) -> Iterator[Try]:
    for target in targets:
        bound = [target.signature.bind(*args, **kwargs) for args, kwargs in target.variants]
        for parameter in target.signature.parameters.values():
            base = next((call for call in bound if parameter.name in call.arguments), bound[0])
            for value in WRONG_VALUES:
                if isinstance(target.function, type) and parameter.name in TESTED_ELSEWHERE:
                    continue
                if not is_right(parameter, value) and not is_checked_when_sent(target, value):
                    changed = inspect.BoundArguments(target.signature, base.arguments | {parameter.name: value})  # type: ignore[arg-type]
                    yield Try(target, parameter.name, value, changed)


def resource_targets(client: Any, calls: Any, results: Results) -> Iterator[Target]:
    for name, variants in calls.items():
        group, _, method_name = name.partition(".")
        method = getattr(getattr(client, group), method_name)
        resolved = [(resolve(args, results), resolve(kwargs, results)) for args, kwargs in variants]
        yield Target(name, method, inspect.signature(method), resolved)


def client_targets(client: Any, operation: Any) -> Iterator[Target]:
    def can(permissions: str, *, resource: str | None = None) -> Any:
        return client.can(permissions, resource=resource)

    options = {"timeout": 5, "attempt_timeout": 5, "retry": RetryPolicy(), "headers": {"x-team": "a"}}
    request = {"path": {"databaseID": "d"}, "query": {"a": 1}}
    for function, args, kwargs in (
        (client.with_options, (), options),
        (client.request, ("getDatabase",), request),
        (client.resume, (operation.resume_token,), {}),
        (can, ("org-db-view",), {"resource": "drn:astra:org:o"}),
        (operation.wait, (), {"timeout": 5, "interval": 5, "fail_on": ["ERROR"]}),
    ):
        yield Target(function.__name__, function, inspect.signature(function), [(args, kwargs)])


def function_targets() -> Iterator[Target]:
    basic = sinks.BasicAuth("u", "p")  # type: ignore[arg-type]
    kafka = {"bootstrap_servers": ["b"], "topic": "t", "sasl_mechanism": "PLAIN", "sasl_username": "u", "sasl_password": "p"}
    for function, args, kwargs in (
        (AsyncAstraDevOps, (), {"timeout": 5}),
        (AstraDevOps, (), {"timeout": 5}),
        (RetryPolicy, (), {}),
        (policies.drn, ("o",), {"database_id": "d", "keyspace": "k", "table": "t"}),
        (policies.keyspace_drns, ("o", "d", "k"), {"system_tables": True}),
        (policies.policy, ("", ["org-db-view"], ["drn:astra:org:o"]), {}),
        (scim.scim_filter, ("userName", "eq", "ann"), {}),
        (keys.AwsKey, ("arn", "us-east-1"), {}),
        (keys.GcpKey, ("key", "us-east1"), {}),
        (keys.AzureKey, ("key", "eastus"), {}),
        (sinks.BasicAuth, ("u", "p"), {}),
        (sinks.PrometheusSink, (), {"endpoint": "https://p", "auth": basic}),
        (sinks.KafkaSink, (), kafka),
        (astra_devops.deadline, (5,), {}),
    ):
        assert callable(function)
        yield Target(function.__name__, function, inspect.signature(function), [(args, kwargs)])


async def walk(emulator: Emulator, calls: Any) -> Results:
    """Make every call once, since some need the results of others."""
    async with AsyncAstraDevOps(emulator.token, base_url=emulator.url, clock=emulator.clock, timeout=3600) as astra:
        assert public_methods(astra) == set(calls)
        results: Results = {}
        for name, variants in calls.items():
            group, _, method = name.partition(".")
            for args, kwargs in variants:
                result = getattr(getattr(astra, group), method)(*resolve(args, results), **resolve(kwargs, results))
                results[name] = result = await result.collect() if isinstance(result, AsyncPager) else await result
                if hasattr(result, "wait"):
                    await result.wait()
        return results


async def finish(result: Any) -> None:
    if inspect.isawaitable(result) and not isinstance(result, AsyncPager):
        await result
    elif hasattr(result, "collect"):
        await result.collect()


def report(verdicts: list[str | None]) -> None:
    unclear = [verdict for verdict in verdicts if verdict]
    assert not unclear, f"{len(unclear)} of {len(verdicts)} wrong arguments are unclear:\n" + "\n".join(unclear)
    assert len(verdicts) > 5000


async def test_async(tmp_path: Path) -> None:
    async with (
        Emulator(clock=VirtualClock()) as emulator,
        AsyncAstraDevOps(emulator.token, base_url=emulator.url, clock=emulator.clock) as astra,
    ):
        calls = arguments(emulator, str(tmp_path / "a"))
        results = await walk(emulator, calls)
        targets = [*resource_targets(astra, calls, results), *client_targets(astra, results["databases.create"])]
        verdicts = []
        for attempt in tries(targets):
            emulator.journal.clear()
            error: Exception | None = None
            try:
                await finish(attempt())
            except Exception as caught:
                error = caught
            verdicts.append(attempt.verdict(error, len(emulator.journal)))
        report(verdicts)


def test_blocking(tmp_path: Path) -> None:
    with (
        Emulator.running(clock=VirtualClock()) as emulator,
        AstraDevOps(emulator.token, base_url=emulator.url, clock=emulator.clock) as astra,
    ):
        calls = arguments(emulator, str(tmp_path / "b"))
        results = emulator_results(emulator, calls)
        operation = astra.resume(results["databases.create"].resume_token)
        targets = [*resource_targets(astra, calls, results), *client_targets(astra, operation)]
        verdicts = []
        for attempt in tries(targets):
            emulator.journal.clear()
            error: Exception | None = None
            try:
                result = attempt()
                if hasattr(result, "collect"):
                    result.collect()
            except Exception as caught:
                error = caught
            verdicts.append(attempt.verdict(error, len(emulator.journal)))
        report(verdicts)


def emulator_results(emulator: Emulator, calls: Any) -> Results:
    import asyncio

    return asyncio.run(walk(emulator, calls))


def test_functions() -> None:
    verdicts = []
    for attempt in tries([*function_targets()]):
        error: Exception | None = None
        try:
            result = attempt()
            if hasattr(result, "__enter__"):
                with result:
                    pass
        except Exception as caught:
            error = caught
        verdicts.append(attempt.verdict(error, 0))
    unclear = [verdict for verdict in verdicts if verdict]
    assert not unclear, f"{len(unclear)} of {len(verdicts)} wrong arguments are unclear:\n" + "\n".join(unclear)
