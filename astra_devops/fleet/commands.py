"""The program ``python -m astra_devops fleet``: status, report and resume of a run's journal.

Its exit status is 0 if all items are finished, 1 if some are not, 2 if the command or the journal
is wrong, and 3 if another process runs the journal.
"""

import argparse
import asyncio
import inspect
import json
import sys
from collections.abc import Callable, Iterable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import attrs

from astra_devops import errors
from astra_devops._cli.complaints import complain
from astra_devops._secret import printable, redact
from astra_devops.fleet.history import report_of
from astra_devops.fleet.journal import reading
from astra_devops.fleet.report.report import Report

_FINISHED: Final = 0
_UNFINISHED: Final = 1
_WRONG: Final = 2
_IN_USE: Final = 3


class _Wrong(Exception):
    """An argument of the command is wrong; the text says which and why."""


def main(words: Sequence[str]) -> int:
    """Carry out a command, and return its exit status."""
    options = _parser().parse_args(words)
    try:
        return int(options.command(options))
    except errors.JournalInUseError as error:
        return complain("fleet", error, _IN_USE)
    except (_Wrong, errors.AstraDevOpsError) as error:
        return complain("fleet", error, _WRONG)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m astra_devops")
    fleet = parser.add_subparsers(required=True, metavar="fleet").add_parser("fleet", help="journals of fleet runs", epilog=__doc__)
    commands = fleet.add_subparsers(required=True, metavar="status|report|resume")
    status = commands.add_parser("status", help="count the items by state, and name the process that runs the journal")
    report = commands.add_parser("report", help="write the report of the run")
    resume = commands.add_parser("resume", help="continue the run, with the settings of the environment")
    for command, function in ((status, _status), (report, _report), (resume, _resume)):
        command.add_argument("file", type=Path, metavar="FILE", help="the journal")
        command.add_argument("--json", action="store_true", help="write JSON to standard output")
        command.set_defaults(command=function)
    report.add_argument("--html", type=Path, metavar="PAGE", help="write a page of HTML to this file instead")
    resume.add_argument("--items", required=True, metavar="MODULE:FUNCTION", help="a function of the client that returns the items")
    resume.add_argument("--work", metavar="MODULE:FUNCTION", help="the work function; by default the one in the journal")
    resume.add_argument("--workers", type=int, metavar="N", help="items at once; by default as in the last session")
    resume.add_argument("--quiet", action="store_true", help="show no progress")
    return parser


def _status(options: argparse.Namespace) -> int:
    with reading.opened(options.file) as reader:
        status = reader.status()
    if options.json:
        document = attrs.asdict(status, filter=lambda field, value: field.name not in ("owner", "machine"))
        _print_json(document | {"is_settled": status.is_settled})
    else:
        counts = ", ".join(f"{count:,} {state}" for state, count in status.counts.items()) or "no item was begun"
        print(f"run {status.run_id} of {printable(status.work)}, begun {status.created}, session {status.sessions}")
        print(f"{counts}; calls without a recorded outcome: {status.open_calls:,}")
        if status.holder is not None:
            print(f"process {status.holder.pid} on {status.holder.host} runs it since {status.holder.since}")
    return _FINISHED if status.is_settled else _UNFINISHED


def _report(options: argparse.Namespace) -> int:
    with reading.opened(options.file) as reader:
        report = report_of(reader, options.file)
    if options.html is not None:
        options.html.write_text(report.to_html(), encoding="utf-8")
    else:
        _print_report(report, as_json=options.json)
    return _status_of(report)


def _resume(options: argparse.Namespace) -> int:
    with reading.opened(options.file) as reader:
        recorded, workers = reader.status().work, reader.workers()
    if options.work is None and ("__main__:" in recorded or "<" in recorded):
        raise _Wrong(f"--work must be given as MODULE:FUNCTION: the journal has {recorded}, which cannot be imported")
    work, items = _imported(options.work or recorded, "--work"), _imported(options.items, "--items")
    arguments = {"workers": options.workers or workers, "journal": options.file, "quiet": options.quiet}
    try:
        report = asyncio.run(_run_async(work, items, arguments)) if inspect.iscoroutinefunction(work) else _run(work, items, arguments)
    except (TypeError, ValueError) as error:
        raise _Wrong(redact(str(error))) from error
    _print_report(report, as_json=options.json)
    return _status_of(report)


async def _run_async(work: Callable[..., Any], items: Callable[[Any], Iterable[Any]], arguments: dict[str, Any]) -> Report:
    from astra_devops.client import AsyncAstraDevOps

    async with AsyncAstraDevOps() as astra, astra.fleet.run(work, items(astra), **arguments) as run:
        await run.wait()
    return run.report


def _run(work: Callable[..., Any], items: Callable[[Any], Iterable[Any]], arguments: dict[str, Any]) -> Report:
    from astra_devops.blocking import AstraDevOps

    with AstraDevOps() as astra, astra.fleet.run(work, items(astra), **arguments) as run:
        run.wait()
    return run.report


def _imported(name: str, option: str) -> Callable[..., Any]:
    """Return the function of a name such as ``audit:add_audit``, of the working directory too."""
    module, _, path = name.partition(":")
    if not module or not path:
        raise _Wrong(f"{option} must be MODULE:FUNCTION, not {name!r}")
    if "" not in sys.path:
        sys.path.insert(0, "")
    try:
        found: Any = import_module(module)
        for part in path.split("."):
            found = getattr(found, part)
    except (ImportError, AttributeError) as error:
        raise _Wrong(f"{option} {name!r} cannot be imported: {error}") from error
    if not callable(found):
        raise _Wrong(f"{option} must name a function, but {name!r} is a {type(found).__name__}")
    return found  # type: ignore[no-any-return]


def _print_report(report: Report, *, as_json: bool) -> None:
    if as_json:
        _print_json(report.to_dict())
    else:
        print(report)


def _print_json(document: object) -> None:
    print(json.dumps(document, indent=2))


def _status_of(report: Report) -> int:
    return _FINISHED if report.how_to_resume is None else _UNFINISHED
