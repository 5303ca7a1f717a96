"""What aiohttp's server logs: a request that is not HTTP is one line, not a traceback."""

import logging
from typing import Final

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

logger: Final = logging.getLogger("astra_devops.emulator")


def _shorten(record: logging.LogRecord) -> bool:
    error = record.exc_info[1] if isinstance(record.exc_info, tuple) else None
    if isinstance(error, web.RequestPayloadError):
        record.msg, record.args, record.exc_info = "the body of a request cannot be read: %s", (" ".join(str(error).split())[:200],), None
    elif isinstance(error, HttpProcessingError):
        sender = str(record.args[0]) if isinstance(record.args, tuple) and record.args else "a client"
        reason = " ".join(error.message.split())[:200]
        record.msg, record.args, record.exc_info = "a request from %s is not valid HTTP: %s", (sender, reason), None
    return True


logger.addFilter(_shorten)
