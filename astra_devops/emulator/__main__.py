"""The emulator as a program: ``python -m astra_devops.emulator``."""

import argparse
import asyncio
import json
import math
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from astra_devops.emulator import state_files
from astra_devops.emulator.app import Emulator
from astra_devops.emulator.clock import Clock, RealClock, ScaledClock, VirtualClock
from astra_devops.emulator.faults import Faults


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until SIGINT or SIGTERM. Once it listens, print one line of JSON with the URL and a token."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    if given[:1] in (["record"], ["replay"]):
        from astra_devops.emulator import commands

        return commands.main(given)
    parser = _parser()
    options = parser.parse_args(given)
    emulator = _emulator(parser, options)
    try:
        asyncio.run(_serve(emulator))
    except OSError as problem:
        return _complain(f"Cannot listen on {options.host}:{options.port}: {problem.strerror}")
    if options.state is not None:
        try:
            state_files.write(options.state, emulator.snapshot())
        except OSError as problem:
            return _complain(f"Cannot write {options.state}: {problem.strerror}")
    return 0


def _emulator(parser: argparse.ArgumentParser, options: argparse.Namespace) -> Emulator:
    """Make the emulator, or end the program over a file that cannot be read."""
    try:
        faults = None if options.faults is None else Faults.load(options.faults, seed=options.seed)
    except (ImportError, OSError, ValueError) as problem:
        parser.error(f"--faults: {problem}")
    clock = _clock(options)
    place = {"host": options.host, "port": options.port, "seed": options.seed}
    try:
        state = None if options.state is None else state_files.read(options.state)
        return Emulator(clock=clock, **place, latency=options.latency, faults=faults, state=state)
    except (OSError, ValueError) as problem:
        parser.error(f"--state: {options.state}: {problem}")


async def _serve(emulator: Emulator) -> None:
    loop, over = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, over.set)
    async with emulator:
        print(json.dumps({"url": emulator.url, "token": emulator.token}), flush=True)
        await over.wait()


def _clock(options: argparse.Namespace) -> Clock:
    match options.clock:
        case "virtual":
            return VirtualClock()
        case "real":
            return RealClock()
        case _:
            return ScaledClock(options.speed)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m astra_devops.emulator",
        description="Serve the Astra DevOps API from memory. Once it listens, one line of JSON says the URL and a token.",
        epilog="SIGINT and SIGTERM stop it.",
    )
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=0, help="the port to listen on; 0, the default, takes a free one")
    parser.add_argument(
        "--clock",
        choices=("scaled", "real", "virtual"),
        default="scaled",
        help="the time it goes by: the machine's, a faster one, or one that skips every wait (default: %(default)s)",
    )
    parser.add_argument(
        "--speed", type=_speed, default=1.0, help="how many times as fast as real time the scaled clock runs (default: %(default)s)"
    )
    parser.add_argument("--latency", type=_seconds, default=0.0, help="seconds of the clock that each answer takes (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="where ids, tokens and the chances of faults come from (default: %(default)s)")
    parser.add_argument("--faults", type=Path, metavar="FILE", help="what shall go wrong: a file of YAML or JSON")
    parser.add_argument(
        "--state", type=Path, metavar="FILE", help="begin with the state in this file, if there is one, and write it when stopped"
    )
    return parser


def _speed(text: str) -> float:
    speed = float(text)
    if not 0 < speed < math.inf:
        raise argparse.ArgumentTypeError("must be above zero")
    return speed


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 <= seconds < math.inf:
        raise argparse.ArgumentTypeError("must not be negative")
    return seconds


def _complain(message: str) -> int:
    print(message, file=sys.stderr)
    return 1


if __name__ == "__main__":
    raise SystemExit(main())
