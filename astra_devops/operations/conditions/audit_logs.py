"""What the set-up and the end of an audit log export are waited for."""

from typing import Final

from astra_devops import errors
from astra_devops._rest.endpoints import audit_logs as endpoints
from astra_devops._rest.models.common import TelemetryConfig
from astra_devops.operations.conditions._sinks import is_at, place_of
from astra_devops.operations.kinds import Kind, Look, Params, Sight


async def is_set(look: Look, params: Params) -> Sight[None]:
    """Reached once the service tells of the sink."""
    config = await _see(look, params)
    return Sight(None, done=config is not None and is_at(config, params))


async def is_deleted(look: Look, params: Params) -> Sight[None]:
    """Reached once the service tells of no sink."""
    config = await _see(look, params)
    return Sight(None, done=config is None or not place_of(config))


async def _see(look: Look, params: Params) -> TelemetryConfig | None:
    try:
        return (await endpoints.get_audit_log_exporter_config(look.caller, org_id=params["organization_id"])).value
    except errors.NotFoundError:
        return None


SET: Final = Kind(name="audit_logs.set", goal=is_set, timeout=600.0, failed=frozenset(), resource="organization_id")
DELETE: Final = Kind(name="audit_logs.delete", goal=is_deleted, timeout=600.0, failed=frozenset(), resource="organization_id")
