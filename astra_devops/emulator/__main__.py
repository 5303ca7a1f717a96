"""The emulator as a program: ``python -m astra_devops.emulator``."""

import argparse
import asyncio
import json
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from astra_devops.emulator import options
from astra_devops.emulator.app import Emulator
from astra_devops.emulator.faults.faults import Faults
from astra_devops.emulator.saving import files
from astra_devops.emulator.time.clock import ScaledClock


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until SIGINT or SIGTERM.

    Once it listens, print one line of JSON with the URL and a token.
    """
    given = sys.argv[1:] if arguments is None else list(arguments)
    if given[:1] in (["record"], ["replay"]):
        from astra_devops.emulator import commands

        return commands.main(given)
    parser = _parser()
    chosen = parser.parse_args(given)
    emulator = _emulator(parser, chosen)
    try:
        asyncio.run(_serve(emulator))
    except OSError as problem:
        return _complain(f"Cannot listen on {chosen.host}:{chosen.port}: {problem.strerror}")
    if chosen.state is not None:
        try:
            files.write(chosen.state, emulator.snapshot())
        except OSError as problem:
            return _complain(f"Cannot write {chosen.state}: {problem.strerror}")
    return 0


def _emulator(parser: argparse.ArgumentParser, chosen: argparse.Namespace) -> Emulator:
    """Make the emulator, or end the program over a file that cannot be read."""
    try:
        faults = None if chosen.faults is None else Faults.load(chosen.faults, seed=chosen.seed)
    except (ImportError, OSError, ValueError) as problem:
        parser.error(f"--faults: {problem}")
    place = {"host": chosen.host, "port": chosen.port, "seed": chosen.seed}
    try:
        if chosen.state is not None:
            files.check(chosen.state)
        state = None if chosen.state is None else files.read(chosen.state)
        return Emulator(clock=ScaledClock(chosen.speed), **place, latency=chosen.latency, faults=faults, state=state)
    except (OSError, ValueError) as problem:
        parser.error(f"--state: {chosen.state}: {problem}")


async def _serve(emulator: Emulator) -> None:
    loop, over = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, over.set)
    async with emulator:
        print(json.dumps({"url": emulator.url, "token": emulator.token}), flush=True)
        await over.wait()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m astra_devops.emulator",
        description="Serve the Astra DevOps API from memory. Once it listens, one line of JSON says the URL and a token.",
        epilog="SIGINT and SIGTERM stop it. There are two more commands, each with a --help of its own: 'record' writes down what the real "
        "service says, 'replay' says it again.",
    )
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=options.port, default=0, help="the port to listen on; 0, the default, takes a free one")
    parser.add_argument(
        "--speed", type=options.speed, default=1.0, help="how many times as fast as real time states advance (default: %(default)s)"
    )
    parser.add_argument(
        "--latency", type=options.seconds, default=0.0, help="seconds of the clock that each answer takes (default: %(default)s)"
    )
    parser.add_argument("--seed", type=int, default=0, help="where ids, tokens and the chances of faults come from (default: %(default)s)")
    parser.add_argument("--faults", type=Path, metavar="FILE", help="what shall go wrong: a file of YAML or JSON")
    parser.add_argument(
        "--state", type=Path, metavar="FILE", help="begin with the state in this file, if there is one, and write it when stopped"
    )
    return parser


def _complain(message: str) -> int:
    print(message, file=sys.stderr)
    return 1


if __name__ == "__main__":
    raise SystemExit(main())
