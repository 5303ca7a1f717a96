"""The conditions that end the wait after an audit log export was set up or deleted."""

from typing import Final

from astra_devops import errors
from astra_devops._rest.endpoints import audit_logs as endpoints
from astra_devops._rest.models.common_telemetry_config import TelemetryConfig
from astra_devops.operations.conditions._sinks import shows_sink, sink_ids
from astra_devops.operations.kinds import Observation, OperationKind, Params, PollContext


async def is_set(context: PollContext, params: Params) -> Observation[None]:
    """Check whether the service returns the new sink."""
    config = await _read(context, params)
    return Observation(None, done=config is not None and shows_sink(config, params))


async def is_deleted(context: PollContext, params: Params) -> Observation[None]:
    """Check whether the service no longer returns a sink."""
    config = await _read(context, params)
    return Observation(None, done=config is None or not sink_ids(config))


async def _read(context: PollContext, params: Params) -> TelemetryConfig | None:
    try:
        return (await endpoints.get_audit_log_exporter_config(context.caller, org_id=params["organization_id"])).value
    except errors.NotFoundError:
        return None


SET: Final = OperationKind(
    name="audit_logs.set",
    condition=is_set,
    timeout=600.0,
    failure_states=frozenset(),
    resource="organization_id",
    params=("organization_id", "sink"),
    optional=None,
)
DELETE: Final = OperationKind(
    name="audit_logs.delete",
    condition=is_deleted,
    timeout=600.0,
    failure_states=frozenset(),
    resource="organization_id",
    params=("organization_id",),
)
