"""Terminating a database, with its further datacenters before it."""

from functools import partial

from astra_devops import errors
from astra_devops._rest.endpoints import databases as endpoints
from astra_devops._runtime.caller import Caller
from astra_devops.operations.conditions import databases as conditions
from astra_devops.operations.factory import OperationFactory
from astra_devops.operations.handle import AsyncOperation
from astra_devops.operations.termination import is_terminating
from astra_devops.resources._outcome.reconcile import database_outcome_check, find_database, retry_while_busy


async def terminate(
    caller: Caller,
    operations: OperationFactory,
    database_id: str,
    *,
    with_datacenters: bool = False,
    prepared_state_only: bool | None = None,
) -> AsyncOperation[None]:
    """Terminate a database. Retry while it is busy."""
    if with_datacenters:
        from astra_devops.resources._extra_datacenters import terminate_extra

        await terminate_extra(caller, operations, database_id)
    check_outcome = database_outcome_check(caller, database_id, is_terminating)
    send = partial(endpoints.terminate_database, prepared_state_only=prepared_state_only, check_outcome=check_outcome)
    await retry_while_busy(caller, database_id, send)
    return operations.start(conditions.TERMINATE_DATABASE, database_id=database_id)


async def ensure_terminated(caller: Caller, operations: OperationFactory, database_id: str) -> AsyncOperation[None] | None:
    """Terminate a database, unless that has begun or is over; then return None."""
    try:
        return await terminate(caller, operations, database_id, with_datacenters=True)
    except errors.NotFoundError:
        return None
    except errors.ConflictError:
        if is_terminating(await find_database(caller, database_id)):
            return None
        raise
