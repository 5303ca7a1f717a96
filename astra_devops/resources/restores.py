"""Restores: return a database to one of its snapshots."""

from astra_devops._rest.endpoints import restores as endpoints
from astra_devops._rest.models.restores import RestoreStatus
from astra_devops._runtime import checks
from astra_devops._runtime.caller import Caller
from astra_devops.operations.conditions import restores as conditions
from astra_devops.operations.factory import OperationFactory
from astra_devops.operations.handle import AsyncOperation
from astra_devops.resources._outcome.accepted import require_id


class AsyncRestores:
    """Restores of databases from their own snapshots.

    The service does not list restores: only the caller that started one knows its id.

    The paths are inferred from those of clones: the reference page shows these operations without
    paths, and newer editions no longer have them.
    """

    def __init__(self, caller: Caller, operations: OperationFactory) -> None:
        self._caller = caller
        self._operations = operations

    async def create(self, database_id: str, *, snapshot_id: str) -> AsyncOperation[RestoreStatus]:
        """Restore a database from a snapshot.

        The operation is done when the service reports ``DONE``.

        A lost request is not sent again: a second one would start a second restore.

        The path is inferred from that of a clone, and so is the place of ``snapshot_id`` in the
        request.

        Needs ``org-db-create``.

        Args:
            snapshot_id: The snapshot; see ``snapshots.list``.

        Raises:
            ValueError: ``snapshot_id`` is empty.
            NotFoundError: The database or the snapshot does not exist.
            OutcomeUnknownError: The answer was lost, or has no operation id.

        >>> operation = await astra.restores.create(database_id, snapshot_id=snapshot.id)
        >>> status = await operation.wait()
        """
        answer = await endpoints.restore_db(self._caller, database_id=database_id, snapshot_id=checks.string(snapshot_id, "snapshot_id"))
        advice = f"check whether database {database_id} is back in its earlier state before you try again"
        operation_id = require_id(answer.value.operation_id, "restoreDB", "operationID", advice)
        return self._operations.start(conditions.CREATE, database_id=database_id, operation_id=operation_id)

    async def get(self, database_id: str, operation_id: str) -> RestoreStatus:
        """Fetch the progress of a restore. The path is inferred from that of a clone.

        Needs ``org-db-view``.

        Args:
            operation_id: The ``resource_id`` of the operation that ``create`` returned.

        Raises:
            NotFoundError: The restore does not exist.
        """
        return (await endpoints.restore_status(self._caller, database_id=database_id, operation_id=operation_id)).value
