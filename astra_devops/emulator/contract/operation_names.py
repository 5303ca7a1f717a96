"""The names by which faults and the journal refer to operations.

They are checked, because nothing would ever happen under a mistyped one.
"""

from collections.abc import Collection
from difflib import get_close_matches
from functools import cache
from typing import Final

ANY: Final = "*"
"""The name for all operations."""
_NOT_IN_CONTRACT: Final = frozenset({"downloadBundle", "dataApi"})
"""The names for requests to presigned URLs and to data endpoints."""


@cache
def _bundled_operations() -> frozenset[str]:
    """Return the operation ids of the contract that comes with the package."""
    from astra_devops.emulator.contract.contract import load

    return frozenset(operation.id for operation in load().operations)


def check(operation: str, operations: Collection[str] | None = None) -> None:
    """Check that an operation exists, in the bundled contract unless its operations are given.

    Raises:
        ValueError: It does not; the message suggests the most similar one.
    """
    names = _NOT_IN_CONTRACT.union(_bundled_operations() if operations is None else operations)
    if operation not in names:
        raise ValueError(f"unknown operation {operation!r}{did_you_mean(operation, names)}")


def did_you_mean(word: str, words: Collection[str]) -> str:
    """Return ``; did you mean ...?`` with the most similar word, or nothing if none is similar."""
    by_folded_name = {candidate.replace("_", "").casefold(): candidate for candidate in words}
    matches = get_close_matches(word.replace("_", "").casefold(), by_folded_name, n=1)
    return f"; did you mean {by_folded_name[matches[0]]!r}?" if matches else ""
