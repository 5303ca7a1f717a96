"""What every test gets: asyncio as the only backend, and nothing of the developer's own settings."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

# How long an example takes says nothing about the code on a busy machine.
settings.register_profile("project", settings(), deadline=None)
settings.load_profile("project")


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session", autouse=True)
def no_ambient_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Hide the token and the ``~/.astrarc`` of whoever runs the tests, from this process and those it starts."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("ASTRA_DB_APPLICATION_TOKEN", "ASTRARC", "ASTRA_PROFILE", "XDG_CONFIG_HOME"):
            patch.delenv(name, raising=False)
        patch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
        yield


@pytest.fixture(scope="session")
def root() -> Path:
    """Return the directory of the checkout."""
    return Path(__file__).parents[1]
