"""The report of a run from its journal, over all of its sessions."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from astra_devops._runtime.clock import SystemClock
from astra_devops.fleet.journal.reading import JournalReader
from astra_devops.fleet.outcome import State
from astra_devops.fleet.report.report import Report
from astra_devops.fleet.report.tally import Tally
from astra_devops.fleet.report.values import STATES, ReportedItem

_STATES: Final[Mapping[str, State]] = {state: state for state in STATES}
_INTERRUPTED: Final = "run again with the journal, which settles what was sent when the process ended"


def report_of(reader: JournalReader, path: Path) -> Report:
    """Return the report of a run, as its journal has it."""
    status = reader.status()
    tally = Tally(SystemClock(), reader.workers(), None)
    began: datetime | None = None
    ended_at = 0.0
    for item in reader.ended_items():
        # The first to end may have begun after another one.
        began = item.began if began is None else began
        ended_at = max(0.0, (item.began + timedelta(seconds=item.seconds) - began).total_seconds())
        reported = ReportedItem(
            key=item.key,
            state=_STATES[item.state],
            error=item.error,
            error_type=item.error_type,
            resource_id=item.resource_id,
            resume_tokens=item.resume_tokens,
        )
        tally.add(reported, at=ended_at, seconds=item.seconds, requests=item.requests, advice=item.advice)
    if status.holder is None:
        for key in reader.interrupted_keys():
            tally.add(ReportedItem(key=key, state="unknown"), at=ended_at, seconds=0.0, requests=0, advice=_INTERRUPTED)
    tally.opened(path, status.run_id, status.sessions)
    tally.start(began or datetime.fromisoformat(status.created))
    # A journal does not know the items that were never begun.
    tally.finish(is_complete=status.is_settled, seconds=ended_at)
    return tally.report()
