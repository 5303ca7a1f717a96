"""The state of the service as JSON, and back: whatever its organisations hold, by the types that their classes declare."""

import random
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, cast, get_args, get_origin

import attrs
import cattrs
import orjson
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn, override

from astra_devops.emulator.state.databases import Database, Organization
from astra_devops.emulator.state.stores import key_of, store_class
from astra_devops.emulator.time.instants import Instant
from astra_devops.emulator.world import Platform, World

FORMAT = "astra-devops emulator state"
VERSION = 2
NOT_STATE = ("clock", "quirks", "faults", "edge_url")
"""What the emulator goes by, as opposed to what it remembers."""
DERIVED: dict[type, tuple[str, ...]] = {Organization: ("_order", "_positions"), Database: ("versions",), World: ("platform",)}
"""What is not saved: it follows from the rest, or only stale reads ask for it."""
NEVER = "never"


def save(platform: Platform, token: str) -> dict[str, Any]:
    """Write down what the service remembers, and which of its tokens is the emulator's own."""
    for world in platform.organizations:
        for database in world.organization.databases.values():
            world.refresh(database)
    writer = _converter(platform, timedelta())
    document: dict[str, Any] = {"format": FORMAT, "version": VERSION, "taken": platform.clock.now().isoformat(), "token": token}
    for field in _remembered():
        document[str(field.alias)] = writer.unstructure(getattr(platform, field.name), unstructure_as=field.type)
    loaded: dict[str, Any] = orjson.loads(orjson.dumps(document))
    return loaded


def load(platform: Platform, document: Mapping[str, Any]) -> str:
    """Let the service remember what was written down, as if no time had passed since, and give the emulator's own token.

    Raises:
        ValueError: that is not a state, or one of another version.
    """
    if not isinstance(document, Mapping) or document.get("format") != FORMAT:
        raise ValueError(f"this is no state of the emulator: its 'format' is not {FORMAT!r}")
    if document.get("version") != VERSION:
        raise ValueError(f"the state has version {document.get('version')!r}, and this emulator reads version {VERSION}")
    try:
        values, token = _read(platform, document)
    except (KeyError, TypeError, ValueError, cattrs.BaseValidationError) as problem:
        raise ValueError(f"the state cannot be read: {_explained(problem)}") from problem
    for name, value in values.items():
        setattr(platform, name, value)
    return token


def _read(platform: Platform, document: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    reader = _converter(platform, platform.clock.now() - datetime.fromisoformat(document["taken"]))
    values = {field.name: reader.structure(document[str(field.alias)], cast("type[Any]", field.type)) for field in _remembered()}
    if document["token"] not in values["token_store"].tokens:
        raise ValueError("its own token is not among its tokens")
    owners = {token.organization_id for token in values["token_store"].tokens.values()} | {values["enterprise_id"]}
    if missing := owners - values["worlds"].keys():
        raise ValueError(f"it lacks the organization {min(missing)!r}")
    return values, str(document["token"])


def _remembered() -> "list[attrs.Attribute[Any]]":
    return [field for field in attrs.fields(attrs.resolve_types(Platform)) if field.name not in NOT_STATE]


def _explained(problem: Exception) -> str:
    if isinstance(problem, cattrs.BaseValidationError):
        return "; ".join(cattrs.transform_error(problem, format_exception=_in_words))
    return f"{problem.args[0]!r} is missing" if isinstance(problem, KeyError) else str(problem)


def _in_words(problem: BaseException, kind: type | None) -> str:
    own = type(problem) is ValueError and bool(problem.args)
    return str(problem) if own else cattrs.v.format_exception(problem, kind)


def _converter(platform: Platform, shift: timedelta) -> cattrs.Converter:
    """Make a converter for the present.

    Times of day are moved by ``shift``; times of the clock are kept relative to the present.
    """
    seconds = platform.clock.monotonic()
    known = cattrs.Converter(forbid_extra_keys=True)
    known.register_unstructure_hook_factory(attrs.has, lambda kind: _writer_of(kind, known))
    known.register_structure_hook_factory(attrs.has, lambda kind: _reader_of(kind, known))
    known.register_structure_hook(World, lambda saved, _: _read_world(platform, saved, known))
    known.register_unstructure_hook(datetime, datetime.isoformat)
    known.register_structure_hook(datetime, lambda text, _: datetime.fromisoformat(text) + shift)
    known.register_unstructure_hook(bytes, bytes.hex)
    known.register_structure_hook(bytes, lambda text, _: bytes.fromhex(text))
    known.register_unstructure_hook(random.Random, _save_source)
    known.register_structure_hook(random.Random, lambda saved, _: _load_source(saved))
    known.register_unstructure_hook_func(_is_instant, lambda at: NEVER if at == float("inf") else round(at - seconds, 6))
    known.register_structure_hook_func(_is_instant, lambda at, _: float("inf") if at == NEVER else at + seconds)
    _register_tables(known)
    return known


def _register_tables(known: cattrs.Converter) -> None:
    """Teach a converter what JSON has no objects for: tables by something else than text."""
    known.register_unstructure_hook_func(
        _is_stores, lambda stores: {key_of(kind): known.unstructure(it, kind) for kind, it in stores.items()}
    )
    known.register_structure_hook_func(
        _is_stores,
        lambda saved, _: {kind: known.structure(it, kind) for kind, it in ((store_class(key), it) for key, it in saved.items())},
    )
    known.register_unstructure_hook_func(_is_by_tuple, lambda table: [[list(key), known.unstructure(it)] for key, it in table.items()])
    known.register_structure_hook_func(
        _is_by_tuple,
        lambda saved, kind: {known.structure(key, get_args(kind)[0]): known.structure(it, get_args(kind)[1]) for key, it in saved},
    )


def _writer_of(kind: Any, known: cattrs.Converter) -> Any:
    left_out: Any = {name: override(omit=True) for name in DERIVED.get(kind, ())}
    return make_dict_unstructure_fn(kind, known, _cattrs_include_init_false=True, _cattrs_use_alias=True, **left_out)


def _reader_of(kind: Any, known: cattrs.Converter) -> Any:
    left_out: Any = {name: override(omit=True) for name in DERIVED.get(kind, ())}
    read = make_dict_structure_fn(kind, known, _cattrs_include_init_false=True, _cattrs_use_alias=True, **left_out)
    if kind is not Organization:
        return read

    def in_order(saved: Any, kind: Any) -> Organization:
        organization: Organization = read(saved, kind)
        for database in list(organization.databases.values()):
            organization.add(database)
        return organization

    return in_order


def _read_world(platform: Platform, saved: Mapping[str, Any], known: cattrs.Converter) -> World:
    remembered = [field for field in attrs.fields(World) if field.name not in DERIVED[World]]
    return World(platform, *(known.structure(saved[str(field.alias)], cast("type[Any]", field.type)) for field in remembered))


def _is_instant(kind: Any) -> bool:
    return bool(kind == Instant)


def _is_stores(kind: Any) -> bool:
    return get_origin(kind) is dict and get_args(kind)[0] == type[Any]


def _is_by_tuple(kind: Any) -> bool:
    return get_origin(kind) is dict and get_origin(get_args(kind)[0]) is tuple


def _save_source(source: random.Random) -> str:
    """Write a source of random numbers down: its words and its position, eight hexadecimal digits each."""
    _, words, _ = source.getstate()
    return "".join(f"{word:08x}" for word in words)


def _load_source(saved: str) -> random.Random:
    source = random.Random()
    source.setstate((3, tuple(int(saved[at : at + 8], 16) for at in range(0, len(saved), 8)), None))
    return source
