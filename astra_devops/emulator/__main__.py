"""The emulator as a program: ``python -m astra_devops.emulator``.

``record`` and ``replay``, its two further commands, are in ``commands``.
"""

import argparse
import asyncio
import json
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from astra_devops.emulator import options
from astra_devops.emulator.app import Emulator
from astra_devops.emulator.faults.faults import Faults
from astra_devops.emulator.saving import files
from astra_devops.emulator.time.clock import ScaledClock

_COMMANDS: Final = ("record", "replay")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the emulator until SIGINT or SIGTERM, and return its exit status.

    Once it listens, it prints one line of JSON: the URL and a token.
    """
    words = sys.argv[1:] if arguments is None else list(arguments)
    if words and words[0] in _COMMANDS:
        from astra_devops.emulator import commands

        return commands.main(words)
    parser = _parser()
    chosen = parser.parse_args(words)
    emulator = _emulator(parser, chosen)
    try:
        asyncio.run(_serve(emulator))
    except OSError as error:
        return _fail(f"Cannot listen on {chosen.host}:{chosen.port}: {error.strerror}")
    if chosen.state is not None:
        try:
            files.write(chosen.state, emulator.snapshot())
        except OSError as error:
            return _fail(f"Cannot write {chosen.state}: {error.strerror}")
    return 0


def _emulator(parser: argparse.ArgumentParser, chosen: argparse.Namespace) -> Emulator:
    """Create the emulator, or exit if a file cannot be read."""
    try:
        faults = None if chosen.faults is None else Faults.load(chosen.faults, seed=chosen.seed)
    except (ImportError, OSError, ValueError) as error:
        parser.error(f"--faults: {error}")
    place = {"host": chosen.host, "port": chosen.port, "seed": chosen.seed}
    try:
        if chosen.state is not None:
            files.check_writable(chosen.state)
        state = None if chosen.state is None else files.read(chosen.state)
        return Emulator(clock=ScaledClock(chosen.speed), **place, latency=chosen.latency, faults=faults, state=state)
    except (OSError, ValueError) as error:
        parser.error(f"--state: {chosen.state}: {error}")


async def _serve(emulator: Emulator) -> None:
    loop, stopped = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    async with emulator:
        print(json.dumps({"url": emulator.url, "token": emulator.token}), flush=True)
        await stopped.wait()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m astra_devops.emulator",
        description="Serve the Astra DevOps API from memory. Once it listens, it prints one line of JSON: the URL and a token.",
        epilog="SIGINT and SIGTERM stop it. There are two more commands, each with its own --help: 'record' records the real service, "
        "'replay' answers from a recording.",
    )
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=options.port, default=0, help="the port to listen on (default: 0, which picks a free one)")
    parser.add_argument(
        "--speed", type=options.speed, default=1.0, help="how many times faster than real time the clock runs (default: %(default)s)"
    )
    parser.add_argument(
        "--latency", type=options.seconds, default=0.0, help="how many seconds of that clock each answer takes (default: %(default)s)"
    )
    parser.add_argument("--seed", type=int, default=0, help="the seed for ids, tokens and random faults (default: %(default)s)")
    parser.add_argument("--faults", type=Path, metavar="FILE", help="the faults to cause: a YAML or JSON file")
    parser.add_argument(
        "--state", type=Path, metavar="FILE", help="start with the state in this file, if it exists, and write it again when stopped"
    )
    return parser


def _fail(message: str) -> int:
    print(message, file=sys.stderr)
    return 1


if __name__ == "__main__":
    raise SystemExit(main())
