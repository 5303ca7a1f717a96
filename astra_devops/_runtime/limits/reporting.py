"""Reports changes of the limits to the user's observer, or else to the log."""

import logging
from typing import TYPE_CHECKING

from astra_devops._first_use import importing
from astra_devops._runtime.limits.limiter import Listener
from astra_devops._runtime.observer import observer_or_log

if TYPE_CHECKING:
    from astra_devops._runtime.events import Observer
    from astra_devops._runtime.limits.values import Limits


def reporter(observer: "Observer | None") -> Listener:
    """Return a listener for a limiter that reports to this observer."""

    def report(limits: "Limits", reason: str | None) -> None:
        if (emit := observer_or_log(observer, logging.DEBUG if reason is None else logging.WARNING)) is not None:
            with importing:
                from astra_devops._runtime.events import LimitChanged
            emit(LimitChanged(limits=limits, reason=reason))

    return report
