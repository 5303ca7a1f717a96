"""The emulator as a program: ``python -m astra_devops.emulator``."""

import argparse
import asyncio
import json
import signal
import sys
from collections.abc import Sequence

from astra_devops.emulator.app import Emulator
from astra_devops.emulator.clock import Clock, RealClock, ScaledClock, VirtualClock


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until SIGINT or SIGTERM. Once it listens, print one line of JSON with the URL and a token."""
    options = _parser().parse_args(arguments)
    try:
        asyncio.run(_serve(options))
    except OSError as problem:
        print(f"Cannot listen on {options.host}:{options.port}: {problem.strerror}", file=sys.stderr)
        return 1
    return 0


async def _serve(options: argparse.Namespace) -> None:
    loop, over = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, over.set)
    emulator = Emulator(clock=_clock(options), host=options.host, port=options.port, seed=options.seed, latency=options.latency)
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
    parser = argparse.ArgumentParser(prog="python -m astra_devops.emulator", description="Serve the Astra DevOps API from memory.")
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=0, help="the port to listen on; 0, the default, takes a free one")
    parser.add_argument("--speed", type=_speed, default=1.0, help="how many times as fast as real time it runs (default: %(default)s)")
    parser.add_argument(
        "--clock", choices=("scaled", "real", "virtual"), default="scaled", help="the time it goes by (default: %(default)s)"
    )
    parser.add_argument("--seed", type=int, default=0, help="where ids and tokens come from (default: %(default)s)")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds that each answer takes (default: %(default)s)")
    return parser


def _speed(text: str) -> float:
    speed = float(text)
    if not speed > 0:
        raise argparse.ArgumentTypeError("must be above zero")
    return speed


if __name__ == "__main__":
    raise SystemExit(main())
