"""What control requests answer: the clock, the faults and the journal as JSON."""

from typing import Any, Final

from astra_devops.emulator import replies
from astra_devops.emulator.faults.descriptions import describe_faults
from astra_devops.emulator.faults.faults import Faults
from astra_devops.emulator.journal import Exchange, Journal, without_tokens
from astra_devops.emulator.time.clock import Clock, RealClock, ScaledClock, VirtualClock

_KINDS: Final = {RealClock: "real", ScaledClock: "scaled"}


def clock(clock: Clock) -> dict[str, Any]:
    """Return the time of a clock, and of which kind it is."""
    return {"kind": kind_of(clock), "now": replies.timestamp(clock.now()), "seconds": round(clock.monotonic(), 3)}


def kind_of(clock: Clock) -> str:
    """Return the name of the kind of a clock, as options and markers have it."""
    if isinstance(clock, VirtualClock):
        return "virtual" if clock.auto else "manual"
    return _KINDS.get(type(clock), type(clock).__name__)


def faults(faults: Faults) -> dict[str, Any]:
    """List the active faults."""
    return {"faults": [{"id": fault_id, "description": words} for fault_id, words in describe_faults(faults).items()]}


def journal(journal: Journal, operation: str | None) -> dict[str, Any]:
    """List the requests, oldest first, or only those for one operation.

    Raises:
        ValueError: The operation does not exist.
    """
    exchanges = list(journal) if operation is None else journal.of(operation)
    return {"total": journal.total, "requests": [_exchange(exchange) for exchange in exchanges]}


def _exchange(exchange: Exchange) -> dict[str, Any]:
    body = exchange.body
    return {
        "at": replies.timestamp(exchange.at),
        "endpoint_kind": exchange.endpoint_kind,
        "operation": exchange.operation,
        "method": exchange.method,
        "path": without_tokens(exchange.path),
        "query": {without_tokens(name): without_tokens(value) for name, value in exchange.query.items()},
        "headers": {str(name): value for name, value in exchange.headers.items()},
        "authorized": exchange.authorized,
        "body": body.decode(errors="replace") if isinstance(body, bytes) else body,
        "status": exchange.status,
        "outcome": exchange.outcome,
        "own_status": exchange.own_status,
        "error": exchange.error,
    }
