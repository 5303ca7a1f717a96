"""Who sees the events of a client: the user's observer, or else the log."""

import inspect
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from astra_devops._first_use import importing

if TYPE_CHECKING:
    from astra_devops._runtime.events import Observer

logger: Final = logging.getLogger("astra_devops")
# A library leaves it to the program where its log goes. Without this, warnings would go to standard
# error.
logger.addHandler(logging.NullHandler())


def guarded(observer: "Observer | None") -> "Observer | None":
    """Return an observer whose exceptions do not reach the call.

    The first exception is logged, further ones are dropped.

    Raises:
        TypeError: It is not a plain function: a coroutine would never be awaited.
    """
    if observer is None:
        return None
    if not callable(observer) or inspect.iscoroutinefunction(observer) or inspect.iscoroutinefunction(type(observer).__call__):
        kind = "an async function" if callable(observer) else type(observer).__name__
        raise TypeError(f"observer must be a plain function of one event, not {kind}")
    return Guard("observer", observer)


class Guard:
    """A function of the user's that only watches.

    Its first exception is logged, and none is raised.
    """

    def __init__(self, name: str, function: Callable[..., object]) -> None:
        self._name = name
        self._function = function
        self._has_failed = False

    def __call__(self, *arguments: object) -> None:
        """Call the function."""
        try:
            self._function(*arguments)
        except Exception:
            self.failed()

    def failed(self) -> None:
        """Log the exception that is being handled, the first time."""
        if not self._has_failed:
            self._has_failed = True
            logger.exception("%s raised an exception; the call goes on, and further exceptions of it are not logged", self._name)


def observer_or_log(observer: "Observer | None", level: int = logging.DEBUG) -> "Observer | None":
    """Return the observer, or logging if it is on at this level, or None, which costs nothing."""
    if observer is not None:
        return observer
    if not logger.isEnabledFor(level):
        return None
    with importing:
        from astra_devops._runtime.telemetry.log import log
    return log
