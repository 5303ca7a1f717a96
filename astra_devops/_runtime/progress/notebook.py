"""One line in a notebook that changes, by the display of IPython: rich would need ipywidgets."""

from typing import Any

from IPython.display import display


class NotebookLine:
    """A line below the cell."""

    def __init__(self) -> None:
        self._handle: Any = None

    def show(self, text: str, *, is_news: bool = False) -> None:
        """Replace the text."""
        if self._handle is None:
            self._handle = display({"text/plain": text}, raw=True, display_id=True)  # type: ignore[no-untyped-call]
        else:
            self._handle.update({"text/plain": text}, raw=True)

    def close(self) -> None:
        """Leave the last text."""
