"""Which proxy a request goes through: the one that was given, or the environment's."""

from typing import Final
from urllib.parse import urlsplit
from urllib.request import getproxies_environment, proxy_bypass_environment  # type: ignore[attr-defined]

from astra_devops._runtime.checks import is_loopback, type_name
from astra_devops._secret import Secret
from astra_devops.errors import ConfigurationError

_SCHEMES: Final = ("http", "https")


def checked_proxy(proxy: str | Secret | None) -> Secret | None:
    """Check the address of a proxy when a client is made.

    Messages do not show it: it may hold a password.

    Raises:
        TypeError: It is not a string.
        ValueError: It is not the address of an http or https proxy.
    """
    if proxy is None:
        return None
    if not isinstance(proxy, str | Secret):
        raise TypeError(f"proxy must be a string or a Secret, not {type_name(proxy)}")
    # Only as a secret: a traceback with local variables would show the password.
    proxy = Secret((proxy.reveal() if isinstance(proxy, Secret) else proxy).strip())
    if problem := _problem(proxy):
        raise ValueError(f"proxy must be an http or https URL, such as http://proxy.example.com:3128: {problem}")
    return proxy


class EnvironmentProxies:
    """The proxies of the environment: ``HTTPS_PROXY``, ``HTTP_PROXY``, ``ALL_PROXY``, ``NO_PROXY``.

    The variables count in either case, and are read once, at the first request. This machine itself
    is never reached through a proxy.
    """

    def __init__(self) -> None:
        self._proxies: dict[str, str] | None = None
        self._by_origin: dict[str, Secret | None] = {}

    def proxy_for(self, origin: str) -> Secret | None:
        """Return the proxy for an origin, such as ``https://host``, or None to reach it directly.

        Raises:
            ConfigurationError: The variable that applies is not the address of an http or https
                proxy.
        """
        if origin not in self._by_origin:
            parts = urlsplit(origin)
            self._by_origin[origin] = self._find(parts.scheme, parts.hostname or "")
        return self._by_origin[origin]

    def _find(self, scheme: str, host: str) -> Secret | None:
        if self._proxies is None:
            self._proxies = getproxies_environment()
        kind = scheme if scheme in self._proxies else "all"
        if is_loopback(host) or kind not in self._proxies or proxy_bypass_environment(host, self._proxies):
            return None
        proxy = _with_scheme(self._proxies[kind].strip())
        if problem := _problem(proxy):
            raise ConfigurationError(
                f"the environment variable {kind.upper()}_PROXY must be an http or https URL: {problem}; "
                "change it, or make the client with trust_env=False"
            )
        return proxy


def _with_scheme(address: str) -> Secret:
    """Return the address of a proxy, which in the environment may have no scheme."""
    return Secret(address if "://" in address else f"http://{address}")


def _problem(proxy: Secret) -> str | None:
    """Return what is wrong with the address of a proxy, without showing it; None if nothing is."""
    address = proxy.reveal()
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return "its host or port cannot be read"
    if "://" not in address or not parts.scheme:
        return "it has no scheme"
    if parts.scheme.startswith("socks"):
        return f"{parts.scheme} is not supported"
    if parts.scheme not in _SCHEMES:
        return f"its scheme is {parts.scheme!r}"
    if not parts.hostname or any(character.isspace() for character in address):
        return "it has no host" if not parts.hostname else "it contains white space"
    return "its port is 0" if port == 0 else None
