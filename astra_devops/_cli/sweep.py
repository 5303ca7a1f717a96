"""The command ``python -m astra_devops sweep``: terminates short-lived databases that have expired.

Its exit status is 0 if none of them is left, 1 if one could not be terminated or the service did
not answer, and 2 if an argument is wrong.
"""

import argparse
import asyncio
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from astra_devops import errors
from astra_devops._cli import connection
from astra_devops._cli.complaints import complain
from astra_devops._secret import printable, redact
from astra_devops.client import AsyncAstraDevOps

if TYPE_CHECKING:
    from astra_devops.resources._short_lived.sweeping import SweptDatabase

_DONE: Final = 0
_FAILED: Final = 1
_WRONG: Final = 2


def main(words: Sequence[str]) -> int:
    """Run the command, and return its exit status."""
    options = _parser().parse_args(words[1:])
    try:
        databases = asyncio.run(_sweep(options))
    except (TypeError, ValueError, errors.ConfigurationError) as error:
        return complain("sweep", error, _WRONG)
    except errors.AstraDevOpsError as error:
        return complain("sweep", error, _FAILED)
    if options.json:
        print(json.dumps([_document(database) for database in databases], indent=2))
    else:
        _print(databases, dry_run=options.dry_run)
    return _FAILED if any(database.error is not None for database in databases) else _DONE


async def _sweep(options: argparse.Namespace) -> "list[SweptDatabase]":
    async with AsyncAstraDevOps(**connection.settings_of(options)) as astra:
        return await astra.databases.sweep(options.prefix, owner=options.owner, dry_run=options.dry_run)


def _document(database: "SweptDatabase") -> dict[str, Any]:
    return {
        "id": database.id,
        "name": database.name,
        "owner": database.owner,
        "expires_at": database.expires_at.isoformat(),
        "state": database.state,
        "error": None if database.error is None else printable(redact(str(database.error))),
        "advice": database.advice,
    }


def _print(databases: "Sequence[SweptDatabase]", *, dry_run: bool) -> None:
    for database in databases:
        error = "" if database.error is None else f": {printable(redact(str(database.error)))}"
        print(f"{database.state:10} {database.id}  {database.name}{error}")
    count, done = len(databases), sum(database.state == "terminated" for database in databases)
    print(f"{count} to terminate; nothing was changed" if dry_run else f"{done} of {count} terminated")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m astra_devops sweep",
        description="Terminate the databases of databases.temporary() that have expired, those of one prefix.",
        epilog="The exit status is 0 if none of them is left, 1 if one could not be terminated or the service did not answer, "
        "and 2 if an argument is wrong.",
    )
    parser.add_argument("--prefix", required=True, help="the first part of their names")
    parser.add_argument("--owner", help="terminate those of this owner instead, whether or not they have expired")
    parser.add_argument("--dry-run", action="store_true", help="only list them")
    parser.add_argument("--json", action="store_true", help="write JSON")
    connection.add_options(parser)
    return parser
