"""Progress as a bar on a terminal, drawn by rich."""

from typing import Final

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from astra_devops._secret import printable
from astra_devops.fleet.outcome import Outcome
from astra_devops.fleet.report.report import Report
from astra_devops.fleet.report.tally import Tally, reported
from astra_devops.fleet.report.values import STATES

_MOST_FAILURES: Final = 100


class Bars:
    """One bar for the run, and above it a line for each failure. rich honors ``NO_COLOR``."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._console = Console(stderr=True)
        columns = (SpinnerColumn(), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.description}"))
        self._progress = Progress(*columns, console=self._console)
        self._task = self._progress.add_task("", total=tally.total)
        self._failures = 0

    def start(self) -> None:
        """Draw the bar."""
        self._progress.start()

    def began(self, key: str) -> None:
        """Show nothing."""

    def ended(self, outcome: Outcome) -> None:
        """Move the bar, and write a line if the item has failed."""
        counts = self._tally.counts
        states = ", ".join(f"{counts[state]:,} {state}" for state in STATES if counts[state])
        self._progress.update(self._task, advance=1, description=states)
        if outcome.state in ("failed", "unknown"):
            self._failures += 1
            if self._failures <= _MOST_FAILURES:
                item = reported(outcome)
                self._progress.console.print(escape(f"{outcome.state} {printable(item.key)}: {item.error}"), highlight=False)

    def close(self, report: Report) -> None:
        """Remove the spinner, and write the report if the run did not go well."""
        self._progress.stop()
        if report.groups or not report.is_finished:
            self._console.print(escape(str(report)), highlight=False)
