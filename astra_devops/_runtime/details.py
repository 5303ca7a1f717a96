"""Adding to an error what only a caller of the code that raised it can know."""

from astra_devops.errors import AstraDevOpsError


def add_detail(error: BaseException, text: str) -> None:
    """Add a text to an error: to the message of ours, and as a note to any other.

    Python prints notes below the message, where they would take the place of what matters most.
    """
    if isinstance(error, AstraDevOpsError):
        error.args = (f"{error}; {text}", *error.args[1:])
    else:
        error.add_note(text)
