"""The emulator as a program: ``python -m astra_devops.emulator``.

``record``, ``replay``, ``compare`` and ``policy``, its further commands, are in ``commands``.
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
from astra_devops.emulator.time.clock import Clock, ScaledClock, VirtualClock

_COMMANDS: Final = ("record", "replay", "compare", "policy")
# Seconds between two writings of the state file.
_SAVE_EVERY: Final = 5.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the emulator until SIGINT or SIGTERM, and return its exit status.

    Once it listens, it prints where it is and its token: in words on a terminal, elsewhere as one
    line of JSON.
    """
    words = sys.argv[1:] if arguments is None else list(arguments)
    if words and words[0] in _COMMANDS:
        from astra_devops.emulator import commands

        return commands.main(words)
    parser = _parser()
    chosen = parser.parse_args(words)
    if chosen.clock == "manual" and (chosen.speed != 1 or chosen.latency):
        parser.error("--clock manual: --speed and --latency are for a clock that moves by itself; leave them out")
    if chosen.edge_port and chosen.edge_port == chosen.port:
        parser.error("--edge-port must differ from --port")
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
        ports = f"{chosen.port}" if not chosen.edge_port else f"{chosen.port} and {chosen.edge_port}"
        return _fail(f"Cannot listen on {addresses.bracketed(chosen.host)}:{ports}: {error.strerror}")
    except _NotWritten as error:
        return _fail(str(error))
    return 0


class _NotWritten(Exception):
    """The error if the state file cannot be written, at the start or the end."""


def _emulator(parser: argparse.ArgumentParser, chosen: argparse.Namespace) -> Emulator:
    """Create the emulator, or exit if a file cannot be read."""
    # Without a seed no two runs have the same token, so that it cannot be guessed.
    seed = secrets.randbits(64) if chosen.seed is None else chosen.seed
    try:
        faults = None if chosen.faults is None else Faults.load(chosen.faults, seed=seed)
    except (ImportError, OSError, ValueError) as error:
        parser.error(f"--faults: {error}")
    place = {"host": chosen.host, "port": chosen.port, "edge_port": chosen.edge_port, "allowed_hosts": chosen.allow_host}
    clock: Clock = VirtualClock(auto=False) if chosen.clock == "manual" else ScaledClock(chosen.speed)
    start = {"clock": clock, "seed": seed, "latency": chosen.latency, "faults": faults, "token": chosen.token}
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
        if state is not None:
            await _write(state, emulator)
        print(_start_line(emulator, sys.stdout.isatty()), flush=True)
        saving = None if state is None else asyncio.create_task(_save_now_and_then(emulator, state))
        await stopped.wait()
        if saving is not None:
            saving.cancel()
            await asyncio.wait([saving])
    if state is not None:
        await _write(state, emulator)


def _start_line(emulator: Emulator, is_terminal: bool) -> str:
    """Return where the emulator is: words for people, one line of JSON for programs."""
    place = {"url": emulator.url, "page": f"{emulator.url}/_emulator", "token": emulator.token}
    if not is_terminal:
        return json.dumps(place)
    return "The Astra emulator is running. Ctrl-C stops it.\n" + "\n".join(f"  {name:6}{value}" for name, value in place.items())


async def _write(path: Path, emulator: Emulator) -> None:
    try:
        await asyncio.to_thread(files.write, path, emulator.snapshot())
    except OSError as error:
        raise _NotWritten(f"Cannot write {path}: {error.strerror}") from error


async def _save_now_and_then(emulator: Emulator, path: Path) -> None:
    """Write the state a few seconds after each change, so that a kill loses little."""
    written = emulator.changes
    while True:
        await asyncio.sleep(_SAVE_EVERY)
        changes = emulator.changes
        if changes != written:
            try:
                await _write(path, emulator)
            except _NotWritten as error:
                print(f"{error}; trying again", file=sys.stderr)
                continue
            written = changes


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m astra_devops.emulator",
        description="Serve the Astra DevOps API from memory. Once it listens, it prints its URL, the address of its page and its token: "
        "in words on a terminal, elsewhere as one line of JSON.",
        epilog="SIGINT and SIGTERM stop it. There are three more commands, each with its own --help: 'record' records the real service, "
        "'replay' answers from a recording, 'compare' lists how a recording differs from the contract.",
    )
    parser.add_argument("--host", type=options.host, default="127.0.0.1", help="the address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=options.port, default=0, help="the port to listen on (default: 0, which picks a free one)")
    parser.add_argument(
        "--edge-port",
        type=options.port,
        default=0,
        metavar="PORT",
        help="the port of bundles and data endpoints (default: 0, which picks a free one)",
    )
    parser.add_argument(
        "--clock",
        choices=("scaled", "manual"),
        default="scaled",
        help="'scaled' runs at --speed; 'manual' moves only when POST /_emulator/clock/advance moves it (default: %(default)s)",
    )
    parser.add_argument(
        "--speed", type=options.speed, default=1.0, help="how many times faster than real time a scaled clock runs (default: 1)"
    )
    parser.add_argument(
        "--latency", type=options.seconds, default=0.0, help="how many seconds of a scaled clock each answer takes (default: 0)"
    )
    parser.add_argument("--seed", type=int, help="the seed for ids, tokens and random faults (default: another one each time)")
    parser.add_argument("--token", type=options.token, help="the token that may do everything (default: one from the seed)")
    options.add_allow_host(parser)
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
