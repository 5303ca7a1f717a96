"""Everything that an error shows, in one text."""

import copy
import pickle
import traceback
from collections.abc import Iterator


def chain_of(error: BaseException) -> Iterator[BaseException]:
    """Yield an error, its causes and its contexts, each once."""
    seen: set[int] = set()
    left: list[BaseException | None] = [error]
    while left:
        one = left.pop()
        if one is not None and id(one) not in seen:
            seen.add(id(one))
            left += [one.__cause__, one.__context__]
            yield one


def everything_shown(error: BaseException) -> str:
    """Return texts, notes, pickles and copies of an error, and the variables of the package."""
    shown = []
    for one in chain_of(error):
        shown += [str(one), repr(one), repr(one.args), repr(vars(one)), "".join(traceback.format_exception(one))]
        shown += [pickle.dumps(one).decode("latin-1"), repr(vars(copy.copy(one)))]
        for frame in traceback.TracebackException.from_exception(one, capture_locals=True).stack:
            # The tests hold the secrets themselves.
            if "/tests/" not in frame.filename:
                shown.append(repr(frame.locals))
    return "\n".join(shown)
