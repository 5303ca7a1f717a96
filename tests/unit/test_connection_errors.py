"""What an exception of aiohttp means for a request."""

import ssl
from typing import Any

import aiohttp
from aiohttp.client_reqrep import ConnectionKey

from astra_devops._runtime.http.connection_errors import failure
from astra_devops._runtime.outcome import NotSent


def test_an_untrusted_certificate_is_final_and_the_reason_says_what_to_set() -> None:
    make_key: Any = ConnectionKey
    key = make_key(**{**dict.fromkeys(ConnectionKey._fields), "host": "api.example.com", "port": 443, "is_ssl": True})
    error = aiohttp.ClientConnectorCertificateError(key, ssl.SSLCertVerificationError("unable to get local issuer certificate"))
    outcome = failure(error, "proxy.example.com:3128")
    assert isinstance(outcome, NotSent)
    assert outcome.final
    assert "unable to get local issuer certificate" in outcome.reason
    assert "(through the proxy proxy.example.com:3128); where a company inspects TLS, SSL_CERT_FILE must name" in outcome.reason
