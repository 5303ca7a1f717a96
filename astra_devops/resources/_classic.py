"""Classic databases: the base of ``AsyncDatabases`` with the methods that serve no others."""

from functools import partial
from typing import TYPE_CHECKING

from astra_devops._rest.endpoints import databases as endpoints
from astra_devops._rest.models.databases import Database
from astra_devops._runtime import checks
from astra_devops._runtime.caller import Caller
from astra_devops.operations.factory import OperationFactory
from astra_devops.resources._database_changes import bodies, conditions, reconcile

if TYPE_CHECKING:
    from astra_devops.operations.handle import AsyncOperation


class AsyncClassicDatabases:
    """Parking and resizing, which serverless databases refuse."""

    _caller: Caller
    _operations: OperationFactory

    async def park(self, database_id: str) -> "AsyncOperation[Database]":
        """Park a classic database, which keeps its data and costs less. Deprecated by the service.

        The operation is done when the database is PARKED.

        Needs ``org-db-suspend``.

        Raises:
            BadRequestError: The database is serverless.
            NotFoundError: The database does not exist.
            BusyError: The database is still busy.
        """
        check_outcome = reconcile.status_check(self._caller, database_id, "PARKING", "PARKED")
        await reconcile.retry_while_busy(self._caller, database_id, partial(endpoints.park_database, check_outcome=check_outcome))
        return self._operations.start(conditions.PARK_DATABASE, database_id=database_id)

    async def unpark(self, database_id: str) -> "AsyncOperation[Database]":
        """Unpark a parked classic database. Deprecated by the service.

        The operation is done when the database is ACTIVE.

        Needs ``org-db-suspend``.

        Raises:
            BadRequestError: The database is serverless.
            NotFoundError: The database does not exist.
            BusyError: The database is still busy.
        """
        check_outcome = reconcile.status_check(self._caller, database_id, "UNPARKING", "ACTIVE")
        await reconcile.retry_while_busy(self._caller, database_id, partial(endpoints.unpark_database, check_outcome=check_outcome))
        return self._operations.start(conditions.UNPARK_DATABASE, database_id=database_id)

    async def resize(self, database_id: str, capacity_units: int) -> "AsyncOperation[Database]":
        """Increase the capacity units of a classic database.

        The operation is done when the database is ACTIVE with the new capacity.

        Needs ``org-db-expand``.

        Args:
            capacity_units: The new total, from 1 to 100 and at most three more than now. It cannot
                be reduced.

        Raises:
            ValueError: ``capacity_units`` is not from 1 to 100.
            BadRequestError: The database is serverless, or cannot be resized to this total.
            NotFoundError: The database does not exist.
            BusyError: The database is still busy.
        """
        checks.integer(capacity_units, "capacity_units", 1, 100)

        # The state RESIZING could come from another request, to another capacity.
        def is_resized(database: Database | None) -> bool:
            return database is not None and database.info.capacity_units == capacity_units

        check_outcome = reconcile.database_outcome_check(self._caller, database_id, is_resized)
        body = bodies.CapacityUnits(capacity_units=capacity_units)
        await reconcile.retry_while_busy(
            self._caller, database_id, partial(endpoints.resize_database, body=body, check_outcome=check_outcome)
        )
        return self._operations.start(conditions.RESIZE_DATABASE, database_id=database_id, capacity_units=str(capacity_units))
