"""Exports: the sinks of metrics and of the organization's audit log. The emulator exports nothing.

Kinds of sinks, their fields, and which of these are secret are known from the contract alone.
"""

from collections.abc import Mapping
from typing import Any, Final

import attrs

from astra_devops.emulator import replies
from astra_devops.emulator.state.delayed import DelayedValue
from astra_devops.emulator.state.stores import store
from astra_devops.emulator.state.transitions import CHANGES
from astra_devops.emulator.world import Handler, Request, World, as_object

# The changes, which take some time to show.
_METRICS: Final = "export metrics"
_AUDIT_LOGS: Final = "export audit logs"
_MASK: Final = "*****"

Sink = Mapping[str, Mapping[str, Any]]


@store("telemetry")
@attrs.define
class Exports:
    """The sink of each database, and the sink of the organization."""

    metrics: dict[str, DelayedValue[Sink | None]] = attrs.field(factory=dict)
    audit_logs: DelayedValue[Sink | None] = attrs.field(factory=lambda: DelayedValue[Sink | None](None))


def configure_telemetry(world: World, request: Request) -> replies.Reply:
    """Set the sink of a database, replacing the present one."""
    database = world.find_living(request.arguments["databaseID"])
    sink = _sink_in(request)
    _set(world, request, world.store(Exports).metrics.setdefault(database.id, DelayedValue(None)), sink, _METRICS)
    return replies.empty(202)


def get_telemetry_config(world: World, request: Request) -> replies.Reply:
    """Return the sink of a database; 404 if it has none."""
    database = world.find_living(request.arguments["databaseID"])
    export = world.store(Exports).metrics.get(database.id)
    return _reply(world, request, export, f"The metrics of database {database.id} are not exported.")


def set_audit_log_exporter_config(world: World, request: Request) -> replies.Reply:
    """Set the sink of the audit log."""
    export = _audit_logs(world, request)
    _set(world, request, export, _sink_in(request), _AUDIT_LOGS)
    return replies.empty(202)


def get_audit_log_exporter_config(world: World, request: Request) -> replies.Reply:
    """Return the sink of the audit log; 404 if it has none."""
    return _reply(world, request, _audit_logs(world, request), "The audit log is not exported.")


def delete_audit_log_exporter_config(world: World, request: Request) -> replies.Reply:
    """Remove the sink of the audit log."""
    export = _audit_logs(world, request)
    if export.latest is None:
        raise replies.refusal(404, "The audit log is not exported.")
    _set(world, request, export, None, _AUDIT_LOGS)
    return replies.empty(202)


def _sink_in(request: Request) -> Sink:
    sink = as_object(request.body)
    if not sink:
        raise replies.refusal(400, "The request needs a body.")
    return sink


def _set(world: World, request: Request, export: DelayedValue[Sink | None], sink: Sink | None, change: str) -> None:
    """Make a sink show after some time, or never if a fault makes the change fail or get stuck."""
    stuck_in, ends_in = world.faults.state_fault_of(request.operation.id, change)
    if stuck_in is None and ends_in is None:
        export.set(sink, world.clock.monotonic() + CHANGES[change].seconds)


def _reply(world: World, request: Request, export: DelayedValue[Sink | None] | None, refusal: str) -> replies.Reply:
    sink = export.at(world.clock.monotonic()) if export is not None else None
    if sink is None:
        raise replies.refusal(404, refusal)
    return replies.json({kind: _without_secrets(world, request, block) for kind, block in sink.items()})


def _without_secrets(world: World, request: Request, block: Mapping[str, Any]) -> dict[str, Any]:
    secrets = request.operation.secret_fields
    match world.quirks.sink_secrets:
        case "masked":
            return {name: _MASK if name in secrets else value for name, value in block.items()}
        case "absent":
            return {name: value for name, value in block.items() if name not in secrets}
        case _:
            return dict(block)


def _audit_logs(world: World, request: Request) -> DelayedValue[Sink | None]:
    if request.arguments["orgID"] != world.organization.id:
        raise replies.refusal(404, f"Organization {request.arguments['orgID']} could not be found.")
    return world.store(Exports).audit_logs


OPERATIONS: dict[str, Handler] = {
    "configureTelemetry": configure_telemetry,
    "getTelemetryConfig": get_telemetry_config,
    "setAuditLogExporterConfig": set_audit_log_exporter_config,
    "getAuditLogExporterConfig": get_audit_log_exporter_config,
    "deleteAuditLogExporterConfig": delete_audit_log_exporter_config,
}
