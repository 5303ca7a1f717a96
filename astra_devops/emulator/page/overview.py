"""The content of the page as one document, without tokens, secrets and presigned URLs."""

import re
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import attrs

from astra_devops.emulator import replies
from astra_devops.emulator.faults.descriptions import describe_faults
from astra_devops.emulator.journal import Exchange, Journal
from astra_devops.emulator.page import timeline
from astra_devops.emulator.state.databases import Database
from astra_devops.emulator.state.quirks.quirks import Quirks
from astra_devops.emulator.state.stores import key_of
from astra_devops.emulator.time.clock import Clock, ScaledClock
from astra_devops.emulator.world import Platform, World

_DATABASES: Final = 100
_REQUESTS: Final = 50
_STAGES: Final = 12
"""How many of the latest databases, requests, and states of a database are shown."""
_TOKEN: Final = re.compile(r"AstraCS:[^\s\"'/]*", re.IGNORECASE)

Document = dict[str, Any]


def overview(platform: Platform, journal: Journal) -> Document:
    """Return the content of the page as of now."""
    clock = platform.clock
    now, moment = clock.monotonic(), clock.now()
    databases = [
        (world, database)
        for world in platform.organizations
        for database in reversed(world.organization.databases.values())
        if not world.is_gone(world.refresh(database))
    ]
    newest = sorted(databases, key=lambda entry: entry[1].created, reverse=True)[:_DATABASES]
    document = {
        "clock": {"kind": type(clock).__name__, "now": _time(moment), "seconds": round(now, 3), "speed": _speed(clock)},
        "organizations": [{"id": world.organization.id, "name": world.organization.name} for world in platform.organizations],
        "databases": {
            "total": len(databases),
            "shown": [_database(world, database, now, moment) for world, database in newest],
        },
        "counts": _counts(platform),
        "requests": {"total": len(journal), "shown": [_request(exchange) for exchange in [*journal][: -_REQUESTS - 1 : -1]]},
        "faults": [{"id": fault_id, "description": words} for fault_id, words in describe_faults(platform.faults).items()],
        "quirks": _quirks(platform.quirks),
    }
    return {name: _masked(value) for name, value in document.items()}


def _speed(clock: Clock) -> float:
    return clock.speed if isinstance(clock, ScaledClock) else 1.0


def _time(moment: datetime) -> str:
    return replies.timestamp(moment)


def _database(world: World, database: Database, now: float, moment: datetime) -> Document:
    speed = _speed(world.clock)
    stages = timeline.history(database, now, moment, speed)[-_STAGES:]
    return {
        "id": database.id,
        "name": database.name,
        "organization": world.organization.name,
        "status": database.status,
        "cloudProvider": database.provider,
        "region": database.region,
        "tier": database.tier,
        "keyspaces": list(database.keyspaces),
        "datacenters": [{"id": dc.id, "region": dc.region, "terminated": dc.terminated} for dc in database.datacenters],
        "history": [_stage(stage, moment - timedelta(seconds=(now - stage.began) / speed)) for stage in stages],
    }


def _stage(stage: timeline.Stage, began: datetime) -> Document:
    return {
        "status": stage.status,
        "change": stage.change,
        "at": None if stage.change == timeline.HELD else _time(began),
        "seconds": round(stage.seconds, 3),
        "current": stage.current,
    }


def _counts(platform: Platform) -> dict[str, int]:
    """Count the entries of every collection in the stores, by store and collection."""
    counts = Counter({"tokens": len(platform.token_store.tokens)})
    for store in (store for world in platform.worlds.values() for store in world.stores):
        words = key_of(type(store)).replace("_", " ")
        for field in attrs.fields(type(store)):
            collection = getattr(store, field.name)
            if isinstance(collection, dict | list | tuple | set):
                plain = field.name.startswith(("by_", "_"))
                counts[words if plain else f"{words}: {field.name.replace('_', ' ')}"] += len(collection)
    return dict(sorted((name, count) for name, count in counts.items() if count))


def _request(exchange: Exchange) -> Document:
    return {
        "at": _time(exchange.at),
        "method": exchange.method,
        "path": "a presigned URL" if exchange.endpoint_kind == "bundle" else exchange.path,
        "operation": exchange.operation,
        "status": exchange.status,
        "outcome": exchange.outcome,
    }


def _quirks(quirks: Quirks) -> list[Document]:
    """List the quirks that differ from their defaults."""
    values = [(field.name, getattr(quirks, field.name), field.default) for field in attrs.fields(type(quirks))]
    return [{"name": name, "value": value, "default": default} for name, value, default in values if value != default]


def _masked(value: Any) -> Any:
    """Replace everything that looks like a token, such as one in the name of a database."""
    if isinstance(value, str):
        return _TOKEN.sub("(a token)", value)
    if isinstance(value, Mapping):
        return {key: _masked(entry) for key, entry in value.items()}
    return [_masked(entry) for entry in value] if isinstance(value, list) else value
