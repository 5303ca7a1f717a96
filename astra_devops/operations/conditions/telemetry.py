"""What the set-up of a metrics export is waited for."""

from typing import Final

from astra_devops import errors
from astra_devops._rest.endpoints import telemetry as endpoints
from astra_devops.operations.conditions._sinks import is_at
from astra_devops.operations.kinds import Observation, OperationKind, Params, PollContext


async def is_set(context: PollContext, params: Params) -> Observation[None]:
    """Reached once the service tells of the sink.

    That it answers 404 until there is one is no failure.
    """
    try:
        answer = await endpoints.get_telemetry_config(context.caller, database_id=params["database_id"])
    except errors.NotFoundError:
        return Observation(None)
    return Observation(None, done=is_at(answer.value, params))


SET: Final = OperationKind(name="telemetry.set", condition=is_set, timeout=600.0, failure_states=frozenset())
