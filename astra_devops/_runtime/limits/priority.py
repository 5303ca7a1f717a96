"""Whose turn comes first where calls wait: single calls and polls, then the many of a run."""

from contextvars import ContextVar
from typing import Final

from astra_devops._runtime.deadline import Setting

_is_background: Final[ContextVar[bool]] = ContextVar("astra_devops_is_background", default=False)


def background() -> Setting[bool]:
    """Put the calls in a block after all others, where calls have to wait for their turn."""
    return Setting(_is_background, True)


def foreground() -> Setting[bool]:
    """Put the calls in a block, such as polls, before those of the run that they belong to."""
    return Setting(_is_background, False)


def is_background() -> bool:
    """Return whether calls give way to others here."""
    return _is_background.get()
