"""What an exception of aiohttp means: the request was not sent, or its answer was lost.

Also the reason in words, without any password.
"""

import re
import ssl
from typing import Final

import aiohttp
from yarl import URL

from astra_devops._runtime.outcome import Lost, NotSent
from astra_devops._secret import printable, redact

# aiohttp's parser quotes what it cannot parse, and a proxy or a service may echo a secret there.
_QUOTED: Final = r"(?s)[\n'\"].*"
_LONGEST_REASON: Final = 500
# Statuses of a proxy that may pass. Others say that the proxy does not serve this client.
_PASSING: Final = frozenset({408, 425, 429, 500, 502, 503, 504})

_NOT_SENT: Final = (
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.ClientHttpProxyError,
    aiohttp.ServerFingerprintMismatch,
    aiohttp.InvalidURL,
    ssl.CertificateError,
)
_FINAL: Final = (aiohttp.ClientConnectorCertificateError, aiohttp.ServerFingerprintMismatch, aiohttp.InvalidURL, ssl.CertificateError)
_INSPECTION: Final = "; where a company inspects TLS, SSL_CERT_FILE must name a file with its certificate authority"
_CONNECT: Final = aiohttp.BaseConnector.connect.__code__


def failure(error: BaseException, proxy: str | None) -> NotSent | Lost:
    """Return what an exception that ended a request means for it.

    ``proxy`` is what :func:`place_of` returns for the proxy, if the request went through one.
    """
    if not was_not_sent(error):
        return Lost(reason_of(error))
    if isinstance(error, aiohttp.ClientHttpProxyError) and proxy is not None:
        return refusal_of_proxy(proxy, error.status, error.message)
    through = "" if proxy is None else f" (through the proxy {proxy})"
    advice = _INSPECTION if isinstance(error, aiohttp.ClientConnectorCertificateError) else ""
    return NotSent(reason_of(error) + through + advice, final=_is_final(error))


def refusal_of_proxy(proxy: str, status: int, text: str | None) -> NotSent:
    """Return the failure of a request that the proxy refuses to pass on."""
    advice = "; the URL of the proxy may contain a user name and a password" if status == 407 else ""
    words = printable(redact(text or ""))[:_LONGEST_REASON]
    return NotSent(f"the proxy {proxy} answered {status} {words}".rstrip() + advice, final=status not in _PASSING)


def place_of(proxy: URL | None) -> str | None:
    """Return the host and port of a proxy."""
    return None if proxy is None else f"{proxy.host_subcomponent}:{proxy.port}"


def was_not_sent(error: BaseException) -> bool:
    """Return whether an exception arose before the first byte of the request left.

    This is so for what arises in making a connection, which includes the exchange with a proxy.
    """
    if isinstance(error, _NOT_SENT):
        return True
    traceback = error.__traceback__
    while traceback is not None and traceback.tb_frame.f_code is not _CONNECT:
        traceback = traceback.tb_next
    return traceback is not None


def reason_of(error: BaseException) -> str:
    """Return an exception in words, on one line and without secrets."""
    text = str(error)
    match error:
        case aiohttp.ClientHttpProxyError():
            text = f"{error.status} {error.message}"
        case aiohttp.ClientResponseError():
            text = re.sub(_QUOTED, "", error.message.strip()).strip(" :")
        case aiohttp.ServerDisconnectedError() if not isinstance(error.message, str):
            text = "Server disconnected in the head of its answer"
    text = printable(redact(" ".join(text.split())))[:_LONGEST_REASON]
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _is_final(error: BaseException) -> bool:
    """Return whether another attempt would end the same way."""
    if isinstance(error, _FINAL):
        return True
    if isinstance(error, aiohttp.ClientHttpProxyError):
        return error.status not in _PASSING
    # A handshake that ends with the connection may have met a restart; what speaks another protocol
    # goes on to do so.
    cause = error.os_error if isinstance(error, aiohttp.ClientConnectorSSLError) else None
    return isinstance(cause, ssl.SSLError) and not isinstance(cause, ssl.SSLEOFError | ssl.SSLZeroReturnError | ssl.SSLSyscallError)


def without_frames(error: BaseException, handled_before: BaseException | None) -> None:
    """Take aiohttp's frames off an exception that passes through, such as a cancellation.

    Their local variables hold headers and body, and debuggers show them. ``handled_before`` is the
    exception that was being handled when the request began: it belongs to the caller.
    """
    error.__traceback__ = None
    error.__cause__ = None
    error.__context__ = None if handled_before is error else handled_before
