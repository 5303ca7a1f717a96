"""What a clone is waited for."""

from typing import Final

from astra_devops._rest.endpoints import clones as endpoints
from astra_devops._rest.models.clones import CloneStatus
from astra_devops.operations.kinds import Observation, OperationKind, Params, PollContext


async def copied(context: PollContext, params: Params) -> Observation[CloneStatus]:
    """Reached once the service says that the copy is done, in whatever capitals."""
    answer = await endpoints.clone_status(context.caller, database_id=params["database_id"], operation_id=params["operation_id"])
    state = str(answer.value.status or "").upper()
    return Observation(state or None, state == "DONE", answer.value)


CREATE: Final = OperationKind(name="clones.create", condition=copied, timeout=3600.0, failed=frozenset({"ERROR"}), resource="operation_id")
