"""What only an answer of the service shows: connection, token, clock, permissions."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from astra_devops import errors
from astra_devops._cli import machine
from astra_devops._cli.findings import Finding
from astra_devops._runtime.caller import Caller
from astra_devops.client import AsyncAstraDevOps
from astra_devops.resources._identity.permissions import own_policies

# Seconds. The service sends its time without fractions.
_TOLERATED_SKEW: Final = 30.0
_NAME: Final = ("dns", "name resolution", "name or service", "nodename", "getaddrinfo")


async def findings(astra: AsyncAstraDevOps, origin: str) -> list[Finding]:
    """Send a request that any token may send, and return what its answer shows."""
    began = datetime.now(UTC)
    try:
        answer = await astra.request("getCurrentOrganization")
    except errors.AuthenticationError as error:
        refused = Finding(
            check="accepted",
            result="failed",
            text=f"the service refuses the token: {error}",
            advice="create a token in the Astra Portal, or select the environment that this one belongs to with --environment",
        )
        return [_reached(origin), machine.tls(origin), refused, *_clock(error.headers, began)]
    except errors.PermissionDeniedError as error:
        headers: Mapping[str, str] = error.headers
    except errors.AstraDevOpsError as error:
        return [_not_reached(origin, error)]
    else:
        headers = answer.headers
    accepted = Finding(check="accepted", result="ok", text="the service accepts the token")
    return [_reached(origin), machine.tls(origin), accepted, *_clock(headers, began), await _permissions(astra._caller)]


def _reached(origin: str) -> Finding:
    return Finding(check="connection", result="ok", text=f"{origin} answers", details={"url": origin})


def _not_reached(origin: str, error: errors.AstraDevOpsError) -> Finding:
    return Finding(
        check="connection", result="failed", text=f"{origin}: {error}", advice=_advice(str(error).lower()), details={"url": origin}
    )


def _advice(text: str) -> str:
    if "certificate" in text:
        return (
            "the certificate is not trusted; where a proxy or a company inspects TLS, set SSL_CERT_FILE to a file with its authority "
            f"({machine.authorities()})"
        )
    if any(word in text for word in _NAME):
        return "the name of the host is not known here; check the network, VPN and DNS, or set HTTPS_PROXY"
    if "proxy" in text:
        return "check HTTPS_PROXY and NO_PROXY, and that the proxy permits this host"
    if "wrong_version_number" in text or "wrong version number" in text:
        return "what answers there does not speak TLS; check the URL and the port"
    return "check the network, firewall, VPN and proxy (HTTPS_PROXY), and the status page of the service"


def _clock(headers: Mapping[str, str], began: datetime) -> list[Finding]:
    """Compare the clock of this machine with the header Date, if the answer has one."""
    try:
        there = parsedate_to_datetime(next(value for name, value in headers.items() if name.lower() == "date"))
    except (StopIteration, TypeError, ValueError):
        return [Finding(check="clock", result="skipped", text="the answer does not have a time")]
    now = datetime.now(UTC)
    there = there if there.tzinfo else there.replace(tzinfo=UTC)
    # The service has written the time somewhere between the two, rounded down.
    skew = (now - there).total_seconds() if now < there else max((began - there).total_seconds() - 1, 0.0)
    details = {"skew_seconds": round(skew, 1)}
    if abs(skew) <= _TOLERATED_SKEW:
        return [Finding(check="clock", result="ok", text="this machine's clock agrees with the service's", details=details)]
    text = f"this machine's clock is {abs(skew):.0f} s {'ahead of' if skew > 0 else 'slower than'} the service's"
    return [
        Finding(
            check="clock", result="warning", text=text, advice="synchronize it: links to downloads are valid for minutes", details=details
        )
    ]


async def _permissions(caller: Caller) -> Finding:
    try:
        policies = await own_policies(caller)
    except errors.AstraDevOpsError as error:
        return Finding(check="permissions", result="warning", text=f"cannot be read: {error}")
    granted = sorted({str(action) for policy in policies if policy is not None and policy.effect == "allow" for action in policy.actions})
    if None in policies:
        advice = "a token may look up its own with org-token-read and org-role-read; calls work without them"
        text = f"not revealed to this token{', besides ' + _names(granted) if granted else ''}"
        return Finding(check="permissions", result="skipped", text=text, advice=advice, details={"permissions": granted, "complete": False})
    if not granted:
        advice = "assign a role to it in the Astra Portal, or create a token with one"
        return Finding(check="permissions", result="warning", text="the token has none", advice=advice, details={"permissions": []})
    return Finding(check="permissions", result="ok", text=_names(granted), details={"permissions": granted, "complete": True})


def _names(granted: list[str]) -> str:
    return f"{len(granted)}: {', '.join(granted)}"
