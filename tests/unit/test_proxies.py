"""Proxies: what is accepted, what the environment says, and that no message shows one."""

import pytest

from astra_devops import Secret, errors
from astra_devops._runtime.http.proxies import EnvironmentProxies, checked_proxy


def clear(monkeypatch: pytest.MonkeyPatch, **variables: str) -> EnvironmentProxies:
    for name in ("http", "https", "all", "no"):
        monkeypatch.delenv(f"{name}_proxy", raising=False)
        monkeypatch.delenv(f"{name}_proxy".upper(), raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return EnvironmentProxies()


@pytest.mark.parametrize(
    "address", ["http://proxy:3128", "https://ann:CANARY@proxy.example.com", Secret("http://[::1]:8080"), " http://p:1\n"]
)
def test_an_address_of_an_http_proxy_is_accepted(address: str | Secret) -> None:
    assert isinstance(checked_proxy(address), Secret)


@pytest.mark.parametrize(
    "address",
    [
        "CANARY:3128",
        "127.0.0.1:3128",
        "http://me:CANARY@[bad",
        "http://",
        "socks5://CANARY:1",
        "ftp://CANARY",
        "http://CANARY:99999",
        "http://a b",
    ],
)
def test_any_other_is_refused_without_being_shown(address: str) -> None:
    with pytest.raises(ValueError, match=r"^proxy must be an http or https URL") as caught:
        checked_proxy(address)
    assert "CANARY" not in str(caught.value)


def test_socks_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="socks5 is not supported"):
        checked_proxy("socks5://localhost:1080")


def found(proxies: EnvironmentProxies, scheme: str = "https", host: str = "api.astra.datastax.com") -> str | None:
    proxy = proxies.proxy_for(f"{scheme}://{host}")
    return proxy and proxy.reveal()


def test_the_environment_is_obeyed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert found(clear(monkeypatch)) is None
    assert found(clear(monkeypatch, HTTPS_PROXY="http://proxy:1")) == "http://proxy:1"
    assert found(clear(monkeypatch, https_proxy="proxy:1")) == "http://proxy:1"
    assert found(clear(monkeypatch, HTTP_PROXY="http://proxy:1")) is None
    assert found(clear(monkeypatch, ALL_PROXY="http://proxy:1")) == "http://proxy:1"
    assert found(clear(monkeypatch, HTTPS_PROXY="http://proxy:1", NO_PROXY=".datastax.com")) is None
    assert found(clear(monkeypatch, HTTPS_PROXY="http://proxy:1", NO_PROXY="*")) is None


def test_this_machine_is_reached_directly(monkeypatch: pytest.MonkeyPatch) -> None:
    proxies = clear(monkeypatch, HTTP_PROXY="http://proxy:1", ALL_PROXY="http://proxy:1")
    assert [found(proxies, "http", host) for host in ("127.0.0.1", "localhost", "[::1]:1")] == [None, None, None]


def test_a_variable_that_cannot_be_used_is_named_but_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    proxies = clear(monkeypatch, ALL_PROXY="socks5://me:CANARY@proxy:1")
    with pytest.raises(errors.ConfigurationError, match=r"ALL_PROXY .* socks5 is not supported; .*trust_env=False") as caught:
        found(proxies)
    assert "CANARY" not in str(caught.value)
