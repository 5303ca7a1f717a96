"""Waking a hibernated database, for which the service has no operation."""

from typing import Final
from urllib.parse import urlsplit

from astra_devops import errors
from astra_devops._rest.models.databases import Database
from astra_devops._runtime.caller import Caller
from astra_devops._runtime.checks import is_loopback
from astra_devops._runtime.retry import NotSent

_ASLEEP: Final = frozenset({"HIBERNATED", "HIBERNATING"})
_DEAD_ENDS: Final = frozenset({"ERROR", "PARKED", "PARKING", "SUSPENDED", "TERMINATED", "TERMINATING"})
_VENDOR: Final = ".datastax.com"
# Which path is asked for does not matter, and what comes back does not either: 503 is the usual
# answer, no answer has been seen.
_PATH: Final = "/api/rest/v2/schemas/keyspaces"


async def wake(caller: Caller, database: Database, snapshot: errors.OperationSnapshot) -> None:
    """Send the request that wakes a database, unless it is awake or waking already.

    Raises:
        OperationFailedError: it is in a state that nothing wakes it from, or tells no data endpoint
            of the vendor's.
        RequestNotSentError: its data endpoint cannot be reached.
    """
    if database.status in _DEAD_ENDS:
        raise errors.OperationFailedError(f"database {database.id} is {database.status}, not asleep", snapshot=snapshot)
    if database.status not in _ASLEEP:
        return
    parts = urlsplit(database.data_endpoint_url or "")
    host = parts.hostname or ""
    ours = is_loopback(host) or (parts.scheme == "https" and host.endswith(_VENDOR))
    if not ours:
        raise errors.OperationFailedError(
            f"database {database.id} tells no data endpoint of the vendor's, so there is nothing to wake it by", snapshot=snapshot
        )
    # The emulator serves the endpoints of all databases at one address, told apart by the first
    # segment of the path.
    prefix = parts.path.removesuffix("/api/rest").rstrip("/")
    outcome = await caller.wake_request(f"{parts.scheme}://{parts.netloc}", prefix + _PATH)
    if isinstance(outcome, NotSent):
        message = f"the data endpoint of database {database.id} cannot be reached: {outcome.reason}"
        raise errors.RequestNotSentError(message, operation="resume", reason=outcome.reason, attempts=1)
