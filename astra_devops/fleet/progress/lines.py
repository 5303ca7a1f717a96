"""Progress in plain lines, for logs and pipes: at each 5 percent, every 30 s, at each failure.

In a notebook a line that changes shows how far the run is.
"""

from collections.abc import Callable
from typing import Final

from astra_devops._secret import printable
from astra_devops.fleet.outcome import Outcome
from astra_devops.fleet.report.report import Report
from astra_devops.fleet.report.tally import Tally, reported
from astra_devops.fleet.report.values import STATES, duration

_SHARE: Final = 0.05
_SECONDS: Final = 30.0
_LIVE_SECONDS: Final = 0.2
"""How often a line that changes does so at most: each change is a message to the notebook."""
_MOST_FAILURES: Final = 100
"""How many failures get a line of their own: the report has the others."""


class Lines:
    """Writes lines by ``write``, which gets each without its line break.

    ``live`` replaces one line, which shows how far the run is.
    """

    def __init__(self, tally: Tally, write: Callable[[str], None], *, live: Callable[[str], None] | None = None) -> None:
        self._tally = tally
        self._write = write
        self._live = live
        self._shown = 0
        self._shown_at = 0.0
        self._failures = 0

    def start(self) -> None:
        """Show nothing: the first line comes with the first news."""

    def began(self, key: str) -> None:
        """Show nothing."""

    def ended(self, outcome: Outcome) -> None:
        """Write a line if the item has failed, or if it is time."""
        if outcome.state in ("failed", "unknown"):
            self._failures += 1
            if self._failures <= _MOST_FAILURES:
                item = reported(outcome)
                self._write(f"{outcome.state} {printable(item.key)}: {item.error}")
            if self._failures == _MOST_FAILURES:
                self._write("further failures are not listed here; the report counts them")
        if self._is_due():
            self._show()

    def close(self, report: Report) -> None:
        """Write the report, if the run did not go well; else its first line."""
        if self._live is not None:
            self._show()
        text = str(report)
        self._write(text.partition("\n")[0] if report.is_finished and not report.groups else text)

    def _is_due(self) -> bool:
        if self._live is not None:
            return self._tally.seconds - self._shown_at >= _LIVE_SECONDS
        total, ended = self._tally.total, sum(self._tally.counts.values())
        step = int(ended / (total * _SHARE)) > int(self._shown / (total * _SHARE)) if total else False
        return (step and ended != total) or self._tally.seconds - self._shown_at >= _SECONDS

    def _show(self) -> None:
        total, counts = self._tally.total, self._tally.counts
        self._shown, self._shown_at = sum(counts.values()), self._tally.seconds
        of = f" of {total:,} ({self._shown / total:.0%})" if total else ""
        states = ", ".join(f"{counts[state]:,} {state}" for state in STATES if counts[state])
        show = self._live or self._write
        show(f"{self._shown:,}{of} items in {duration(self._shown_at)}: {states}")
