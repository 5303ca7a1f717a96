"""Standard error, as progress goes to it."""

import contextlib
import os
import sys


def is_live() -> bool:
    """Return whether a line there can change: on a terminal and in a notebook, but not in CI."""
    return not os.environ.get("CI") and (_is_terminal() or _is_notebook())


def write(line: str) -> None:
    """Write a line. A closed or broken standard error must not end what is being shown."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        print(line, file=sys.stderr, flush=True)


def _is_terminal() -> bool:
    return sys.stderr is not None and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"


def _is_notebook() -> bool:
    get_ipython = getattr(sys.modules.get("IPython"), "get_ipython", None)
    shell = get_ipython() if get_ipython is not None else None
    return type(shell).__name__ == "ZMQInteractiveShell"
