"""Standard error, as progress goes to it."""

import contextlib
import os
import sys


def is_terminal() -> bool:
    """Return whether a line there can change. In CI it cannot."""
    return sys.stderr is not None and sys.stderr.isatty() and os.environ.get("TERM") != "dumb" and not _is_ci()


def shows_displays() -> bool:
    """Return whether a cell of a notebook shows what is displayed. In CI no one looks."""
    return is_notebook() and not _is_ci()


def is_notebook() -> bool:
    get_ipython = getattr(sys.modules.get("IPython"), "get_ipython", None)
    shell = get_ipython() if get_ipython is not None else None
    return type(shell).__name__ == "ZMQInteractiveShell"


def write(line: str) -> None:
    """Write a line. A closed or broken standard error must not end what is being shown."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        print(line, file=sys.stderr, flush=True)


def _is_ci() -> bool:
    return bool(os.environ.get("CI"))
