"""What Python says of a missing ``await`` is in the page of errors, so that a search finds it."""

import re
import warnings
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, Final

import pytest

from astra_devops import AsyncAstraDevOps
from astra_devops.emulator import Emulator

PAGE: Final = (Path(__file__).parents[2] / "docs/errors.md").read_text(encoding="utf-8")
MESSAGES: Final = re.findall(r"^\| `((?:\w+Error|\w+Warning): .*?)` \|", PAGE, re.MULTILINE)


async def iterate(items: AsyncIterator[object]) -> None:
    async for _ in items:
        pass


async def wait_for(awaitable: Any) -> None:
    await awaitable


async def make(mistake: Callable[[Any], Any], astra: AsyncAstraDevOps) -> None:
    await mistake(astra)


MISTAKES: Final[list[Callable[[Any], Any]]] = [
    lambda astra: astra.databases.terminate("id").wait(),
    lambda astra: list(astra.roles.list()),
    lambda astra: iterate(astra.roles.list()),
    lambda astra: astra.roles.list()[0],
    lambda astra: wait_for(astra.databases.list()),
    lambda astra: len(astra.databases.list()),
    lambda astra: astra.databases.list()[0],
]


@pytest.mark.parametrize("mistake", MISTAKES)
@pytest.mark.filterwarnings("ignore:coroutine .* was never awaited")
async def test_the_page_of_errors_has_the_message(emulator: Emulator, astra: AsyncAstraDevOps, mistake: Callable[[Any], Any]) -> None:
    with pytest.raises((AttributeError, TypeError)) as caught:
        await make(mistake, astra)
    text = f"{caught.type.__name__}: {caught.value}"
    assert any(text.startswith(message) for message in MESSAGES), text
    assert len(emulator.journal) == 0


async def test_the_page_of_errors_has_the_warning(astra: AsyncAstraDevOps) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        astra.databases.create("orders", cloud_provider="AWS", region="us-east-2")  # type: ignore[unused-coroutine]
    assert [f"RuntimeWarning: {warning.message}" for warning in caught] == [text for text in MESSAGES if "RuntimeWarning" in text]
