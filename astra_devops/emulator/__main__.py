"""The emulator as a program: ``python -m astra_devops.emulator``.

``record``, ``replay`` and ``compare``, its three further commands, are in ``commands``.
"""

import argparse
import asyncio
import json
import secrets
import signal
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from astra_devops.emulator import options
from astra_devops.emulator.app import Emulator
from astra_devops.emulator.faults.faults import Faults
from astra_devops.emulator.net import addresses
from astra_devops.emulator.saving import files
from astra_devops.emulator.time.clock import ScaledClock

_COMMANDS: Final = ("record", "replay", "compare")
# Seconds between two writings of the state file.
_SAVE_EVERY: Final = 5.0


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
    with ExitStack() as until_the_end:
        if chosen.state is not None:
            try:
                until_the_end.enter_context(files.locked(chosen.state))
            except OSError as error:
                parser.error(f"--state: {chosen.state}: {error}")
        return _run(_emulator(parser, chosen), chosen)


def _run(emulator: Emulator, chosen: argparse.Namespace) -> int:
    try:
        asyncio.run(_serve(emulator, chosen.state))
    except OSError as error:
        return _fail(f"Cannot listen on {addresses.bracketed(chosen.host)}:{chosen.port}: {error.strerror}")
    if chosen.state is not None:
        try:
            files.write(chosen.state, emulator.snapshot())
        except OSError as error:
            return _fail(f"Cannot write {chosen.state}: {error.strerror}")
    return 0


def _emulator(parser: argparse.ArgumentParser, chosen: argparse.Namespace) -> Emulator:
    """Create the emulator, or exit if a file cannot be read."""
    # Without a seed no two runs have the same token, so that it cannot be guessed.
    seed = secrets.randbits(64) if chosen.seed is None else chosen.seed
    try:
        faults = None if chosen.faults is None else Faults.load(chosen.faults, seed=seed)
    except (ImportError, OSError, ValueError) as error:
        parser.error(f"--faults: {error}")
    place = {"host": chosen.host, "port": chosen.port, "allowed_hosts": chosen.allow_host}
    start = {"clock": ScaledClock(chosen.speed), "seed": seed, "latency": chosen.latency, "faults": faults, "token": chosen.token}
    try:
        state = None if chosen.state is None else files.read(chosen.state)
        return Emulator(**place, **start, state=state)
    except (OSError, ValueError) as error:
        parser.error(f"--state: {chosen.state}: {error}")


async def _serve(emulator: Emulator, state: Path | None) -> None:
    loop, stopped = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    async with emulator:
        print(json.dumps({"url": emulator.url, "token": emulator.token}), flush=True)
        saving = None if state is None else asyncio.create_task(_save_now_and_then(emulator, state))
        await stopped.wait()
        if saving is not None:
            saving.cancel()
            await asyncio.wait([saving])


async def _save_now_and_then(emulator: Emulator, path: Path) -> None:
    """Write the state a few seconds after each change, so that a kill loses little."""
    written = emulator.journal.total
    while True:
        await asyncio.sleep(_SAVE_EVERY)
        total = emulator.journal.total
        if total != written:
            try:
                await asyncio.to_thread(files.write, path, emulator.snapshot())
            except OSError as error:
                print(f"Cannot write {path}: {error.strerror}; trying again", file=sys.stderr)
                continue
            written = total


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m astra_devops.emulator",
        description="Serve the Astra DevOps API from memory. Once it listens, it prints one line of JSON: the URL and a token.",
        epilog="SIGINT and SIGTERM stop it. There are three more commands, each with its own --help: 'record' records the real service, "
        "'replay' answers from a recording, 'compare' lists how a recording differs from the contract.",
    )
    parser.add_argument("--host", type=options.host, default="127.0.0.1", help="the address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=options.port, default=0, help="the port to listen on (default: 0, which picks a free one)")
    parser.add_argument(
        "--speed", type=options.speed, default=1.0, help="how many times faster than real time the clock runs (default: %(default)s)"
    )
    parser.add_argument(
        "--latency", type=options.seconds, default=0.0, help="how many seconds of that clock each answer takes (default: %(default)s)"
    )
    parser.add_argument("--seed", type=int, help="the seed for ids, tokens and random faults (default: another one each time)")
    parser.add_argument("--token", type=options.token, help="the token that may do everything (default: one from the seed)")
    parser.add_argument(
        "--allow-host",
        type=options.host,
        action="append",
        default=[],
        metavar="NAME",
        help="a further name to answer to, where it listens on this machine only; may be repeated",
    )
    parser.add_argument("--faults", type=Path, metavar="FILE", help="the faults to cause: a YAML or JSON file")
    parser.add_argument(
        "--state",
        type=Path,
        metavar="FILE",
        help="start with the state in this file, if it exists; write it every few seconds after a change, and when stopped",
    )
    return parser


def _fail(message: str) -> int:
    print(message, file=sys.stderr)
    return 1


if __name__ == "__main__":
    raise SystemExit(main())
