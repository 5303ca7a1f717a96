"""What the set-up and the end of an audit log export are waited for."""

from typing import Final

from astra_devops import errors
from astra_devops._rest.endpoints import audit_logs as endpoints
from astra_devops._rest.models.common import TelemetryConfig
from astra_devops.operations.conditions._sinks import is_at, place_of
from astra_devops.operations.kinds import Observation, OperationKind, Params, PollContext


async def is_set(context: PollContext, params: Params) -> Observation[None]:
    """Reached once the service tells of the sink."""
    config = await _see(context, params)
    return Observation(None, done=config is not None and is_at(config, params))


async def is_deleted(context: PollContext, params: Params) -> Observation[None]:
    """Reached once the service tells of no sink."""
    config = await _see(context, params)
    return Observation(None, done=config is None or not place_of(config))


async def _see(context: PollContext, params: Params) -> TelemetryConfig | None:
    try:
        return (await endpoints.get_audit_log_exporter_config(context.caller, org_id=params["organization_id"])).value
    except errors.NotFoundError:
        return None


SET: Final = OperationKind(name="audit_logs.set", condition=is_set, timeout=600.0, failure_states=frozenset(), resource="organization_id")
DELETE: Final = OperationKind(
    name="audit_logs.delete", condition=is_deleted, timeout=600.0, failure_states=frozenset(), resource="organization_id"
)
