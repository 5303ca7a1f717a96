"""Wrong settings are refused when a client is created, by the name of the argument."""

import traceback
from pathlib import Path
from typing import Any

import pytest

from astra_devops import AstraDevOps
from astra_devops._runtime.auth.token import TokenAuth
from astra_devops._runtime.settings import origin, user_agent
from astra_devops._secret import Secret
from astra_devops.client import AsyncAstraDevOps
from astra_devops.errors import ConfigurationError

TOKEN = "AstraCS:" + "c" * 24 + ":" + "a" * 64
OTHER = "AstraCS:" + "c" * 24 + ":" + "b" * 64


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@pytest.mark.parametrize(
    ("base_url", "result"),
    [
        (None, "https://api.astra.datastax.com"),
        ("https://proxy.example/astra/", "https://proxy.example/astra"),
        ("https://api.example/v2/", "https://api.example"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://[::1]:8080", "http://[::1]:8080"),
        ("http://localhost:1", "http://localhost:1"),
        (" https://api.example\n", "https://api.example"),
    ],
)
def test_origin(base_url: str | None, result: str) -> None:
    assert origin(base_url, "prod") == result


@pytest.mark.parametrize(
    "base_url",
    [
        "http://api.example",
        "http://127.0.0.1.example",
        "ftp://x",
        "api.example",
        "",
        "https://u:p@x",
        "https://u@x",
        "https://x?y=1",
        "http://localhost:99999",
        "http://localhost:0",
        "http://localhost:",
        "http://localhost:a",
        "https://exa mple.com",
        "http://127.0.0.1:1/\r\nX: y",
        "https://api.example\\@evil.example",
        "https://[bad",
        "https://api.example/\x7f",
        "https://api,example",
        "https://ex\u00e4mple.com",
    ],
)
def test_a_url_that_is_malformed_or_not_safe_is_refused(base_url: str | None) -> None:
    with pytest.raises(ValueError, match="base_url"):
        origin(base_url, "prod")


def test_an_unknown_environment_is_refused() -> None:
    with pytest.raises(ValueError, match="environment"):
        origin(None, "production")


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("timeout", 0),
        ("timeout", -1),
        ("timeout", float("inf")),
        ("timeout", float("nan")),
        ("attempt_timeout", 0),
        ("max_connections", 0),
        ("base_url", "http://api.example"),
        ("user_agent_suffix", "a\nb"),
        ("environment", "moon"),
        ("proxy", "127.0.0.1:3128"),
        ("proxy", "socks5://127.0.0.1:1080"),
    ],
)
def test_the_client_names_the_wrong_setting(setting: str, value: Any) -> None:
    with pytest.raises(ValueError, match=setting):
        AsyncAstraDevOps(TOKEN, **{setting: value})


def test_wrong_types_are_type_errors() -> None:
    with pytest.raises(TypeError, match="timeout"):
        AsyncAstraDevOps(TOKEN, timeout="60")
    with pytest.raises(TypeError, match="token"):
        AsyncAstraDevOps(7)
    for setting, value in {"ssl_context": False, "session_factory": 5, "trust_env": "no", "allow_http": 1, "proxy": 3128}.items():
        with pytest.raises(TypeError, match=rf"^{setting} must be"):
            AsyncAstraDevOps(TOKEN, **{setting: value})


def test_plain_http_to_a_named_host_must_be_allowed_and_warns_in_the_line_that_makes_the_client() -> None:
    for cls in (AsyncAstraDevOps, AstraDevOps):
        with pytest.warns(UserWarning, match=r"sent to emulator unencrypted") as warnings:
            cls(TOKEN, base_url="http://emulator:8000", allow_http=True)
        assert [warning.filename for warning in warnings] == [__file__]
    assert origin("http://emulator:8000", "prod", allow_http=True) == "http://emulator:8000"


