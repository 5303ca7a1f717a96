"""The command ``python -m astra_devops temporary``: runs a command with a database of its own.

The command finds the id in ``ASTRA_DB_ID``, and the name and the region in ``ASTRA_DB_NAME`` and
``ASTRA_DB_REGION``. The exit status is that of the command, 125 if there was no database for it or
the database was not terminated, and 2 if an argument is wrong.
"""

import argparse
import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from astra_devops import errors
from astra_devops._cli import connection
from astra_devops._cli.complaints import complain
from astra_devops._secret import printable, redact
from astra_devops.client import AsyncAstraDevOps

_WRONG: Final = 2
_FAILED: Final = 125
_SIGNALED: Final = 128
"""What shells add to the number of a signal."""
_GRACE: Final = 5.0
"""Seconds that the command has to end after a signal."""


def main(words: Sequence[str]) -> int:
    """Run the command, and return its exit status."""
    options = _parser().parse_args(words[1:])
    command = options.command[1:] if options.command[:1] == ["--"] else options.command
    if not command:
        return complain("temporary", "a command is needed after the options, such as: -- pytest", _WRONG)
    try:
        return asyncio.run(_run(options, command))
    except (TypeError, ValueError, errors.ConfigurationError) as error:
        return complain("temporary", error, _WRONG, _notes_of(error))
    except (OSError, errors.AstraDevOpsError) as error:
        return complain("temporary", error, _FAILED, _notes_of(error))


def _notes_of(error: BaseException) -> Sequence[str]:
    return getattr(error, "__notes__", ())


async def _run(options: argparse.Namespace, command: Sequence[str]) -> int:
    received: list[int] = []
    task = asyncio.current_task()
    assert task is not None

    def stop(number: int) -> None:
        received.append(number)
        task.cancel()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        # Windows has no such handlers; there Ctrl-C cancels as in any program of asyncio.
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(number, stop, number)
    async with AsyncAstraDevOps(**connection.settings_of(options)) as astra:
        temporary = astra.databases.temporary(
            options.prefix,
            owner=options.owner,
            ttl=timedelta(minutes=options.ttl),
            cloud_provider=options.cloud_provider,
            region=options.region,
            keyspace=options.keyspace,
        )
        print(f"astra_devops temporary: creating {temporary.name}", file=sys.stderr, flush=True)
        try:
            async with temporary as database:
                names = {"ASTRA_DB_ID": database.id, "ASTRA_DB_NAME": temporary.name, "ASTRA_DB_REGION": options.region}
                return await _call(command, {**os.environ, **names})
        except asyncio.CancelledError as error:
            if not received:
                raise
            for note in _notes_of(error):
                print(f"astra_devops temporary: {printable(redact(note))}", file=sys.stderr)
            return _SIGNALED + received[0]


async def _call(command: Sequence[str], environment: dict[str, str]) -> int:
    """Run the command to its end. A signal, which cancels this, is passed on to it."""
    process = await asyncio.create_subprocess_exec(*command, env=environment)
    try:
        status = await process.wait()
    except asyncio.CancelledError:
        if process.returncode is None:
            process.terminate()
        try:
            async with asyncio.timeout(_GRACE):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()
        raise
    return status if status >= 0 else _SIGNALED - status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m astra_devops temporary",
        description="Create a database, run a command with its id in ASTRA_DB_ID, and terminate the database.",
        epilog="The exit status is that of the command, 125 if there was no database for it or the database was not terminated, "
        "and 2 if an argument is wrong.",
    )
    parser.add_argument("--prefix", required=True, help="what it is for, the first part of its name; sweep takes the same")
    parser.add_argument("--owner", help="whose it is (default: the user)")
    parser.add_argument("--ttl", type=float, default=60, metavar="MINUTES", help="after which a sweep may terminate it (default: 60)")
    parser.add_argument("--cloud-provider", required=True, help="aws, azure or gcp")
    parser.add_argument("--region", required=True, help="the provider's name of the region")
    parser.add_argument("--keyspace", help="the first keyspace (default: default_keyspace)")
    connection.add_options(parser)
    parser.add_argument("command", nargs=argparse.REMAINDER, metavar="-- COMMAND", help="the command and its arguments")
    return parser
