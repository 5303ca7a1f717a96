"""The condition of a restore."""

from typing import Final

from astra_devops._rest.endpoints import restores as endpoints
from astra_devops._rest.models.restores import RestoreStatus
from astra_devops.operations.kinds import MINUTE, Observation, OperationKind, Params, PollContext


async def is_restored(context: PollContext, params: Params) -> Observation[RestoreStatus]:
    """Check whether the service reports the restore as done, in any case."""
    answer = await endpoints.restore_status(context.caller, database_id=params["database_id"], operation_id=params["operation_id"])
    status = str(answer.value.status or "").upper()
    return Observation(status or None, status == "DONE", answer.value)


CREATE: Final = OperationKind(
    name="restores.create",
    params=("database_id", "operation_id"),
    condition=is_restored,
    timeout=60 * MINUTE,
    failure_states=frozenset({"ERROR"}),
    resource="operation_id",
)
