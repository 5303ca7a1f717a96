"""How the commands of ``python -m astra_devops`` say that they end with an error."""

import sys
from collections.abc import Iterable

from astra_devops._secret import printable, redact


def complain(command: str, error: object, status: int, notes: Iterable[str] = ()) -> int:
    """Write an error and its notes to standard error, and return the exit status."""
    print(f"astra_devops {command}: {printable(redact(str(error)))}", file=sys.stderr)
    for note in notes:
        print(printable(redact(note)), file=sys.stderr)
    return status
