"""Unpacking compressed bodies to a limited size."""

import asyncio
import zlib
from typing import Final

ACCEPT_ENCODING: Final = "gzip, deflate"
"""The codings that :func:`unpack` reads, for the header of that name."""

# What is smaller unpacks to a few megabytes at most, which takes the loop some milliseconds. What
# is larger goes to a thread.
_LARGEST_ON_LOOP: Final = 8 * 1024
# zlib's sign for "gzip or zlib, as the first bytes say", and that for a deflate stream without a
# header, which some servers send.
_GZIP_OR_ZLIB: Final = 47
_BARE_DEFLATE: Final = -15


async def unpack(packed: bytes, coding: str, limit: int) -> bytes:
    """Return a body in its plain form, or the first ``limit`` + 1 bytes of it.

    What was cut short gives what there is of it.

    Raises:
        ValueError: The coding is unknown, or the body is not of this coding.
    """
    coding = coding.strip().lower()
    if coding in ("", "identity") or not packed:
        return packed
    if coding not in ("gzip", "x-gzip", "deflate"):
        raise ValueError(f"its content coding is {coding[:40]!r}, and the client accepts {ACCEPT_ENCODING}")
    if len(packed) <= _LARGEST_ON_LOOP:
        return _unpacked(packed, coding, limit + 1)
    return await asyncio.to_thread(_unpacked, packed, coding, limit + 1)


def _unpacked(packed: bytes, coding: str, limit: int) -> bytes:
    wbits = _BARE_DEFLATE if coding == "deflate" and packed[0] & 0x0F != 8 else _GZIP_OR_ZLIB
    plain = b""
    try:
        # A gzip body may consist of several members.
        while packed and len(plain) < limit:
            member = zlib.decompressobj(wbits)
            plain += member.decompress(packed, limit - len(plain))
            packed = member.unused_data if member.unused_data.startswith(b"\x1f\x8b") else b""
    except zlib.error as error:
        raise ValueError(f"it is not {coding} ({error})") from None
    return plain
