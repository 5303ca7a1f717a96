"""What a restore is waited for."""

from typing import Final

from astra_devops._rest.endpoints import restores as endpoints
from astra_devops._rest.models.restores import RestoreStatus
from astra_devops.operations.kinds import Observation, OperationKind, Params, PollContext


async def restored(context: PollContext, params: Params) -> Observation[RestoreStatus]:
    """Reached once the service says that the restore is done, in whatever capitals."""
    answer = await endpoints.restore_status(context.caller, database_id=params["database_id"], operation_id=params["operation_id"])
    state = str(answer.value.status or "").upper()
    return Observation(state or None, state == "DONE", answer.value)


CREATE: Final = OperationKind(
    name="restores.create", condition=restored, timeout=3600.0, failed=frozenset({"ERROR"}), resource="operation_id"
)
