"""Clones: copy a snapshot of one database into another."""

from astra_devops._rest.endpoints import clones as endpoints
from astra_devops._rest.models.clones import CloneStatus
from astra_devops._runtime import checks
from astra_devops._runtime.caller import Caller
from astra_devops.operations.conditions import clones as conditions
from astra_devops.operations.factory import OperationFactory
from astra_devops.operations.handle import AsyncOperation
from astra_devops.resources._outcome.accepted import require_id


class AsyncClones:
    """Clones: copies of snapshots of one database into another.

    The service does not list clones: only the caller that started one knows its id.
    """

    def __init__(self, caller: Caller, operations: OperationFactory) -> None:
        self._caller = caller
        self._operations = operations

    async def create(
        self, database_id: str, *, source_database_id: str, snapshot_id: str, source_region: str | None = None
    ) -> AsyncOperation[CloneStatus]:
        """Copy a snapshot of another database over this one, which must exist.

        The operation is done when the service reports ``DONE``. Its ``wait`` returns the
        :class:`CloneStatus`; fetch the database itself with ``databases.get``.

        A lost request is not sent again: a second one would start a second copy over the same
        database.

        Needs ``org-db-create``.

        Args:
            database_id: The database to copy into.
            source_database_id: The database that the snapshot was taken of.
            snapshot_id: The snapshot; see ``snapshots.list``.
            source_region: The region of the source database to copy from. By default the service
                chooses one.

        Raises:
            ValueError: An argument is empty.
            NotFoundError: A database or the snapshot does not exist.
            OutcomeUnknownError: The answer was lost, or has no operation id.

        >>> operation = await astra.clones.create(
        ...     database_id, source_database_id=source_id, snapshot_id=snapshot.id
        ... )
        >>> status = await operation.wait()
        """
        answer = await endpoints.clone_from_db(
            self._caller,
            database_id=database_id,
            source_dbid=checks.identifier(source_database_id, "source_database_id"),
            snapshot_id=checks.string(snapshot_id, "snapshot_id"),
            source_region=checks.optional(checks.string, source_region, "source_region"),
        )
        advice = f"check whether the data of the source appears in database {database_id} before you try again"
        operation_id = require_id(answer.value.operation_id, "cloneFromDB", "operationID", advice)
        return self._operations.start(conditions.CREATE, database_id=database_id, operation_id=operation_id)

    async def get(self, database_id: str, operation_id: str) -> CloneStatus:
        """Fetch the progress of a clone.

        Needs ``org-db-view``.

        Args:
            database_id: The database that is copied into.
            operation_id: The ``resource_id`` of the operation that ``create`` returned.

        Raises:
            NotFoundError: The clone does not exist.
        """
        return (await endpoints.clone_status(self._caller, database_id=database_id, operation_id=operation_id)).value
