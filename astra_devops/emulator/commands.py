"""The recorder and the replay as programs: ``python -m astra_devops.emulator record`` and ``replay``."""

import argparse
import asyncio
import json
import signal
import sys
from collections.abc import Sequence

from astra_devops.emulator import options
from astra_devops.emulator.recording.recorder import Recorder
from astra_devops.emulator.recording.replay import Replay

COMMANDS = ("record", "replay")


def main(arguments: Sequence[str]) -> int:
    """Run until SIGINT or SIGTERM.

    Once it listens, print one line of JSON with the URL, and with a token in a replay.
    """
    chosen = _parser().parse_args(arguments)
    try:
        if chosen.command == "record":
            asyncio.run(_record(Recorder(chosen.upstream, chosen.out, host=chosen.host, port=chosen.port)))
        else:
            asyncio.run(_replay(Replay(chosen.file, host=chosen.host, port=chosen.port)))
    except (OSError, ValueError) as problem:
        print(f"Cannot {chosen.command}: {problem}", file=sys.stderr)
        return 1
    return 0


async def _record(recorder: Recorder) -> None:
    over = _told_to_stop()
    async with recorder:
        print(json.dumps({"url": recorder.url}), flush=True)
        await over.wait()
    if recorder.withheld:
        print(f"{recorder.withheld} exchange(s) were withheld, since a secret would have been written.", file=sys.stderr)


async def _replay(replay: Replay) -> None:
    over = _told_to_stop()
    async with replay:
        print(json.dumps({"url": replay.url, "token": replay.token}), flush=True)
        await over.wait()


def _told_to_stop() -> asyncio.Event:
    loop, over = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, over.set)
    return over


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m astra_devops.emulator", description="Record what the service says, or replay it.")
    commands = parser.add_subparsers(dest="command", required=True)
    record = commands.add_parser("record", help="pass requests on to the service, and write them down without their secrets")
    record.add_argument("--upstream", required=True, help="the base URL of the service")
    record.add_argument("--out", required=True, help="the file to write, which must not exist")
    replay = commands.add_parser("replay", help="answer as recorded")
    replay.add_argument("file", help="the recording")
    for command in (record, replay):
        command.add_argument("--host", default="127.0.0.1", help="the address to listen on (default: %(default)s)")
        command.add_argument("--port", type=options.port, default=0, help="the port to listen on; 0, the default, takes a free one")
    return parser
