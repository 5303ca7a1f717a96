"""What a restore is waited for."""

from typing import Final

from astra_devops._rest.endpoints import restores as endpoints
from astra_devops._rest.models.restores import RestoreStatus
from astra_devops.operations.kinds import Kind, Look, Params, Sight


async def restored(look: Look, params: Params) -> Sight[RestoreStatus]:
    """Reached once the service says that the restore is done, in whatever capitals."""
    answer = await endpoints.restore_status(look.caller, database_id=params["database_id"], operation_id=params["operation_id"])
    state = str(answer.value.status or "").upper()
    return Sight(state or None, state == "DONE", answer.value)


CREATE: Final = Kind(name="restores.create", goal=restored, timeout=3600.0, failed=frozenset({"ERROR"}), resource="operation_id")
