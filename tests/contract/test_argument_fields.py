"""A wrong field of an object is refused by the argument and the field, before anything is sent."""

import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import attrs

from astra_devops import AsyncAstraDevOps
from astra_devops.emulator import Emulator, VirtualClock

from .test_arguments import Color, Target, finish, resource_targets, walk
from .wire_arguments import arguments

WRONG_VALUES: Final = (object(), b"x", 5.5, Color.RED, "\ud800")
ANYTHING: Final = frozenset({"extra", "value"})
"""Fields that are not sent, or that may have any value."""


@attrs.frozen
class Try:
    """A call with an object of which one field is wrong."""

    target: Target
    argument: str
    field: str
    value: object
    bound: inspect.BoundArguments

    def __str__(self) -> str:
        return f"{self.target.name}: {self.argument}, {self.field} = {self.value!r}"

    def is_named_in(self, error: Exception | None) -> bool:
        if not isinstance(error, TypeError | ValueError) or isinstance(error, UnicodeError):
            return False
        return all(re.search(rf"\b{name}\b", str(error)) for name in (self.argument, self.field))


def tries(target: Target) -> Iterator[Try]:
    for args, kwargs in target.variants:
        bound = target.signature.bind(*args, **kwargs)
        for argument, value in bound.arguments.items():
            for field, wrong, changed in changes(value):
                arguments_ = inspect.BoundArguments(target.signature, bound.arguments | {argument: changed})  # type: ignore[arg-type]
                yield Try(target, argument, field, wrong, arguments_)


def changes(value: Any) -> Iterator[tuple[str, object, Any]]:
    """Yield an object, or a list of objects, with one wrong field at a time."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from ((field, wrong, [*value[:index], changed, *value[index + 1 :]]) for field, wrong, changed in changes(item))
    elif attrs.has(type(value)):
        for field in attrs.fields(type(value)):
            for wrong in WRONG_VALUES if field.name not in ANYTHING else ():
                try:
                    changed = attrs.evolve(value, **{field.name: wrong})
                except (TypeError, ValueError) as error:
                    assert field.name in str(error)  # noqa: PT017
                else:
                    yield field.name, wrong, changed


async def test_fields(tmp_path: Path) -> None:
    async with (
        Emulator(clock=VirtualClock()) as emulator,
        AsyncAstraDevOps(emulator.token, base_url=emulator.url, clock=emulator.clock) as astra,
    ):
        calls = arguments(emulator, str(tmp_path / "bundle"))
        targets = [*resource_targets(astra, calls, await walk(emulator, calls))]
        unclear, count = [], 0
        for attempt in (attempt for target in targets for attempt in tries(target)):
            emulator.journal.clear()
            error: Exception | None = None
            try:
                await finish(attempt.target.function(*attempt.bound.args, **attempt.bound.kwargs))
            except Exception as caught:
                error = caught
            count += 1
            if not attempt.is_named_in(error) or len(emulator.journal):
                unclear.append(f"{attempt}: {error!r}, {len(emulator.journal)} requests")
        assert not unclear, "\n".join(unclear)
        assert count > 200
