"""Fixtures of all tests: asyncio as the only backend, and none of the developer's settings."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

# The duration of an example means nothing on a busy machine.
settings.register_profile("project", settings(), deadline=None)
settings.load_profile("project")


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session", autouse=True)
def no_ambient_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Hide the developer's token, ``~/.astrarc`` and proxies from this process and its children."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY"):
            patch.delenv(name, raising=False)
            patch.delenv(name.lower(), raising=False)
        for name in ("ASTRA_DB_APPLICATION_TOKEN", "ASTRARC", "ASTRA_PROFILE", "XDG_CONFIG_HOME"):
            patch.delenv(name, raising=False)
        patch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
        yield


@pytest.fixture(scope="session")
def root() -> Path:
    """Return the directory of the checkout."""
    return Path(__file__).parents[1]
