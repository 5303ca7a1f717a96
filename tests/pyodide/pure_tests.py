"""A plugin of pytest that leaves only the tests of pure functions.

Pyodide has neither processes, threads nor sockets, and packages in C only where they were built for
it. So a file that mentions one of these is left out.
"""

from pathlib import Path
from typing import Final

import pytest

_MISSING: Final = (
    "aiohttp",
    "async def",
    "benchmarks",
    "codegen",
    "emulator",
    "Emulator",
    "multiprocess",
    "orjson",
    "pydantic",
    "pytest_plugin",
    "subprocess",
    "threading",
)
_LEAST: Final = 500


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the settings of plugins that do not run there."""
    for name in ("anyio_mode", "timeout"):
        parser.addini(name, "has no effect here")


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Leave a file out that needs what is missing."""
    if collection_path.suffix != ".py" or not collection_path.name.startswith("test_"):
        return None
    text = collection_path.read_text(encoding="utf-8")
    return any(word in text for word in _MISSING) or None


def pytest_collection_finish(session: pytest.Session) -> None:
    """Fail if hardly a test is left."""
    if len(session.items) < _LEAST:
        pytest.exit(f"only {len(session.items)} tests were found", returncode=1)
