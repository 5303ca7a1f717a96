"""Which display a run gets."""

import contextlib
import os
import sys

from astra_devops.fleet.progress.display import Display
from astra_devops.fleet.progress.lines import Lines
from astra_devops.fleet.report.tally import Tally


def display_for(tally: Tally) -> Display:
    """Return bars on a terminal and in a notebook, if rich is installed; else plain lines."""
    if not os.environ.get("CI") and (_is_terminal() or _is_notebook()):
        with contextlib.suppress(ImportError):
            from astra_devops.fleet.progress.bars import Bars

            return Bars(tally)
    return Lines(tally, _write)


def _write(line: str) -> None:
    # A closed or broken standard error must not end the run.
    with contextlib.suppress(OSError, ValueError, AttributeError):
        print(line, file=sys.stderr, flush=True)


def _is_terminal() -> bool:
    return sys.stderr is not None and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"


def _is_notebook() -> bool:
    get_ipython = getattr(sys.modules.get("IPython"), "get_ipython", None)
    shell = get_ipython() if get_ipython is not None else None
    return type(shell).__name__ == "ZMQInteractiveShell"
