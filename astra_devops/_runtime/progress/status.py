"""The progress of one thing: a line that changes, or plain lines where none can change."""

import contextlib
from typing import Final, Protocol

from astra_devops._runtime.progress import stream
from astra_devops._secret import printable, redact

_SECONDS: Final = 30.0
"""By how much the time of a plain line differs from the one before, unless there is news."""
_SHARE: Final = 0.25
"""The part of a download after which there is another plain line."""


class Status(Protocol):
    """Shows the latest of several texts."""

    def show(self, text: str, *, is_news: bool) -> None:
        """Show a text. ``is_news`` says whether it is worth a line of its own."""

    def close(self) -> None:
        """End the display. The last text stays."""


def status_display() -> Status:
    """Return a line that changes in a notebook, and on a terminal if rich is installed."""
    if stream.shows_displays():
        from astra_devops._runtime.progress.notebook import NotebookLine

        return NotebookLine()
    if stream.is_terminal():
        with contextlib.suppress(ImportError):
            from astra_devops._runtime.progress.live import LiveStatus

            return LiveStatus()
    return PlainStatus()


class PlainStatus:
    """Writes a line for each piece of news, and the last text."""

    def __init__(self) -> None:
        self._pending: str | None = None

    def show(self, text: str, *, is_news: bool) -> None:
        """Write news at once, and keep anything else for the end."""
        self._pending = None if is_news else text
        if is_news:
            stream.write(text)

    def close(self) -> None:
        """Write the last text, unless that has been done."""
        if self._pending is not None:
            stream.write(self._pending)
            self._pending = None


class WaitProgress:
    """Shows the polls of a wait."""

    def __init__(self, title: str) -> None:
        self._title = printable(redact(title))
        self._display = status_display()
        self._shown_at = 0.0

    def polled(self, status: str | None, elapsed: float, note: str | None, *, is_news: bool) -> None:
        """Show the result of a poll."""
        news = is_news or elapsed - self._shown_at >= _SECONDS
        if news:
            self._shown_at = elapsed
        more = "" if note is None else f" ({printable(redact(' '.join(note.split())))})"
        self._display.show(f"{self._title}: {printable(str(status or 'accepted'))}{more}, {_duration(elapsed)}", is_news=news)

    def close(self) -> None:
        """End the display."""
        self._display.close()


class DownloadProgress:
    """Shows how much of a file has been received; a callback of downloads."""

    def __init__(self, title: str) -> None:
        self._title = printable(redact(title))
        self._display = status_display()
        self._steps = 0

    def __call__(self, received: int, total: int | None) -> None:
        """Show the number of bytes. The total is None if it is unknown."""
        steps = int(received / (total * _SHARE)) if total else 0
        of = f" of {_size(total)} ({received / total:.0%})" if total else ""
        self._display.show(f"{self._title}: {_size(received)}{of}", is_news=steps != self._steps)
        self._steps = steps

    def close(self) -> None:
        """End the display."""
        self._display.close()


def _size(size: int) -> str:
    return f"{size:,} B" if size < 10_000 else f"{size / 1024:,.0f} KiB"


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"
