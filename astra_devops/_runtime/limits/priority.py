"""Whose turn comes first where calls wait: single calls and polls, then the many of a run."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

_is_background: Final[ContextVar[bool]] = ContextVar("astra_devops_is_background", default=False)


@contextmanager
def background() -> Iterator[None]:
    """Put the calls in a block after all others, where calls have to wait for their turn."""
    token = _is_background.set(True)
    try:
        yield
    finally:
        _is_background.reset(token)


@contextmanager
def foreground() -> Iterator[None]:
    """Put the calls in a block, such as polls, before those of the run that they belong to."""
    token = _is_background.set(False)
    try:
        yield
    finally:
        _is_background.reset(token)


def is_background() -> bool:
    """Return whether calls give way to others here."""
    return _is_background.get()
