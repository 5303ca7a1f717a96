"""The commands ``record``, ``replay``, ``compare`` and ``policy`` of the emulator as a program."""

import argparse
import asyncio
import json
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from astra_devops.emulator import options
from astra_devops.emulator.recording.compare import compare
from astra_devops.emulator.recording.policy import permissions_of
from astra_devops.emulator.recording.recorder import Recorder
from astra_devops.emulator.recording.replay import Replay


def main(arguments: Sequence[str]) -> int:
    """Run a command, and return its exit status.

    ``record`` and ``replay`` run until SIGINT or SIGTERM. Once they listen, they print one line of
    JSON: the URL and, for a replay, a token. ``compare`` prints its report, and returns 1 if there
    is a difference, and 2 if the file cannot be read. ``policy`` prints a policy as JSON.
    """
    chosen = _parser().parse_args(arguments)
    if chosen.command == "compare":
        return _compare(chosen.file)
    if chosen.command == "policy":
        return _policy(chosen.file)
    place = {"host": chosen.host, "port": chosen.port, "allowed_hosts": chosen.allow_host}
    try:
        if chosen.command == "record":
            asyncio.run(_record(Recorder(chosen.upstream, chosen.out, **place)))
        else:
            asyncio.run(_replay(Replay(chosen.file, **place)))
    except (OSError, ValueError) as error:
        print(f"Cannot {chosen.command}: {error}", file=sys.stderr)
        return 1
    return 0


def _compare(path: str) -> int:
    try:
        comparison = compare(path)
    except (OSError, ValueError) as error:
        print(f"Cannot compare: {error}", file=sys.stderr)
        return 2
    print(comparison.report())
    return 1 if comparison.lines else 0


def _policy(path: str) -> int:
    try:
        permissions = permissions_of(path)
    except (OSError, ValueError) as error:
        print(f"Cannot read the recording: {error}", file=sys.stderr)
        return 2
    print(json.dumps(permissions.policy(f"What {Path(path).name} needed", any_database=False), indent=2))
    if permissions.unknown:
        print(f"The service does not document the permissions of: {', '.join(permissions.unknown)}", file=sys.stderr)
    return 0


async def _record(recorder: Recorder) -> None:
    stopped = _stop_signal()
    async with recorder:
        print(json.dumps({"url": recorder.url}), flush=True)
        await stopped.wait()
    if recorder.withheld:
        print(f"{recorder.withheld} exchange(s) were left out, because a secret would have been recorded.", file=sys.stderr)


async def _replay(replay: Replay) -> None:
    stopped = _stop_signal()
    async with replay:
        print(json.dumps({"url": replay.url, "token": replay.token}), flush=True)
        await stopped.wait()


def _stop_signal() -> asyncio.Event:
    """Return an event that SIGINT and SIGTERM set."""
    loop, stopped = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    return stopped


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m astra_devops.emulator", description="Record the real service, replay such a recording, or look into it."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    record = commands.add_parser("record", help="forward requests to the service, and record them without their secrets")
    record.add_argument("--upstream", required=True, help="the base URL of the service")
    record.add_argument("--out", required=True, help="the file to write; it must not exist")
    replay = commands.add_parser("replay", help="answer as recorded")
    replay.add_argument("file", help="the recording")
    comparison = commands.add_parser("compare", help="list how the answers in a recording differ from the contract; 1 if any does")
    comparison.add_argument("file", help="the recording")
    policy = commands.add_parser("policy", help="print the smallest policy that the recorded requests needed, as JSON")
    policy.add_argument("file", help="the recording")
    for command in (record, replay):
        command.add_argument("--host", type=options.host, default="127.0.0.1", help="the address to listen on (default: %(default)s)")
        command.add_argument("--port", type=options.port, default=0, help="the port to listen on (default: 0, which picks a free one)")
        options.add_allow_host(command)
    return parser
