"""Objects that belong to one process: copying or pickling one raises an error that explains."""

from typing import ClassVar, Final, NoReturn

OPERATION_NO_COPIES: Final = (
    "an operation cannot be copied or pickled: it polls with its client; pass on its resume_token, and call resume() of a client there"
)


class NoCopies:
    """A base of objects with connections, tasks or locks of their process.

    ``copy`` and ``pickle`` both call ``__reduce__``. Without it they fail at the first part that
    cannot be pickled, name that part, and leave half-made objects.
    """

    __slots__ = ()

    _no_copies: ClassVar[str] = "a client cannot be copied or pickled: it holds a token and connections; create one where it is needed"

    def __reduce__(self) -> NoReturn:
        raise TypeError(self._no_copies)
