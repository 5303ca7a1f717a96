"""Showing the progress of a wait."""

from typing import Any

from astra_devops._runtime.progress.status import WaitProgress
from astra_devops.operations.events import is_change
from astra_devops.operations.wait_loop import WaitLoop


async def show_progress(wait_loop: WaitLoop[Any], title: str) -> None:
    """Wait, and show each poll on standard error."""
    display = WaitProgress(title)
    previous = None
    try:
        while (event := await wait_loop.next_event()) is not None:
            display.polled(event.status, event.elapsed, event.problem or event.message, is_news=is_change(previous, event))
            previous = event
    finally:
        display.close()
