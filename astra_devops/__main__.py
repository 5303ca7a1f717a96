"""The program ``python -m astra_devops``: one module for each command."""

import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Final

_COMMANDS: Final = {
    "apply": ("desired.commands", "make the changes of a plan"),
    "doctor": ("_cli.doctor", "check token, permissions, connection and clock, and say what to do"),
    "drift": ("desired.commands", "list what differs from a declaration"),
    "export": ("desired.commands", "write the declaration of what is there"),
    "fleet": ("fleet.commands", "look at the journal of a fleet run, and continue it"),
    "plan": ("desired.commands", "compare a declaration with what is there"),
    "sweep": ("_cli.sweep", "terminate short-lived databases that have expired"),
    "temporary": ("_cli.temporary", "run a command with a database of its own"),
}
_WRONG: Final = 2


def main(words: Sequence[str]) -> int:
    """Run a command, and return its exit status. Each has a module with such a function."""
    name = words[0] if words else "--help"
    if name in _COMMANDS:
        command = import_module(f"astra_devops.{_COMMANDS[name][0]}")
        return int(command.main(words))
    if name == "--version":
        from astra_devops._version import VERSION

        print(VERSION)
    elif name in ("-h", "--help"):
        print(_help())
    else:
        accepted = f"it must be one of {', '.join(_COMMANDS)}; the emulator is python -m astra_devops.emulator"
        print(f"astra_devops: {name!r} is not a command; {accepted}", file=sys.stderr)
        return _WRONG
    return 0


def _help() -> str:
    commands = (f"  {name:10}{text}" for name, (_, text) in _COMMANDS.items())
    return "\n".join(
        [
            "usage: python -m astra_devops COMMAND [...]",
            "",
            "Tools for the SDK of the Astra DevOps API. Each command has its own --help.",
            "",
            *commands,
            "",
            "--version prints the version. The emulator is python -m astra_devops.emulator.",
        ]
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
