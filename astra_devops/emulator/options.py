"""Reading the options of the programs: each function takes a text, and says in one sentence what is wrong with it."""

import math
from argparse import ArgumentTypeError


def port(text: str) -> int:
    """Read a port to listen on; 0 is any free one.

    Raises:
        ArgumentTypeError: it is none.
    """
    if not text.isdecimal() or int(text) > 65_535:
        raise ArgumentTypeError(f"must be from 0 to 65535, not {text}")
    return int(text)


def speed(text: str) -> float:
    """Read a factor.

    Raises:
        ArgumentTypeError: it is none, or not above zero.
    """
    factor = _number(text)
    if not 0 < factor < math.inf:
        raise ArgumentTypeError("must be above zero")
    return factor


def seconds(text: str) -> float:
    """Read a length of time.

    Raises:
        ArgumentTypeError: it is none.
    """
    length = _number(text)
    if not 0 <= length < math.inf:
        raise ArgumentTypeError("must not be negative")
    return length


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ArgumentTypeError(f"must be a number, not {text}") from None
