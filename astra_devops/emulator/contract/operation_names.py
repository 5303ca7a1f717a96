"""The names by which faults and the journal know operations.

A misspelt one would go unnoticed: nothing would ever be done by that name.
"""

from collections.abc import Collection
from difflib import get_close_matches
from functools import cache

BESIDES = frozenset({"downloadBundle", "dataApi"})
"""What is no operation of the contract, and stands for presigned URLs and for data endpoints."""
ANY = "*"


@cache
def usual() -> frozenset[str]:
    """Give the operation ids of the contract that comes with the package."""
    from astra_devops.emulator.contract.contract import load

    return frozenset(operation.id for operation in load().operations)


def checked(operation: str, known: Collection[str] | None = None) -> str:
    """Give a name back if there is such an operation, among those that are known or in the usual contract.

    Raises:
        ValueError: there is none; the message names the did_you_mean.
    """
    names = BESIDES.union(usual() if known is None else known)
    if operation not in names:
        raise ValueError(f"operation: there is no operation {operation!r}{did_you_mean(operation, names)}")
    return operation


def did_you_mean(word: str, words: Collection[str]) -> str:
    """Suggest the word that may have been meant, as the end of a sentence; nothing if none is near."""
    by_fold = {known.replace("_", "").casefold(): known for known in words}
    near = get_close_matches(word.replace("_", "").casefold(), by_fold, n=1)
    return f"; did you mean {by_fold[near[0]]!r}?" if near else ""
