"""What a clone is waited for."""

from typing import Final

from astra_devops._rest.endpoints import clones as endpoints
from astra_devops._rest.models.clones import CloneStatus
from astra_devops.operations.kinds import Kind, Look, Params, Sight


async def copied(look: Look, params: Params) -> Sight[CloneStatus]:
    """Reached once the service says that the copy is done, in whatever capitals."""
    answer = await endpoints.clone_status(look.caller, database_id=params["database_id"], operation_id=params["operation_id"])
    state = str(answer.value.status or "").upper()
    return Sight(state or None, state == "DONE", answer.value)


CREATE: Final = Kind(name="clones.create", goal=copied, timeout=3600.0, failed=frozenset({"ERROR"}), resource="operation_id")
