"""Where the token comes from, and what errors say about it."""

import asyncio
import os
import pickle
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from astra_devops import AsyncAstraDevOps, Secret, errors, token_file
from astra_devops._runtime.auth.token import TokenAuth

pytestmark = pytest.mark.anyio

CANARY = "c" * 64
TOKEN, OTHER = (f"AstraCS:{letter * 24}:{CANARY}" for letter in "ab")
DEV = "https://api.dev.cloud.datastax.com"


async def token_of(auth: TokenAuth) -> str:
    return (await auth.api_headers())["Authorization"].removeprefix("Bearer ")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def write(path: Path, **profiles: str) -> None:
    path.write_text("\n".join(f"[{name}]\nASTRA_DB_APPLICATION_TOKEN={text}" for name, text in profiles.items()))
    path.chmod(0o600)


@pytest.mark.parametrize(
    "given", [f"{TOKEN}\n", f" \t{TOKEN}\r\n", Secret(f"{TOKEN}\n"), lambda: f"{TOKEN}\n", lambda: Secret(f" {TOKEN}")]
)
async def test_white_space_around_a_token_is_taken_off(given: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert await token_of(TokenAuth(given)) == TOKEN


async def test_white_space_around_the_token_of_the_environment_is_taken_off(home: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASTRA_DB_APPLICATION_TOKEN", f"{TOKEN}\r\n")
    assert await token_of(TokenAuth()) == TOKEN
    monkeypatch.setenv("ASTRA_DB_APPLICATION_TOKEN", " \n")
    write(home / ".astrarc", default=OTHER)
    assert await token_of(TokenAuth()) == OTHER


async def test_a_token_comes_from_the_first_place_that_has_one(home: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    write(home / ".astrarc", default=OTHER, work=TOKEN)
    assert await token_of(TokenAuth()) == OTHER
    monkeypatch.setenv("ASTRA_PROFILE", "work")
    assert await token_of(TokenAuth()) == TOKEN
    monkeypatch.setenv("ASTRA_DB_APPLICATION_TOKEN", OTHER)
    assert await token_of(TokenAuth()) == OTHER
    assert await token_of(TokenAuth(profile="work")) == TOKEN
    (home / ".astrarc").write_text("[")
    assert await token_of(TokenAuth(TOKEN)) == TOKEN


async def test_the_profile_selects_the_service_where_nothing_else_does(home: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    write(home / ".astrarc", work=f"{TOKEN}\nASTRA_ENV=dev")
    auth = TokenAuth(profile="work", selects_service=True)
    await auth.api_headers()
    assert auth.origin() == DEV
    write(home / ".astrarc", work=f"{TOKEN}\nASTRA_ENV=nonsense")
    await TokenAuth(profile="work").api_headers()
    with pytest.raises(errors.ConfigurationError, match="ASTRA_ENV"):
        await TokenAuth(profile="work", selects_service=True).api_headers()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (lambda: None, "must be a string or a Secret, not NoneType"),
        (lambda: b"AstraCS:", "not bytes"),
        (lambda: TOKEN[:-1], "it has 96 characters"),
        (lambda: "", "it has 0 characters"),
        (lambda: pickle.loads(pickle.dumps(Secret(TOKEN))), "this secret is redacted"),
    ],
)
async def test_a_provider_that_returns_no_token_is_a_configuration_error(given: Callable[..., Any], message: str) -> None:
    with pytest.raises(errors.ConfigurationError, match=f"the token that the provider returned .*{message}"):
        await TokenAuth(given).api_headers()


def test_a_profile_is_a_name() -> None:
    with pytest.raises(TypeError, match="profile must be a string"):
        AsyncAstraDevOps(profile=5)
    with pytest.raises(ValueError, match="profile must not be empty"):
        AsyncAstraDevOps(profile=" ")
    with pytest.raises(ValueError, match="token and profile"):
        AsyncAstraDevOps(TOKEN, profile="work")


async def test_a_traceback_with_local_variables_shows_no_token(home: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = f"{TOKEN}!"
    monkeypatch.setenv("ASTRA_DB_APPLICATION_TOKEN", broken)
    write(home / ".astrarc", work=broken)
    (home / "token").write_text(broken)
    for auth in (TokenAuth(lambda: broken), TokenAuth(), TokenAuth(profile="work"), TokenAuth(token_file(home / "token"))):
        with pytest.raises(errors.ConfigurationError) as caught:
            await auth.api_headers()
        package = [frame for frame, _ in traceback.walk_tb(caught.value.__traceback__) if frame.f_code.co_filename != __file__]
        assert len(package) >= 2
        assert CANARY not in str(caught.value) + repr([frame.f_locals for frame in package])


async def test_a_token_file_is_read_again_when_it_has_changed(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text(f"\ufeff{TOKEN}\n")
    provider = token_file(path)
    assert (await provider()).reveal() == TOKEN
    path.write_text(OTHER)  # The same size, within the same tick of the file system's clock.
    assert (await provider()).reveal() == OTHER
    (tmp_path / "new").write_text(TOKEN)
    (tmp_path / "new").rename(path)
    assert (await provider()).reveal() == TOKEN


async def test_a_change_that_keeps_size_and_time_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text(TOKEN)
    os.utime(path, (1, 1))
    provider = token_file(path)
    await provider()
    path.write_text(OTHER)
    os.utime(path, (1, 1))
    assert (await provider()).reveal() == OTHER


async def test_a_token_file_below_changing_links_is_followed(tmp_path: Path) -> None:
    """Kubernetes replaces a mounted secret by turning a link to another directory."""
    for name, token in (("one", TOKEN), ("two", OTHER)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "token").write_text(token)
    (tmp_path / "data").symlink_to("one")
    provider = token_file(tmp_path / "data" / "token")
    assert (await provider()).reveal() == TOKEN
    (tmp_path / "next").symlink_to("two")
    (tmp_path / "next").rename(tmp_path / "data")
    assert (await provider()).reveal() == OTHER


@pytest.mark.parametrize("content", [None, b"", b"\xff\xfe", TOKEN[:50].encode(), f"{TOKEN}\n{OTHER}".encode(), b"x" * 100_000])
async def test_a_file_without_a_token_is_named_and_not_shown(tmp_path: Path, content: Any) -> None:
    path = tmp_path / "token"
    provider = token_file(path)
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(errors.ConfigurationError, match=f"the token file {path} ") as caught:
        await provider()
    assert "aaa" not in str(caught.value)
    path.write_text(TOKEN)
    assert (await provider()).reveal() == TOKEN
    path.write_text("")
    with pytest.raises(RuntimeError, match=f"the token file {path} does not hold a token"):
        await provider()


async def test_a_token_file_that_is_no_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe", "/dev/null"):
        with pytest.raises(errors.ConfigurationError, match="not a regular file"):
            await token_file(path)()


def test_the_arguments_of_token_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for wrong in (None, 5, b"x"):
        with pytest.raises(TypeError, match="path must be a string or a path"):
            token_file(wrong)
    with pytest.raises(ValueError, match="path must not be empty"):
        token_file("")
    monkeypatch.chdir(tmp_path)
    assert repr(token_file("token")) == f"token_file('{tmp_path}/token')"
    assert repr(pickle.loads(pickle.dumps(token_file("token")))) == f"token_file('{tmp_path}/token')"


@pytest.mark.skipif(sys.platform == "win32", reason="permissions")
async def test_asking_for_the_token_does_not_block_the_loop(tmp_path: Path) -> None:
    (tmp_path / "token").write_text(TOKEN)
    ticks = []

    async def tick() -> None:
        while True:
            ticks.append(None)
            await asyncio.sleep(0)

    task = asyncio.ensure_future(tick())
    await token_file(tmp_path / "token")()
    task.cancel()
    assert ticks
