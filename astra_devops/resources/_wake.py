"""Waking a hibernated database, for which the service has no operation."""

from typing import Final
from urllib.parse import urlsplit

from astra_devops import errors
from astra_devops._rest.models.databases import Database
from astra_devops._runtime.caller import Caller
from astra_devops._runtime.checks import is_loopback
from astra_devops._runtime.outcome import NotSent

_ASLEEP: Final = frozenset({"HIBERNATED", "HIBERNATING"})
_NOT_WAKEABLE: Final = frozenset({"ERROR", "PARKED", "PARKING", "SUSPENDED", "TERMINATED", "TERMINATING"})
_VENDOR_DOMAIN: Final = ".datastax.com"
# Any path wakes the database, whatever the answer. It is usually a 503, and sometimes none comes.
_PATH: Final = "/api/rest/v2/schemas/keyspaces"


async def wake(caller: Caller, database: Database, snapshot: errors.OperationSnapshot) -> None:
    """Send the request that wakes a database, unless it is awake or waking already.

    Raises:
        OperationFailedError: The database is in a state that it cannot be woken from, or has no
            data endpoint under the vendor's domain.
        RequestNotSentError: The data endpoint cannot be reached.
    """
    if database.status in _NOT_WAKEABLE:
        raise errors.OperationFailedError(f"database {database.id} is {database.status}, not hibernated", snapshot=snapshot)
    if database.status not in _ASLEEP:
        return
    parts = urlsplit(database.data_endpoint_url or "")
    host = parts.hostname or ""
    # The request carries the token.
    is_trusted = is_loopback(host) or host in caller.transport.plain_hosts or (parts.scheme == "https" and host.endswith(_VENDOR_DOMAIN))
    if not is_trusted:
        raise errors.OperationFailedError(
            f"database {database.id} has no data endpoint under {_VENDOR_DOMAIN}, so it cannot be woken", snapshot=snapshot
        )
    # The emulator serves the data endpoints of all databases at one address; the first segment of
    # the path is the database.
    prefix = parts.path.removesuffix("/api/rest").rstrip("/")
    outcome = await caller.wake_request(f"{parts.scheme}://{parts.netloc}", prefix + _PATH)
    if isinstance(outcome, NotSent):
        message = f"the data endpoint of database {database.id} cannot be reached: {outcome.reason}"
        raise errors.RequestNotSentError(message, operation="resume", reason=outcome.reason, attempts=1, is_final=outcome.final)
