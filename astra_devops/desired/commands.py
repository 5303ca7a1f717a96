"""The programs ``python -m astra_devops plan``, ``apply``, ``export`` and ``drift``.

They use the settings of the environment, unless options say otherwise.

The exit status is 0 if everything is as declared or was changed, 2 if a plan has differences, 3 if
a part was not changed or not exported, 4 if it is not known whether a change took effect, and 1 if
the command, a file or the connection is wrong.
"""

import argparse
import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NoReturn

from astra_devops import errors
from astra_devops._cli.complaints import complain
from astra_devops._cli.connection import add_options, settings_of
from astra_devops.client import AsyncAstraDevOps
from astra_devops.desired.apply import Applied
from astra_devops.desired.document import load
from astra_devops.desired.plan import Plan

_DONE: Final = 0
_WRONG: Final = 1
_DIFFERENCES: Final = 2
_PARTLY_FAILED: Final = 3
_UNKNOWN: Final = 4

_PRUNE: Final = "remove this undeclared database, DATABASE/KEYSPACE or KIND:NAME; can be given several times"
_SHARE: Final = "the largest share of a kind of resource that the plan may remove, from 0 to 1; by default 0.3"


def main(words: Sequence[str]) -> int:
    """Carry out a command, and return its exit status."""
    options = _parser().parse_args(words)
    try:
        return int(asyncio.run(options.command(options)))
    except (errors.AstraDevOpsError, ImportError, OSError, TypeError, ValueError) as error:
        return complain(words[0], error, _WRONG)


class _Parser(argparse.ArgumentParser):
    """A parser whose errors have the status of a wrong command, not that of differences."""

    def exit(self, status: int = 0, message: str | None = None) -> NoReturn:
        """End the program."""
        super().exit(_WRONG if status else _DONE, message)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m astra_devops")
    commands = parser.add_subparsers(required=True, metavar="plan|apply|export|drift")
    plan = commands.add_parser("plan", help="compare a declaration with what is there", epilog=__doc__)
    plan.add_argument("file", type=Path, metavar="FILE", help="the declaration, in TOML or YAML")
    plan.add_argument("--save", type=Path, metavar="PLAN", help="write the plan to this file, for apply")
    plan.add_argument("--markdown", type=Path, metavar="PAGE", help="write the plan to this file as Markdown")
    plan.add_argument("--html", type=Path, metavar="PAGE", help="write the plan to this file as a page of HTML")
    plan.add_argument("--prune", action="append", default=[], metavar="NAME", help=_PRUNE)
    plan.add_argument("--max-removed-share", type=float, default=0.3, metavar="SHARE", help=_SHARE)
    plan.set_defaults(command=_plan)
    apply = commands.add_parser("apply", help="make the changes of a plan", epilog=__doc__)
    apply.add_argument("file", type=Path, metavar="PLAN", help="a plan that plan --save has written")
    apply.add_argument("--journal", type=Path, metavar="JOURNAL", help="file with which the same command continues after a crash")
    apply.set_defaults(command=_apply)
    drift = commands.add_parser("drift", help="list what differs from a declaration", epilog=__doc__)
    drift.add_argument("file", type=Path, metavar="FILE", help="the declaration, in TOML or YAML")
    drift.set_defaults(command=_plan, save=None, markdown=None, html=None, prune=[], max_removed_share=0.3)
    export = commands.add_parser("export", help="write the declaration of what is there", epilog=__doc__)
    export.add_argument("file", type=Path, metavar="FILE", help="the file to write, in TOML")
    export.add_argument("--only", action="append", metavar="KIND", help="export this only, such as databases; can be given several times")
    export.set_defaults(command=_export)
    for command in (plan, apply, drift):
        command.add_argument("--json", action="store_true", help="write JSON to standard output")
    for command in (plan, apply, drift, export):
        add_options(command)
    return parser


async def _plan(options: argparse.Namespace) -> int:
    declared = load(options.file)
    async with AsyncAstraDevOps(**settings_of(options)) as astra:
        plan = await astra.plan(declared, prune=options.prune, max_removed_share=options.max_removed_share)
    if options.save is not None:
        plan.save(options.save)
    if options.markdown is not None:
        options.markdown.write_text(plan.to_markdown(), encoding="utf-8")
    if options.html is not None:
        options.html.write_text(plan.to_html(), encoding="utf-8")
    print(json.dumps(plan.to_dict(), indent=2) if options.json else plan)
    return _DONE if plan.is_empty else _DIFFERENCES


async def _export(options: argparse.Namespace) -> int:
    async with AsyncAstraDevOps(**settings_of(options)) as astra:
        declared = await astra.export(only=options.only)
    options.file.write_text(declared.to_toml(), encoding="utf-8")
    for reason in declared.omitted:
        complain("export", f"left out: {reason}", _PARTLY_FAILED)
    return _PARTLY_FAILED if declared.omitted else _DONE


async def _apply(options: argparse.Namespace) -> int:
    plan = Plan.load(options.file)
    async with AsyncAstraDevOps(**settings_of(options)) as astra:
        applied = await astra.apply(plan, journal=options.journal)
    print(json.dumps(applied.to_dict(), indent=2) if options.json else applied)
    return _status_of(applied)


def _status_of(applied: Applied) -> int:
    if any(outcome.state == "unknown" for outcome in applied.outcomes):
        return _UNKNOWN
    return _DONE if applied.is_done else _PARTLY_FAILED
