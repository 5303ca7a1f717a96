"""The command ``python -m astra_devops doctor``: checks the settings of this machine.

Its exit status is 0 if calls can succeed, 1 if a check has failed, and 2 if an argument is wrong.
"""

import argparse
import asyncio
import json
import warnings
from collections.abc import Sequence
from typing import Any, Final

import attrs

from astra_devops import errors
from astra_devops._cli import connection, machine, service
from astra_devops._cli.complaints import complain
from astra_devops._cli.findings import Finding
from astra_devops.client import AsyncAstraDevOps

_HEALTHY: Final = 0
_FAILED: Final = 1
_WRONG: Final = 2
_TIMEOUT: Final = 20.0
_NO_TOKEN: Final = "create a token in the Astra Portal, and set ASTRA_DB_APPLICATION_TOKEN to it"


def main(words: Sequence[str]) -> int:
    """Run the command, and return its exit status."""
    options = _parser().parse_args(words[1:])
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            findings = asyncio.run(examine(connection.settings_of(options)))
        except (TypeError, ValueError) as error:
            return complain("doctor", error, _WRONG)
    findings += [Finding(check="settings", result="warning", text=str(warning.message)) for warning in caught]
    has_failed = any(finding.result == "failed" for finding in findings)
    if options.json:
        print(json.dumps({"ok": not has_failed, "findings": [attrs.asdict(finding) for finding in findings]}, indent=2))
    else:
        _print(findings)
    return _FAILED if has_failed else _HEALTHY


async def examine(settings: dict[str, Any]) -> list[Finding]:
    """Make all checks with a client of these settings.

    Raises:
        TypeError: A setting has a wrong type. The message names it.
        ValueError: A setting has a wrong value. The message names it.
    """
    async with AsyncAstraDevOps(timeout=_TIMEOUT, attempt_timeout=_TIMEOUT / 2, **settings) as astra:
        findings = [machine.versions()]
        caller = astra._caller
        try:
            await caller.client_id()
            origin = caller.transport.origin
        except errors.AstraDevOpsError as error:
            advice = _NO_TOKEN if isinstance(error, errors.ConfigurationError) else None
            return [*findings, Finding(check="token", result="failed", text=str(error), advice=advice)]
        findings.append(Finding(check="token", result="ok", text=f"well-formed, from {caller.auth.source}"))
        findings.append(machine.proxy(origin))
        return findings + await service.findings(astra, origin)


def _print(findings: Sequence[Finding]) -> None:
    for finding in findings:
        print(f"{finding.result:8} {finding.check}: {finding.text}")
        if finding.advice is not None:
            print(f"{'':8} -> {finding.advice}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m astra_devops doctor",
        description="Check token, permissions, connection and clock. It sends a few requests that only read, and shows no secret.",
        epilog="The exit status is 0 if calls can succeed, 1 if a check has failed, and 2 if an argument is wrong.",
    )
    connection.add_options(parser)
    parser.add_argument("--json", action="store_true", help="write JSON")
    return parser
