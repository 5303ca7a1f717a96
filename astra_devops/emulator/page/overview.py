"""What the emulator holds, as one plain document for people to look at: no token, no secret, no presigned URL is in it."""

import re
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import attrs

from astra_devops.emulator import replies
from astra_devops.emulator.faults.descriptions import faults_in_words
from astra_devops.emulator.journal import Exchange, Journal
from astra_devops.emulator.page import timeline
from astra_devops.emulator.state.databases import Database
from astra_devops.emulator.state.quirks import Quirks
from astra_devops.emulator.state.stores import key_of
from astra_devops.emulator.time.clock import Clock, ScaledClock
from astra_devops.emulator.world import Platform, World

DATABASES = 100
REQUESTS = 50
STAGES = 12
"""How many of the latest databases, requests, and states of a database are shown."""
TOKEN = re.compile(r"AstraCS:[^\s\"'/]*", re.IGNORECASE)

Document = dict[str, Any]


def overview(platform: Platform, journal: Journal) -> Document:
    """Describe the emulator as of now."""
    clock = platform.clock
    now, moment = clock.monotonic(), clock.now()
    owned = [
        (world, database)
        for world in platform.organizations
        for database in reversed(world.organization.databases.values())
        if not world.forgets(world.look(database))
    ]
    newest = sorted(owned, key=lambda entry: entry[1].created, reverse=True)[:DATABASES]
    document = {
        "clock": {"kind": type(clock).__name__, "now": _time(moment), "seconds": round(now, 3), "speed": _speed(clock)},
        "organizations": [{"id": world.organization.id, "name": world.organization.name} for world in platform.organizations],
        "databases": {
            "total": len(owned),
            "shown": [_database(world, database, now, moment) for world, database in newest],
        },
        "counts": _counts(platform),
        "requests": {"total": len(journal), "shown": [_request(exchange) for exchange in [*journal][: -REQUESTS - 1 : -1]]},
        "faults": faults_in_words(platform.faults),
        "quirks": _quirks(platform.quirks),
    }
    return {name: _masked(value) for name, value in document.items()}


def _speed(clock: Clock) -> float:
    return clock.speed if isinstance(clock, ScaledClock) else 1.0


def _time(moment: datetime) -> str:
    return replies.timestamp(moment)


def _database(world: World, database: Database, now: float, moment: datetime) -> Document:
    speed = _speed(world.clock)
    stages = timeline.history(database, now, moment, speed)[-STAGES:]
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
    """Count whatever the groups of operations remember in a collection, under the key of the store and the name of the collection."""
    counts = Counter({"tokens": len(platform.token_store.tokens)})
    for kept in (kept for world in platform.worlds.values() for kept in world.stores):
        words = key_of(type(kept)).replace("_", " ")
        for field in attrs.fields(type(kept)):
            held = getattr(kept, field.name)
            if isinstance(held, dict | list | tuple | set):
                plain = field.name.startswith(("by_", "_"))
                counts[words if plain else f"{words}: {field.name.replace('_', ' ')}"] += len(held)
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
    """List the quirks that are not as usual."""
    listed = [(field.name, getattr(quirks, field.name), field.default) for field in attrs.fields(type(quirks))]
    return [{"name": name, "value": value, "usually": usual} for name, value, usual in listed if value != usual]


def _masked(value: Any) -> Any:
    """Take out whatever looks like a token, wherever somebody may have put one."""
    if isinstance(value, str):
        return TOKEN.sub("(a token)", value)
    if isinstance(value, Mapping):
        return {key: _masked(entry) for key, entry in value.items()}
    return [_masked(entry) for entry in value] if isinstance(value, list) else value
