"""Command-line options, and parsers for their values."""

import math
from argparse import ArgumentParser, ArgumentTypeError
from typing import Final

from astra_devops.emulator.net import addresses
from astra_devops.emulator.state.tokens import checked_value

_HIGHEST_PORT: Final = 65_535


def add_allow_host(parser: ArgumentParser) -> None:
    """Add the option that all commands have that listen."""
    parser.add_argument(
        "--allow-host",
        type=host,
        action="append",
        default=[],
        metavar="NAME",
        help="a further name to answer to, where it listens on this machine only; may be repeated",
    )


def host(value: str) -> str:
    """Parse an address or a host name.

    Raises:
        ArgumentTypeError: It is neither.
    """
    try:
        return addresses.check_host(value, "it")
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from None


def port(value: str) -> int:
    """Parse a port to listen on; 0 is any free one.

    Raises:
        ArgumentTypeError: It is not a port.
    """
    if not value.isdecimal() or int(value) > _HIGHEST_PORT:
        raise ArgumentTypeError(f"must be from 0 to {_HIGHEST_PORT}, not {value}")
    return int(value)


def token(value: str) -> str:
    """Check a token.

    Raises:
        ArgumentTypeError: It is not of the form of the service's tokens. The message does not show
            it.
    """
    try:
        return checked_value(value)
    except ValueError as error:
        raise ArgumentTypeError(str(error).removeprefix("token ")) from None


def speed(value: str) -> float:
    """Parse how many times faster than real time a clock runs.

    Raises:
        ArgumentTypeError: It is not a finite number above zero.
    """
    factor = _number(value)
    if not 0 < factor < math.inf:
        raise ArgumentTypeError(f"must be finite and above zero, not {value}")
    return factor


def seconds(value: str) -> float:
    """Parse a number of seconds.

    Raises:
        ArgumentTypeError: It is not a finite number, or negative.
    """
    length = _number(value)
    if not 0 <= length < math.inf:
        raise ArgumentTypeError(f"must be a finite number of at least 0, not {value}")
    return length


def _number(value: str) -> float:
    try:
        return float(value)
    except ValueError:
        raise ArgumentTypeError(f"must be a number, not {value}") from None