def test_no_warning_where_nothing_is_allowed_by_it() -> None:
    AsyncAstraDevOps(TOKEN, base_url="http://localhost:8000", allow_http=True)
    AsyncAstraDevOps(TOKEN, allow_http=True)


@pytest.mark.parametrize("headers", [{"X A": "b"}, {"": "b"}, {"X-\u00c4": "b"}, {"X-A": "b\x01"}, {"X-A": "\ud800"}, {"X-A:": "b"}])
def test_headers_that_cannot_be_sent_are_refused(headers: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"^headers(\[.*\])? must"):
        AsyncAstraDevOps(TOKEN).with_options(headers=headers)


@pytest.mark.parametrize("cls", [AsyncAstraDevOps, AstraDevOps])
@pytest.mark.parametrize(
    "settings", [{"timeout": 0}, {"proxy": "socks5://me:CANARY@proxy"}, {"proxy": "http://me:CANARY@proxy", "timeout": 0}]
)
def test_a_traceback_with_local_variables_shows_no_secret_of_a_refused_client(cls: type[Any], settings: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="must be") as caught:
        cls(TOKEN, **settings)
    stack = traceback.TracebackException.from_exception(caught.value, capture_locals=True).stack
    shown = [frame.locals for frame in stack if frame.filename != __file__]
    assert len(shown) >= 2
    assert "CANARY" not in str(shown)
    assert TOKEN not in str(shown)


@pytest.mark.parametrize(
    "token", ["", "hunter2", TOKEN + "a", TOKEN[:-1], TOKEN.lower(), TOKEN.replace("c", " "), "AstraCS:hunter2:hunter2"]
)
def test_a_malformed_token_is_refused_and_not_shown(token: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        AsyncAstraDevOps(token)
    assert token == "" or token not in str(caught.value)


def test_token_and_profile_exclude_each_other() -> None:
    with pytest.raises(ValueError, match="token and profile"):
        AsyncAstraDevOps(TOKEN, profile="work")


@pytest.mark.anyio
async def test_a_provider_is_called_for_each_call_of_the_client() -> None:
    calls = []

    async def provider() -> Secret:
        calls.append(1)
        return Secret(TOKEN)

    auth = TokenAuth(provider)
    first = await auth.api_headers()
    assert first == bearer(TOKEN)
    assert await auth.api_headers() is first
    assert len(calls) == 2
    assert TOKEN not in repr(auth) + repr(first)


@pytest.mark.anyio
async def test_a_pinned_token_stays_when_its_provider_moves_on() -> None:
    tokens = iter([TOKEN, OTHER])
    auth = TokenAuth(lambda: next(tokens))
    pinned = await auth.pinned()
    assert await auth.data_headers() == {"Token": OTHER}
    assert await pinned.data_headers() == {"Token": TOKEN}
    assert await pinned.client_id() == "c" * 24


@pytest.mark.anyio
async def test_the_environment_comes_before_the_default_profile_and_after_a_named_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".astrarc").write_text(f"[work]\nASTRA_DB_APPLICATION_TOKEN = {OTHER}\n[default]\nASTRA_DB_APPLICATION_TOKEN={OTHER}\n")
    (tmp_path / ".astrarc").chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("ASTRA_DB_APPLICATION_TOKEN", TOKEN)
    assert await TokenAuth().api_headers() == bearer(TOKEN)
    assert await TokenAuth(profile="work").api_headers() == bearer(OTHER)
    monkeypatch.delenv("ASTRA_DB_APPLICATION_TOKEN")
    assert await TokenAuth().api_headers() == bearer(OTHER)


def test_white_space_around_the_base_url_is_taken_off() -> None:
    assert origin(" https://example.com/v2\n", "prod") == "https://example.com"


def test_user_agent() -> None:
    assert user_agent("1.0", None) == "astra-devops/1.0"
    assert user_agent("1.0", "shop/2") == "astra-devops/1.0 shop/2"
