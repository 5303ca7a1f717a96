"""Wrong settings are refused by name, before anything happens."""

import pytest

from astra_devops._runtime.settings import origin, user_agent
from astra_devops._runtime.token import TokenSource, from_profile
from astra_devops._secret import Secret
from astra_devops.client import AsyncAstraDevOps
from astra_devops.errors import ConfigurationError

TOKEN = "AstraCS:" + "c" * 24 + ":" + "a" * 64


@pytest.mark.parametrize(
    ("base_url", "result"),
    [
        (None, "https://api.astra.datastax.com"),
        ("https://proxy.example/astra/", "https://proxy.example/astra"),
        ("https://api.example/v2/", "https://api.example"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://[::1]:8080", "http://[::1]:8080"),
        ("http://localhost:1", "http://localhost:1"),
    ],
)
def test_origin(base_url, result):
    assert origin(base_url, "prod") == result


@pytest.mark.parametrize(
    "base_url", ["http://api.example", "http://127.0.0.1.example", "ftp://x", "api.example", "", "https://u:p@x", "https://x?y=1"]
)
def test_an_address_that_is_none_or_not_safe_is_refused(base_url):
    with pytest.raises(ValueError, match="base_url"):
        origin(base_url, "prod")


def test_an_unknown_environment_is_refused():
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
    ],
)
def test_the_client_names_the_setting_that_is_wrong(setting, value):
    with pytest.raises(ValueError, match=setting):
        AsyncAstraDevOps(TOKEN, **{setting: value})


def test_wrong_types_are_type_errors():
    with pytest.raises(TypeError, match="timeout"):
        AsyncAstraDevOps(TOKEN, timeout="60")
    with pytest.raises(TypeError, match="token"):
        AsyncAstraDevOps(7)


@pytest.mark.parametrize(
    "token", ["", "hunter2", TOKEN + "a", TOKEN[:-1], TOKEN.lower(), TOKEN.replace("c", " "), "AstraCS:hunter2:hunter2"]
)
def test_a_malformed_token_is_refused_and_not_shown(token):
    with pytest.raises(ConfigurationError) as caught:
        AsyncAstraDevOps(token)
    assert token == "" or token not in str(caught.value)


def test_token_and_profile_exclude_each_other():
    with pytest.raises(ValueError, match="token or profile"):
        AsyncAstraDevOps(TOKEN, profile="work")


@pytest.mark.anyio
async def test_a_provider_is_asked_for_each_call():
    asked = []

    async def provider() -> Secret:
        asked.append(1)
        return Secret(TOKEN)

    source = TokenSource(provider)
    assert [await source.reveal(), await source.reveal()] == [TOKEN, TOKEN]
    assert len(asked) == 2
    assert TOKEN not in repr(source)


@pytest.mark.anyio
async def test_the_environment_comes_before_the_default_profile_and_after_a_named_one(monkeypatch, tmp_path):
    other = TOKEN.replace("a" * 64, "b" * 64)
    (tmp_path / ".astrarc").write_text(f"[work]\nASTRA_DB_APPLICATION_TOKEN = {other}\n[default]\nASTRA_DB_APPLICATION_TOKEN={other}\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("ASTRA_DB_APPLICATION_TOKEN", TOKEN)
    assert await TokenSource().reveal() == TOKEN
    assert await TokenSource(profile="work").reveal() == other
    monkeypatch.delenv("ASTRA_DB_APPLICATION_TOKEN")
    assert await TokenSource().reveal() == other


def test_a_missing_or_broken_profile_is_told_without_its_content(tmp_path):
    path = tmp_path / ".astrarc"
    with pytest.raises(ConfigurationError, match="does not exist"):
        from_profile(None, path)
    path.write_text("hunter2")
    with pytest.raises(ConfigurationError, match="ini file") as caught:
        from_profile(None, path)
    assert "hunter2" not in str(caught.value)
    path.write_text("[default]\nASTRA_DB_APPLICATION_TOKEN=hunter2")
    with pytest.raises(ConfigurationError, match="shape") as caught:
        from_profile(None, path)
    assert "hunter2" not in str(caught.value)
    with pytest.raises(ConfigurationError, match="profile 'work'"):
        from_profile("work", path)


def test_user_agent():
    assert user_agent("1.0", None) == "astra-devops/1.0"
    assert user_agent("1.0", "shop/2") == "astra-devops/1.0 shop/2"
