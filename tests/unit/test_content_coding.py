"""Unpacking bodies: every form that servers send, a limit, and what is no such body."""

import gzip
import random
import zlib
from typing import Any

import pytest

from astra_devops._runtime.http.content_coding import unpack

pytestmark = pytest.mark.anyio

PLAIN = random.Random(7).randbytes(50_000)


def bare(body: bytes) -> bytes:
    compressor = zlib.compressobj(wbits=-15)
    return compressor.compress(body) + compressor.flush()


@pytest.mark.parametrize("plain", [b"[]", PLAIN])
@pytest.mark.parametrize(
    ("coding", "pack"),
    [("gzip", gzip.compress), ("X-GZIP ", gzip.compress), ("deflate", zlib.compress), ("deflate", bare), ("identity", bytes)],
)
async def test_a_body_is_unpacked(coding: str, pack: Any, plain: Any) -> None:
    assert await unpack(pack(plain), coding, 100_000) == plain


async def test_members_one_after_the_other_are_one_body_and_what_follows_is_dropped() -> None:
    assert await unpack(gzip.compress(b"one ") + gzip.compress(b"two") + b"\0\0", "gzip", 100) == b"one two"


async def test_a_body_is_unpacked_to_one_byte_more_than_its_limit() -> None:
    assert len(await unpack(gzip.compress(bytes(10_000_000)), "gzip", 1000)) == 1001
    assert len(await unpack(gzip.compress(PLAIN), "gzip", 1000)) == 1001
    assert len(await unpack(gzip.compress(b"12345") * 10, "gzip", 12)) == 13


async def test_a_body_that_was_cut_short_gives_what_there_is() -> None:
    part = await unpack(gzip.compress(PLAIN)[:-1000], "gzip", 100_000)
    assert 0 < len(part) < len(PLAIN)
    assert PLAIN.startswith(part)


@pytest.mark.parametrize(("coding", "body"), [("gzip", b"plain text"), ("br", b"x"), ("gzip, gzip", b"x")])
async def test_what_is_of_no_such_coding_is_refused(coding: str, body: bytes) -> None:
    with pytest.raises(ValueError, match="gzip"):
        await unpack(body, coding, 100)


async def test_nothing_stays_nothing() -> None:
    assert await unpack(b"", "gzip", 100) == b""
