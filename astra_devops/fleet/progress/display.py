"""What shows the progress of a run."""

from typing import Protocol

from astra_devops.fleet.outcome import Outcome
from astra_devops.fleet.report.report import Report


class Display(Protocol):
    """Is called in the event loop of the run, and must not raise."""

    def start(self) -> None:
        """Show that the run begins."""

    def began(self, key: str) -> None:
        """Show that an item has begun."""

    def ended(self, outcome: Outcome) -> None:
        """Show that an item has ended."""

    def close(self, report: Report) -> None:
        """Show that the run has ended."""
