"""The options of commands that say which service to use, with which token."""

import argparse
from typing import Any, Final

from astra_devops._runtime.settings import ORIGINS

_NAMES: Final = ("profile", "environment", "base_url", "allow_http")


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options to a command."""
    parser.add_argument("--profile", help="section of ~/.astrarc from which to take the token")
    parser.add_argument("--environment", choices=[*ORIGINS], help="environment of the service (default: that of the profile, or prod)")
    parser.add_argument("--base-url", metavar="URL", help="URL of the API, such as that of an emulator")
    parser.add_argument("--allow-http", action="store_true", help="permit plain http to another machine, such as an emulator's")


def settings_of(options: argparse.Namespace) -> dict[str, Any]:
    """Return the settings of a client for the options of a command."""
    return {name: getattr(options, name) for name in _NAMES}
