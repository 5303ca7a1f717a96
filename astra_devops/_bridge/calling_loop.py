"""What a blocking call says on a thread that runs an event loop."""

import asyncio
import sys
import warnings
from typing import TYPE_CHECKING

from astra_devops._runtime.emulators import find_on_loop
from astra_devops._runtime.progress import stream

if TYPE_CHECKING:
    from types import FrameType


class LoopWarnings:
    """Warns of calls that block a running event loop, once for each place in the user's code."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._places: set[tuple[str, int]] = set()

    def check(self) -> None:
        """Warn if the calling thread runs an event loop.

        Raises:
            RuntimeError: An emulator runs on that loop, so that the call could never end.
        """
        # None outside of a loop, and cheaper than the exception of get_running_loop.
        loop = asyncio._get_running_loop()
        if loop is None:
            return
        url = find_on_loop(loop)
        if url is not None:
            raise RuntimeError(
                f"{self._name} was called on the event loop that runs the emulator at {url}, which cannot answer while a call blocks "
                "the loop: use AsyncAstraDevOps there, as from emulator.async_client(), or run the emulator in its own thread with "
                "Emulator.running()"
            )
        if stream.is_notebook():
            return  # Its loop runs all the time, and any cell blocks it.
        level, place = _caller()
        if place not in self._places:
            self._places.add(place)
            warnings.warn(
                f"a call of {self._name} blocks the running event loop of this thread until it returns, and with it everything else "
                "that runs there: use AsyncAstraDevOps in async code, or asyncio.to_thread",
                RuntimeWarning,
                stacklevel=level + 1,
            )


def _caller() -> tuple[int, tuple[str, int]]:
    """Return the place in the user's code that makes the call, and its stack level from here."""
    level = 0
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and str(frame.f_globals.get("__name__", "")).startswith("astra_devops."):
        level += 1
        frame = frame.f_back
    return level, (frame.f_code.co_filename, frame.f_lineno) if frame is not None else ("", 0)
