"""Clones: copy a snapshot of one database into another."""

from astra_devops._rest.endpoints import clones as endpoints
from astra_devops._rest.models.clones import CloneStatus
from astra_devops._runtime import checks
from astra_devops._runtime.caller import Caller
from astra_devops.operations.conditions import clones as conditions
from astra_devops.operations.factory import OperationFactory
from astra_devops.operations.handle import AsyncOperation
from astra_devops.resources._outcome.accepted import id_of


class AsyncClones:
    """Copies of snapshots of one database into another.

    No list shows them: their ids are known only to who began them.
    """

    def __init__(self, caller: Caller, operations: OperationFactory) -> None:
        self._caller = caller
        self._operations = operations

    async def create(
        self, database_id: str, *, source_database_id: str, snapshot_id: str, source_region: str | None = None
    ) -> AsyncOperation[CloneStatus]:
        """Copy a snapshot of another database over this one, which must exist.

        Done when the service says ``DONE``.

        A second request would begin a second copy over the same database, so one whose answer is
        lost is not repeated.

        Args:
            database_id: the database to copy into.
            source_database_id: the database that the snapshot was taken of.
            snapshot_id: see ``snapshots.list``.
            source_region: the region whose copy of the source is meant; by default the service
                chooses one.

        ``wait`` on the operation gives the :class:`CloneStatus`; ``databases.get`` then shows the
        database.

        Needs ``org-db-create``.

        Raises:
            OutcomeUnknownError: the answer was lost, or names no operation.

        >>> operation = await astra.clones.create(database_id, source_database_id=source_id, snapshot_id=snapshot.id)
        >>> await operation.wait()
        """
        answer = await endpoints.clone_from_db(
            self._caller,
            database_id=database_id,
            source_dbid=checks.string(source_database_id, "source_database_id"),
            snapshot_id=checks.string(snapshot_id, "snapshot_id"),
            source_region=None if source_region is None else checks.string(source_region, "source_region"),
        )
        advice = f"see whether what the source holds turns up in database {database_id} before trying again"
        operation_id = id_of(answer.value.operation_id, "cloneFromDB", "operationID", advice)
        return self._operations.start(conditions.CREATE, database_id=database_id, operation_id=operation_id)

    async def get(self, database_id: str, operation_id: str) -> CloneStatus:
        """Fetch how far a copy is.

        Args:
            database_id: the database that is copied into.
            operation_id: the ``resource_id`` of what ``create`` returned.

        Needs ``org-db-view``.

        Raises:
            NotFoundError: there is no such copy.
        """
        return (await endpoints.clone_status(self._caller, database_id=database_id, operation_id=operation_id)).value
