"""The condition that ends the wait after a metrics export was set up."""

from typing import Final

from astra_devops import errors
from astra_devops._rest.endpoints import telemetry as endpoints
from astra_devops.operations.conditions._sinks import shows_sink
from astra_devops.operations.kinds import Observation, OperationKind, Params, PollContext


async def is_set(context: PollContext, params: Params) -> Observation[None]:
    """Check whether the service returns the new sink.

    It answers 404 as long as there is no sink, which is not a failure.
    """
    try:
        answer = await endpoints.get_telemetry_config(context.caller, database_id=params["database_id"])
    except errors.NotFoundError:
        return Observation(None)
    return Observation(None, done=shows_sink(answer.value, params))


SET: Final = OperationKind(
    name="telemetry.set",
    condition=is_set,
    timeout=600.0,
    failure_states=frozenset(),
    params=("database_id", "sink"),
    optional=None,
)
