"""Which display a run gets."""

import contextlib

from astra_devops._runtime.progress import stream
from astra_devops.fleet.progress.display import Display
from astra_devops.fleet.progress.lines import Lines
from astra_devops.fleet.report.tally import Tally


def display_for(tally: Tally) -> Display:
    """Return a line that changes in a notebook, bars on a terminal with rich, else plain lines."""
    if stream.shows_displays():
        from astra_devops._runtime.progress.notebook import NotebookLine

        return Lines(tally, stream.write, live=NotebookLine().show)
    if stream.is_terminal():
        with contextlib.suppress(ImportError):
            from astra_devops.fleet.progress.bars import Bars

            return Bars(tally)
    return Lines(tally, stream.write)
