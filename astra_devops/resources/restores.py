"""Restores: bring a database back to one of its snapshots."""

from astra_devops._rest.endpoints import restores as endpoints
from astra_devops._rest.models.restores import RestoreStatus
from astra_devops._runtime import checks
from astra_devops._runtime.caller import Caller
from astra_devops.operations.conditions import restores as conditions
from astra_devops.operations.factory import OperationFactory
from astra_devops.operations.handle import AsyncOperation
from astra_devops.resources._outcome.accepted import id_of


class AsyncRestores:
    """Returns of databases to their own snapshots.

    No list shows them: their ids are known only to who began them.

    The paths are inferred from those of the clones: the reference page shows these operations
    without theirs, and newer editions no longer have them.
    """

    def __init__(self, caller: Caller, operations: OperationFactory) -> None:
        self._caller = caller
        self._operations = operations

    async def create(self, database_id: str, *, snapshot_id: str) -> AsyncOperation[RestoreStatus]:
        """Bring a database back to a snapshot. Done when the service says ``DONE``.

        A second request would begin a second restore, so one whose answer is lost is not repeated.

        The path is inferred from that of a clone, as is the place of ``snapshot_id`` in it.

        Args:
            snapshot_id: see ``snapshots.list``.

        Needs ``org-db-create``.

        Raises:
            OutcomeUnknownError: the answer was lost, or names no operation.
        """
        answer = await endpoints.restore_db(self._caller, database_id=database_id, snapshot_id=checks.string(snapshot_id, "snapshot_id"))
        advice = f"see whether database {database_id} is back in its earlier state before trying again"
        operation_id = id_of(answer.value.operation_id, "restoreDB", "operationID", advice)
        return self._operations.start(conditions.CREATE, database_id=database_id, operation_id=operation_id)

    async def get(self, database_id: str, operation_id: str) -> RestoreStatus:
        """Fetch how far a restore is. The path is inferred from that of a clone.

        Args:
            operation_id: the ``resource_id`` of what ``create`` returned.

        Needs ``org-db-view``.

        Raises:
            NotFoundError: there is no such restore.
        """
        return (await endpoints.restore_status(self._caller, database_id=database_id, operation_id=operation_id)).value
