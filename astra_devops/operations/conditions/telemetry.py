"""What the set-up of a metrics export is waited for."""

from typing import Final

from astra_devops import errors
from astra_devops._rest.endpoints import telemetry as endpoints
from astra_devops.operations.conditions._sinks import is_at
from astra_devops.operations.kinds import Kind, Look, Params, Sight


async def is_set(look: Look, params: Params) -> Sight[None]:
    """Reached once the service tells of the sink. That it answers 404 until there is one is no failure."""
    try:
        answer = await endpoints.get_telemetry_config(look.caller, database_id=params["database_id"])
    except errors.NotFoundError:
        return Sight(None)
    return Sight(None, done=is_at(answer.value, params))


SET: Final = Kind(name="telemetry.set", goal=is_set, timeout=600.0, failed=frozenset())
