"""Adding to an error what only a caller of the code that raised it can know."""

from collections.abc import Sequence

from astra_devops.errors import AstraDevOpsError


def join(texts: Sequence[str]) -> str:
    """Join the parts of a message. A part that ends like a sentence does so at the end only."""
    *others, last = texts
    return "; ".join([*(text.rstrip().removesuffix(".") for text in others), last])


def add_detail(error: BaseException, text: str) -> None:
    """Add a text to an error: to the message of ours, and as a note to any other.

    Python prints notes below the message, where they would take the place of what matters most.
    """
    if isinstance(error, AstraDevOpsError):
        error.args = (join([str(error), text]), *error.args[1:])
    else:
        error.add_note(text)
