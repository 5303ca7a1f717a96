"""Secrets that come back in an answer are masked in every form."""

import asyncio
import base64
import html
import json
import traceback
from urllib.parse import quote, quote_plus

import pytest

from astra_devops import AsyncAstraDevOps, errors
from astra_devops._secret import MASK, redact

PASSWORD = "can\"ary <PASS>\\x&7'ß"
DIGEST = "0123456789abcdef" * 4


@pytest.mark.parametrize(
    "form",
    [
        PASSWORD,
        quote(PASSWORD),
        quote(PASSWORD, safe=""),
        quote_plus(PASSWORD),
        "can%22ary%20%3cPASS%3e%5cx%267%27%c3%9f",
        html.escape(PASSWORD),
        json.dumps(PASSWORD)[1:-1],
        json.dumps(json.dumps(PASSWORD))[1:-1],
        repr(PASSWORD)[1:-1],
        base64.b64encode(PASSWORD.encode()).decode(),
        base64.urlsafe_b64encode(PASSWORD.encode()).decode(),
    ],
)
def test_a_password_is_masked_however_it_is_escaped(form: str) -> None:
    text = redact(f"password {form} is refused", [PASSWORD])
    assert MASK in text
    assert "ary" not in text


@pytest.mark.parametrize("part", [f"AstraCS:abc:{DIGEST}", f"CS:abc:{DIGEST}", DIGEST, f"AstraCS%3Aabc%3A{DIGEST}"])
def test_a_part_of_a_token_is_masked(part: str) -> None:
    assert DIGEST not in redact(f"token {part} is unknown")


@pytest.mark.parametrize(
    "signature",
    ["X-Amz-Signature=", "X-Goog-Signature=", "X-Goog-Credential=", "sig=", "Signature=", "AWSAccessKeyId=", "Key-Pair-Id="],
)
@pytest.mark.parametrize("escapes", [0, 1, 2])
def test_what_signs_an_address_is_masked(signature: str, escapes: int) -> None:
    address = f"https://bundles.example/b.zip?a=1&{signature}canary%2Bvalue&expires=5"
    for _ in range(escapes):
        address = quote(address, safe="")
    text = redact(f"<Resource>{address}</Resource>")
    assert "canary" not in text
    assert "expires" in text


def test_a_provider_that_returns_bytes_does_not_show_them() -> None:
    canary = f"AstraCS:{'c' * 24}:{DIGEST}".encode()

    async def call() -> None:
        async with AsyncAstraDevOps(lambda: canary, base_url="http://127.0.0.1:1") as astra:  # type: ignore[arg-type,return-value]
            await astra.roles.list()

    with pytest.raises(errors.ConfigurationError, match="not bytes") as caught:
        asyncio.run(call())
    own = [
        frame
        for frame in traceback.TracebackException.from_exception(caught.value, capture_locals=True).stack
        if "/astra_devops/" in frame.filename
    ]
    assert DIGEST not in "".join(str(frame.locals) for frame in own)


def test_a_refused_option_can_be_shown_with_local_variables() -> None:
    astra = AsyncAstraDevOps(f"AstraCS:{'c' * 24}:{DIGEST}")
    with pytest.raises(ValueError, match="timeout") as caught:
        astra.with_options(timeout=-1)
    shown = traceback.TracebackException.from_exception(caught.value, capture_locals=True).format()
    assert DIGEST not in "".join(shown)
