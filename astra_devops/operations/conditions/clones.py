"""The condition of a clone."""

from typing import Final

from astra_devops._rest.endpoints import clones as endpoints
from astra_devops._rest.models.clones import CloneStatus
from astra_devops.operations.kinds import MINUTE, Observation, OperationKind, Params, PollContext


async def is_cloned(context: PollContext, params: Params) -> Observation[CloneStatus]:
    """Check whether the service reports the clone as done, in any case."""
    answer = await endpoints.clone_status(context.caller, database_id=params["database_id"], operation_id=params["operation_id"])
    status = str(answer.value.status or "").upper()
    return Observation(status or None, status == "DONE", answer.value)


CREATE: Final = OperationKind(
    name="clones.create",
    params=("database_id", "operation_id"),
    condition=is_cloned,
    timeout=60 * MINUTE,
    failure_states=frozenset({"ERROR"}),
    resource="operation_id",
)
