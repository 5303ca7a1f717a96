"""``ASTRA_DEVOPS_LOG=debug``: the log of a script on standard error, with no change of code."""

import logging
import warnings
from collections.abc import Mapping
from typing import Final, TextIO

from astra_devops._runtime.settings import LOG_VARIABLE, user_level
from astra_devops._secret import redact

_LEVELS: Final = ("debug", "info", "warning", "error", "critical")
_logger: Final = logging.getLogger("astra_devops")


class _Handler(logging.StreamHandler[TextIO]):
    """Writes to standard error, unless the program has set up logging itself."""

    def emit(self, record: logging.LogRecord) -> None:
        if not logging.getLogger().handlers:
            super().emit(record)


def log_if_asked(variables: Mapping[str, str]) -> None:
    """Log to standard error from the level on that the environment names, if it names one.

    A second call only changes the level. A wrong value is a warning: a program must not fail over
    its log.
    """
    value = variables.get(LOG_VARIABLE, "").strip().lower()
    if not value:
        return
    if value not in _LEVELS:
        message = f"{LOG_VARIABLE} must be one of {', '.join(_LEVELS)}, not {redact(repr(variables[LOG_VARIABLE]))}; it is ignored"
        warnings.warn(message, UserWarning, user_level())
        return
    _logger.setLevel(value.upper())
    if not any(isinstance(handler, _Handler) for handler in _logger.handlers):
        handler = _Handler()
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
        _logger.addHandler(handler)
