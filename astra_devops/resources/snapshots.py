"""Snapshots: list."""

import builtins
from datetime import datetime

from astra_devops._json import times
from astra_devops._rest.endpoints import snapshots as endpoints
from astra_devops._rest.models.snapshots import Snapshot
from astra_devops._runtime import checks
from astra_devops._runtime.caller import Caller


class AsyncSnapshots:
    """Snapshots of databases, which the service takes by itself: what can be cloned, or restored."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def list(
        self, database_id: str, *, start: datetime | None = None, end: datetime | None = None, source_region: str | None = None
    ) -> builtins.list[Snapshot]:
        """List the snapshots of a database, in the order in which the service gives them; each tells its ``time``.

        Args:
            start: only those taken at or after this time, which must have a time zone.
            end: only those taken at or before this time, which must have a time zone.
            source_region: the region whose copy of the database is meant; by default the service
                chooses one.

        Needs ``org-db-view``.

        >>> snapshots = await astra.snapshots.list(database_id, start=datetime.now(UTC) - timedelta(days=1))
        """
        if start is not None and end is not None and checks.moment(end, "end") < checks.moment(start, "start"):
            raise ValueError("end must not be before start")
        answer = await endpoints.list_snapshots(
            self._caller,
            database_id=database_id,
            from_=None if start is None else times.write(checks.moment(start, "start")),
            to=None if end is None else times.write(checks.moment(end, "end")),
            source_region=None if source_region is None else checks.string(source_region, "source_region"),
        )
        return answer.value.snapshots or []
