"""Snapshots: list."""

import builtins
from datetime import datetime

from astra_devops._json import times
from astra_devops._rest.endpoints import snapshots as endpoints
from astra_devops._rest.models.snapshots import Snapshot
from astra_devops._runtime import checks
from astra_devops._runtime.caller import Caller


class AsyncSnapshots:
    """Snapshots of databases, which the service takes by itself. They can be cloned or restored."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def list(
        self, database_id: str, *, start: datetime | None = None, end: datetime | None = None, source_region: str | None = None
    ) -> builtins.list[Snapshot]:
        """List the snapshots of a database, in the order in which the service returns them.

        Needs ``org-db-view``.

        Args:
            start: List only snapshots taken at or after this time, which must have a time zone.
            end: List only snapshots taken at or before this time, which must have a time zone.
            source_region: The region of the database whose snapshots to list. By default the
                service chooses one.

        Raises:
            TypeError: An argument has the wrong type.
            ValueError: A time has no time zone, or ``end`` is before ``start``.
            NotFoundError: The database does not exist.

        >>> yesterday = datetime.now(UTC) - timedelta(days=1)
        >>> snapshots = await astra.snapshots.list(database_id, start=yesterday)
        >>> print(snapshots[0].id, snapshots[0].time)
        """
        if start is not None and end is not None and checks.moment(end, "end") < checks.moment(start, "start"):
            raise ValueError("end must not be before start")
        answer = await endpoints.list_snapshots(
            self._caller,
            database_id=database_id,
            from_=None if start is None else times.write(checks.moment(start, "start")),
            to=None if end is None else times.write(checks.moment(end, "end")),
            source_region=checks.optional(checks.string, source_region, "source_region"),
        )
        return answer.value.snapshots or []
