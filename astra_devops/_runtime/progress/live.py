"""One line on a terminal that changes, drawn by rich."""

from rich.console import Console
from rich.text import Text


class LiveStatus:
    """A spinner with a text. rich honors ``NO_COLOR``."""

    def __init__(self) -> None:
        self._console = Console(stderr=True)
        self._status = self._console.status("")
        self._text = ""

    def show(self, text: str, *, is_news: bool) -> None:
        """Replace the text."""
        self._text = text
        self._status.update(Text(text))
        self._status.start()

    def close(self) -> None:
        """Remove the spinner, and leave the last text."""
        self._status.stop()
        if self._text:
            self._console.print(Text(self._text))
            self._text = ""
