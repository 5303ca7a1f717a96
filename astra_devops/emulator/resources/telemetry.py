"""Exports: where the metrics of databases and the organisation's audit log go.

Nothing is ever exported.
"""

from collections.abc import Mapping
from typing import Any

import attrs

from astra_devops.emulator import replies
from astra_devops.emulator.state.delayed import DelayedValue
from astra_devops.emulator.state.stores import store
from astra_devops.emulator.state.transitions import CHANGES
from astra_devops.emulator.world import Handler, Request, World, as_object

METRICS, AUDIT_LOGS = "export metrics", "export audit logs"
"""The changes, which take some time until a sink that was set, or taken away, shows."""
SECRETS = ("sasl_password", "password", "token", "access_key", "secret", "secret_key", "oauth2_credentials_url", "api_key")
MASK = "*****"

Sink = Mapping[str, Mapping[str, Any]]


@store("telemetry")
@attrs.define
class Exports:
    """The sink of each database, and that of the organisation."""

    metrics: dict[str, DelayedValue[Sink | None]] = attrs.field(factory=dict)
    audit_logs: DelayedValue[Sink | None] = attrs.field(factory=lambda: DelayedValue[Sink | None](None))


def configure_telemetry(world: World, request: Request) -> replies.Reply:
    """Set the sink of a database, in place of one that was set before."""
    database = world.find_living(request.arguments["databaseID"])
    sink = as_object(request.body)
    if not sink:
        raise replies.refusal(400, "The request needs a body.")
    _set(world, request, world.store(Exports).metrics.setdefault(database.id, DelayedValue(None)), sink, METRICS)
    return replies.empty(202)


def get_telemetry_config(world: World, request: Request) -> replies.Reply:
    """Give the sink of a database; 404 if it has none."""
    database = world.find_living(request.arguments["databaseID"])
    export = world.store(Exports).metrics.get(database.id)
    return _told(world, export, f"The metrics of database {database.id} are not exported.")


def set_audit_log_exporter_config(world: World, request: Request) -> replies.Reply:
    """Set the sink of the audit log."""
    export = _audit_logs(world, request)
    sink = as_object(request.body)
    if not sink:
        raise replies.refusal(400, "The request needs a body.")
    _set(world, request, export, sink, AUDIT_LOGS)
    return replies.empty(202)


def get_audit_log_exporter_config(world: World, request: Request) -> replies.Reply:
    """Give the sink of the audit log; 404 if it has none."""
    return _told(world, _audit_logs(world, request), "The audit log is not exported.")


def delete_audit_log_exporter_config(world: World, request: Request) -> replies.Reply:
    """Take the sink of the audit log away."""
    export = _audit_logs(world, request)
    if export.latest is None:
        raise replies.refusal(404, "The audit log is not exported.")
    _set(world, request, export, None, AUDIT_LOGS)
    return replies.empty(202)


def _set(world: World, request: Request, export: DelayedValue[Sink | None], sink: Sink | None, change: str) -> None:
    """Let a sink show some time later; never, where a fault has the change fail or get stuck."""
    stuck_in, ends_in = world.faults.state_fault_of(request.operation.id, change)
    if stuck_in is None and ends_in is None:
        export.set(sink, world.clock.monotonic() + CHANGES[change].seconds)


def _told(world: World, export: DelayedValue[Sink | None] | None, otherwise: str) -> replies.Reply:
    sink = export.at(world.clock.monotonic()) if export is not None else None
    if sink is None:
        raise replies.refusal(404, otherwise)
    return replies.json({kind: _without_secrets(world, block) for kind, block in sink.items()})


def _without_secrets(world: World, block: Mapping[str, Any]) -> dict[str, Any]:
    match world.quirks.sink_secrets:
        case "masked":
            return {name: MASK if name in SECRETS else value for name, value in block.items()}
        case "absent":
            return {name: value for name, value in block.items() if name not in SECRETS}
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
