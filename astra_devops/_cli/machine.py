"""What can be checked without a request: versions, the proxy of the environment, and TLS."""

import os
import platform
import ssl
from importlib import metadata
from typing import Final
from urllib.parse import urlsplit

from astra_devops._cli.findings import Finding
from astra_devops._runtime.checks import is_loopback
from astra_devops._runtime.http.proxies import EnvironmentProxies
from astra_devops._version import VERSION
from astra_devops.errors import ConfigurationError

_PACKAGES: Final = ("aiohttp", "anyio", "attrs", "backoff", "cattrs", "orjson", "opentelemetry-api")


def versions() -> Finding:
    """Return the versions of Python and of what the client uses."""
    found = {"astra-devops": VERSION, "python": platform.python_version(), "openssl": ssl.OPENSSL_VERSION}
    found |= {name: version for name in _PACKAGES if (version := _version(name)) is not None}
    system = f"{platform.system()} {platform.machine()}"
    packages = ", ".join(f"{name} {found[name]}" for name in _PACKAGES if name in found)
    text = f"astra-devops {VERSION}, Python {found['python']} on {system}, {packages}"
    return Finding(check="versions", result="ok", text=text, details={**found, "system": system})


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def proxy(origin: str) -> Finding:
    """Return which proxy of the environment requests go through."""
    try:
        address = EnvironmentProxies().proxy_for(origin)
    except ConfigurationError as error:
        return Finding(check="proxy", result="failed", text=str(error), advice="correct or unset the variable")
    if address is None:
        return Finding(check="proxy", result="ok", text="none is used", details={"proxy": None})
    parts = urlsplit(address.reveal())
    place = f"{parts.scheme}://{parts.hostname}:{parts.port or (443 if parts.scheme == 'https' else 80)}"
    return Finding(check="proxy", result="ok", text=f"{place}, from the environment", details={"proxy": place})


def tls(origin: str) -> Finding:
    """Return by which certificate authorities the service is verified, after it has answered."""
    parts = urlsplit(origin)
    if parts.scheme == "http":
        text = "none: plain http, so the token is sent unencrypted"
        if is_loopback(parts.hostname or ""):
            return Finding(check="tls", result="ok", text=text)
        return Finding(check="tls", result="warning", text=text, advice="use it with an emulator only")
    return Finding(check="tls", result="ok", text=f"the certificate is trusted ({authorities()})", details={"openssl": ssl.OPENSSL_VERSION})


def authorities() -> str:
    """Return where the trusted certificate authorities come from."""
    paths = ssl.get_default_verify_paths()
    for variable, kind in ((paths.openssl_cafile_env, "file"), (paths.openssl_capath_env, "directory")):
        if value := os.environ.get(variable):
            return f"authorities: {variable}={value}, a {kind} that {'exists' if os.path.exists(value) else 'does not exist'}"
    return f"authorities: {paths.cafile or paths.capath or 'those of the system'}"
