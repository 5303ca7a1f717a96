"""Wrong arguments of every public method are refused by name before anything is sent."""

import enum
import inspect
import re
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import attrs

from astra_devops import AsyncAstraDevOps
from astra_devops.emulator import Emulator, VirtualClock
from astra_devops.errors import AstraDevOpsError

from .test_on_the_wire import public_methods
from .wire_arguments import arguments, resolve

Method = Callable[..., Any]


class Color(enum.Enum):
    RED = "red"


NUMBERS: Final = (-5, 10**30, float("inf"), float("nan"), -1.5, 0.5)
TEXTS: Final = ("", " ", "\ud800", "x\x00y", "no such value")
THINGS: Final = (None, True, False, 5, 5.5, b"x", {}, {"a": 1}, object(), Color.RED, datetime(2026, 1, 1), int, lambda: None)
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

FREE_TEXTS: Final = frozenset(
    {
        "pcu_groups.create description",
        "pcu_groups.update description",
        "private_links.describe_endpoint description",
        "private_links.accept_endpoint description",
        "devops_access_lists.update description",
        "tokens.create description",
        "tokens.rotate description",
        "scim.create_user given_name",
        "scim.create_user family_name",
        "keyspaces.create_solr_core schema",
        "keyspaces.create_solr_core solrconfig",
    }
)
"""Texts that may be empty."""


@attrs.frozen
class Try:
    """One call with one wrong argument."""

    method: str
    argument: str
    value: object
    call: Callable[[], Any]

    def __str__(self) -> str:
        return f"{self.method}({self.argument}={self.value!r})"


def is_right(method: str, parameter: inspect.Parameter, value: object, present: object) -> bool:
    """Return whether a value may be right, by the annotation; such a value is not tried."""
    allowed = str(parameter.annotation).replace("datetime.datetime", "datetime")
    if value is None:
        return parameter.default is None or "| None" in allowed
    if isinstance(value, bool):
        return re.search(r"\bbool\b", allowed) is not None
    if isinstance(value, int | float):
        is_number = re.search(r"\b(int|float)\b", allowed) is not None
        return is_number and (value == 5 or (value in (5.5, 0.5, 10**30) and "float" in allowed))
    if isinstance(value, str):
        if "\ud800" in value or "\0" in value:
            return False
        is_text = re.search(r"\b(str|Tier|TokenFamily|BundleKind|Literal|PathLike)\b", allowed) is not None and "Sequence" not in allowed
        return is_text and (value == "no such value" or f"{method} {parameter.name}" in FREE_TEXTS)
    if callable(value):
        return "Callable" in allowed or "OnNewToken" in allowed or "ProgressCallback" in allowed
    if isinstance(value, dict):
        return "Mapping" in allowed
    return value == [] and re.search(r"Sequence|Iterable|Collection", allowed) is not None


def tries(client: Any, signatures: Any, calls: Any, results: dict[str, Any]) -> Iterator[Try]:
    for name, variants in calls.items():
        group, _, method_name = name.partition(".")
        method = getattr(getattr(client, group), method_name)
        signature = inspect.signature(getattr(getattr(signatures, group), method_name))
        for parameter in signature.parameters.values():
            bound = [signature.bind(*resolve(args, results), **resolve(kwargs, results)) for args, kwargs in variants]
            base = next((call for call in bound if parameter.name in call.arguments), bound[0])
            for value in WRONG_VALUES:
                if not is_right(name, parameter, value, base.arguments.get(parameter.name)):
                    changed = signature.bind(**{**_flat(base), parameter.name: value})
                    yield Try(name, parameter.name, value, _bind(method, changed))


def _flat(bound: inspect.BoundArguments) -> dict[str, Any]:
    return dict(bound.arguments)


def _bind(method: Method, bound: inspect.BoundArguments) -> Callable[[], Any]:
    return lambda: method(*bound.args, **bound.kwargs)


def verdict(attempt: Try, error: BaseException | None, sent: int) -> str | None:
    """Return what is unclear; None if the argument was refused as it should be."""
    if sent:
        return f"{attempt}: {sent} requests were sent ({error!r})"
    if not isinstance(error, TypeError | ValueError) or isinstance(error, UnicodeError | AstraDevOpsError):
        return f"{attempt}: {error!r}"
    if not re.search(rf"\b{attempt.argument}\b", str(error)):
        return f"{attempt}: not named in {error!r}"
    return None


async def walk(emulator: Emulator, path: str) -> tuple[Any, dict[str, Any]]:
    """Make every call once, and return all arguments and results."""
    async with AsyncAstraDevOps(emulator.token, base_url=emulator.url, clock=emulator.clock, timeout=3600) as astra:
        calls = arguments(emulator, path)
        assert public_methods(astra) == set(calls)
        results: dict[str, Any] = {}
        for name, variants in calls.items():
            group, _, method = name.partition(".")
            for args, kwargs in variants:
                result = getattr(getattr(astra, group), method)(*resolve(args, results), **resolve(kwargs, results))
                results[name] = result = await result if inspect.isawaitable(result) else await result.collect()
                if hasattr(result, "wait"):
                    await result.wait()
        return calls, results


@asynccontextmanager
async def service() -> AsyncIterator[Emulator]:
    async with Emulator(clock=VirtualClock()) as emulator:
        yield emulator


async def test_async(tmp_path: Path) -> None:
    async with (
        service() as emulator,
        AsyncAstraDevOps(emulator.token, base_url=emulator.url, clock=emulator.clock) as astra,
    ):
        calls, results = await walk(emulator, str(tmp_path / "a"))
        unclear = []
        count = 0
        for attempt in tries(astra, astra, calls, results):
            count += 1
            before, error = len(emulator.journal), None
            try:
                result = attempt.call()
                if inspect.isawaitable(result):
                    await result
                elif hasattr(result, "collect"):
                    await result.collect()
            except Exception as problem:
                error = problem
            problem_text = verdict(attempt, error, len(emulator.journal) - before)
            if problem_text:
                unclear.append(problem_text)
        print(count)
        assert not unclear, f"{len(unclear)} of {count}:\n" + "\n".join(unclear)
