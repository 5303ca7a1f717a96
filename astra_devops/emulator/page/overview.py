"""The content of the page as one document, without tokens, secrets and presigned URLs."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final

import attrs

from astra_devops import _contract
from astra_devops.emulator import replies
from astra_devops.emulator.faults.descriptions import describe_faults
from astra_devops.emulator.journal import Exchange, Journal, without_tokens
from astra_devops.emulator.page import timeline
from astra_devops.emulator.recording.scrubbing import Scrubber, secret_names
from astra_devops.emulator.state.databases import Database
from astra_devops.emulator.state.quirks.quirks import Quirks
from astra_devops.emulator.state.stores import key_of
from astra_devops.emulator.time.clock import Clock, ScaledClock
from astra_devops.emulator.world import Platform, World

_DATABASES: Final = 100
_REQUESTS: Final = 50
_STAGES: Final = 12
_ENTRIES: Final = 50
"""How many of the latest databases, requests, states of a database and other entries are shown."""
_LONGEST_BODY: Final = 20_000
"""Bytes up to which the body of a request is shown."""
_SHOWN_HEADERS: Final = frozenset(
    {"accept", "accept-encoding", "accept-language", "connection", "content-length", "content-type", "host", "traceparent", "user-agent"}
)
"""All others may be credentials of a proxy or gateway."""
_INTERNAL: Final = ("unknown_database_ids",)
"""Stores of what only the emulator itself knows."""
_ABBREVIATIONS: Final = {"pcu": "PCU", "scim": "SCIM", "cdc": "CDC", "vpc": "VPC"}

Document = dict[str, Any]


def overview(platform: Platform, journal: Journal, words: str = "") -> Document:
    """Return the content of the page as of now, with the databases that contain all ``words``."""
    clock = platform.clock
    now, moment = clock.monotonic(), clock.now()
    databases = [
        (world, database)
        for world in platform.organizations
        for database in reversed(world.organization.databases.values())
        if not world.is_gone(world.refresh(database))
    ]
    found = [entry for entry in databases if _matches(entry[1], words)]
    newest = sorted(found, key=lambda entry: entry[1].created, reverse=True)[:_DATABASES]
    document = {
        "clock": {"kind": type(clock).__name__, "now": _time(moment), "seconds": round(now, 3), "speed": _speed(clock)},
        "organizations": [{"id": world.organization.id, "name": world.organization.name} for world in platform.organizations],
        "databases": {
            "total": len(databases),
            "found": len(found),
            "shown": [_database(world, database, now, moment) for world, database in newest],
        },
        "resources": _resources(platform),
        "requests": {
            "total": len(journal),
            "shown": [_request(journal.total - position, exchange) for position, exchange in enumerate([*journal][: -_REQUESTS - 1 : -1])],
        },
        "faults": [{"id": fault_id, "description": words} for fault_id, words in describe_faults(platform.faults).items()],
        "quirks": _quirks(platform.quirks),
    }
    return {name: _masked(value) for name, value in document.items()}


def _matches(database: Database, words: str) -> bool:
    text = " ".join((database.name, database.id, database.status, database.provider, database.region, database.tier)).lower()
    return all(word in text for word in words.lower().split())


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


def _resources(platform: Platform) -> list[Document]:
    """List what every collection of the stores has: its size and the names of its entries."""
    labels: dict[str, list[str]] = {"tokens": [token.client_id for token in platform.token_store.tokens.values()]}
    for store in (store for world in platform.worlds.values() for store in world.stores):
        for field in attrs.fields(type(store)):
            collection = getattr(store, field.name)
            if key_of(type(store)) not in _INTERNAL and isinstance(collection, dict | list | tuple | set):
                labels.setdefault(_title(key_of(type(store)), field.name), []).extend(_labels(collection))
    return [{"name": name, "total": len(entries), "shown": entries[:_ENTRIES]} for name, entries in sorted(labels.items()) if entries]


def _title(store: str, field: str) -> str:
    """Return the words for a collection; what it is ordered by is no part of them."""
    words = store.split("_")
    if not field.startswith(("by_", "_")) and field not in words:
        words[-1] += ":"
        words += field.split("_")
    return " ".join(_ABBREVIATIONS.get(word, word) for word in words)


def _labels(collection: Any) -> list[str]:
    """Name the entries of a collection by their key, and their name or title if they have one."""
    if not isinstance(collection, dict):
        return [str(getattr(entry, "address", None) or getattr(entry, "id", None) or "entry") for entry in collection]
    return [_label(key, entry) for key, entry in collection.items()]


def _label(key: object, entry: object) -> str:
    words = ", ".join(map(str, key)) if isinstance(key, tuple) else str(key)
    name = getattr(entry, "name", None) or getattr(entry, "title", None)
    return f"{name} ({words})" if isinstance(name, str) else words


def _request(number: int, exchange: Exchange) -> Document:
    is_bundle = exchange.endpoint_kind == "bundle"
    scrubber = Scrubber(_secret_names())
    scrubber.learn_from([body := _body(exchange), dict(exchange.query)])
    document = {
        "query": {} if is_bundle else scrubber.clean(dict(exchange.query)),
        "headers": {str(name): value if name.lower() in _SHOWN_HEADERS else "(not shown)" for name, value in exchange.headers.items()},
        "body": scrubber.clean(body),
        "error": None if exchange.error is None else scrubber.clean(exchange.error),
    }
    return {
        "number": number,
        "at": _time(exchange.at),
        "method": exchange.method,
        "path": "a presigned URL" if is_bundle else exchange.path,
        "operation": exchange.operation,
        "status": exchange.status,
        "outcome": exchange.outcome,
        **document,
    }


def _body(exchange: Exchange) -> Any:
    if len(exchange.raw_body) > _LONGEST_BODY:
        return f"({len(exchange.raw_body)} bytes)"
    body = exchange.body
    return f"({len(body)} bytes that are not JSON)" if isinstance(body, bytes) else body


@cache
def _secret_names() -> frozenset[str]:
    return secret_names(_contract.load())


def _quirks(quirks: Quirks) -> list[Document]:
    """List the quirks that differ from their defaults."""
    values = [(field.name, getattr(quirks, field.name), field.default) for field in attrs.fields(type(quirks))]
    return [{"name": name, "value": value, "default": default} for name, value, default in values if value != default]


def _masked(value: Any) -> Any:
    """Replace everything that looks like a token, such as one in the name of a database."""
    if isinstance(value, str):
        return without_tokens(value)
    if isinstance(value, Mapping):
        return {without_tokens(key): _masked(entry) for key, entry in value.items()}
    return [_masked(entry) for entry in value] if isinstance(value, list) else value
