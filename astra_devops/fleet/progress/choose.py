"""Which display a run gets."""

import contextlib

from astra_devops._runtime.progress import stream
from astra_devops.fleet.progress.display import Display
from astra_devops.fleet.progress.lines import Lines
from astra_devops.fleet.report.tally import Tally


def display_for(tally: Tally) -> Display:
    """Return bars on a terminal and in a notebook, if rich is installed; else plain lines."""
    if stream.is_live():
        with contextlib.suppress(ImportError):
            from astra_devops.fleet.progress.bars import Bars

            return Bars(tally)
    return Lines(tally, stream.write)
