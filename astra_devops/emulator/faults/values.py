"""The arguments of faults: their checks, and the answers that are made of them."""

import math
from typing import Final

from astra_devops._json_bytes import codec
from astra_devops.emulator.replies import JSON, Reply

EDGE_PAGE: Final = (
    b"<html>\r\n<head><title>%d</title></head>\r\n<body><center><h1>The edge has no answer</h1></center></body>\r\n</html>\r\n"
)


def not_negative(name: str, number: float) -> float:
    """Check a finite number of at least 0."""
    if isinstance(number, bool) or not isinstance(number, int | float) or not 0 <= number < math.inf:
        raise ValueError(f"{name} must be a finite number of at least 0, not {number!r}")
    return number


def positive(name: str, number: float) -> float:
    """Check a finite number above 0."""
    if not_negative(name, number) == 0:
        raise ValueError(f"{name} must be above 0; to refuse all requests, use rate_limit(..., times=None)")
    return number


def too_many(retry_after: str | float | None) -> Reply:
    """Return the answer 429."""
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    return Reply(429, encode({"errors": [{"message": "rate limit exceeded"}]}), JSON, headers)


def encode(body: object) -> bytes:
    """Return a body as bytes: JSON, unless it is bytes or a string. None is an empty body."""
    if body is None:
        return b""
    if isinstance(body, str):
        return body.encode()
    return bytes(body) if isinstance(body, bytes | bytearray) else codec.dumps(body)


def is_database_id(target: str) -> bool:
    """Return whether a target is the id of a database instead of an operation."""
    return len(target) == 36 and target.count("-") == 4
