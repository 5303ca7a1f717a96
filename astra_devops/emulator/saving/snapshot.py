"""Snapshots: the state of the emulated service as JSON, and back.

cattrs converts every class by the types of its fields, so a new field or store needs no code here.
The names of the fields are the names in the file: tests/emulator/test_state_files.py fails when one
changes.
"""

import functools
import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta
from typing import Any, Final, cast, get_args, get_origin

import attrs
import cattrs
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn, override

from astra_devops._json_bytes import codec
from astra_devops.emulator.state.databases import Database, Organization
from astra_devops.emulator.state.stores import key_of, store_class
from astra_devops.emulator.time.instants import Instant
from astra_devops.emulator.world import Platform, World

_FORMAT: Final = "astra-devops emulator state"
VERSION: Final = 2
_NOT_STATE: Final = ("clock", "quirks", "faults", "edge")
"""The fields of the platform that are its configuration instead of its state."""
NOT_SAVED: Final[Mapping[type, tuple[str, ...]]] = {
    Organization: ("_order", "_positions"),
    Database: ("versions",),
    World: ("platform",),
}
"""Other fields that are not saved: they follow from the rest, or only stale reads use them."""
_NEVER: Final = "never"


@attrs.frozen
class _Present:
    """What a conversion depends on: the platform, the shift of times of day, and its clock."""

    platform: Platform
    shift: timedelta
    seconds: float


_present: ContextVar[_Present] = ContextVar("astra_devops_emulator_present")


def save(platform: Platform, token: str) -> dict[str, Any]:
    """Return the state of a platform as JSON, with the emulator's own token."""
    for world in platform.organizations:
        for database in world.organization.databases.values():
            world.refresh(database)
    document: dict[str, Any] = {"format": _FORMAT, "version": VERSION, "taken": platform.clock.now().isoformat(), "token": token}
    with _converter(platform, timedelta()) as writer:
        for field in _state_fields():
            document[str(field.alias)] = writer.unstructure(getattr(platform, field.name), unstructure_as=field.type)
    plain: dict[str, Any] = codec.loads(codec.dumps(document))
    return plain


def load(platform: Platform, document: Mapping[str, Any]) -> str:
    """Replace the state of a platform with a saved one, and return the token of the emulator.

    Times of day are shifted as if no time had passed.

    Raises:
        ValueError: It is not a state, or one of another version.
    """
    if not isinstance(document, Mapping) or document.get("format") != _FORMAT:
        raise ValueError(f"not a state of the emulator: 'format' must be {_FORMAT!r}")
    if document.get("version") != VERSION:
        raise ValueError(f"the state has version {document.get('version')!r}, but this emulator reads only version {VERSION}")
    try:
        values, token = _read(platform, document)
    except (KeyError, TypeError, ValueError, cattrs.BaseValidationError) as error:
        raise ValueError(f"the state cannot be read: {_message(error)}") from error
    for name, value in values.items():
        setattr(platform, name, value)
    return token


def _read(platform: Platform, document: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    with _converter(platform, platform.clock.now() - datetime.fromisoformat(document["taken"])) as reader:
        values = {field.name: reader.structure(document[str(field.alias)], cast("type[Any]", field.type)) for field in _state_fields()}
    if document["token"] not in values["token_store"].tokens:
        raise ValueError("'token' must be one of its tokens")
    owner_ids = {token.organization_id for token in values["token_store"].tokens.values()} | {values["enterprise_id"]}
    if missing_ids := owner_ids - values["worlds"].keys():
        raise ValueError(f"'worlds' lacks the organization {min(missing_ids)!r}")
    return values, str(document["token"])


def _state_fields() -> "list[attrs.Attribute[Any]]":
    return [field for field in attrs.fields(attrs.resolve_types(Platform)) if field.name not in _NOT_STATE]


def _message(error: Exception) -> str:
    if isinstance(error, cattrs.BaseValidationError):
        return "; ".join(cattrs.transform_error(error, format_exception=_format))
    return f"{error.args[0]!r} is missing" if isinstance(error, KeyError) else str(error)


def _format(error: BaseException, kind: type | None) -> str:
    is_ours = type(error) is ValueError and bool(error.args)
    return str(error) if is_ours else cattrs.v.format_exception(error, kind)


@contextmanager
def _converter(platform: Platform, shift: timedelta) -> Iterator[cattrs.Converter]:
    """Set the converter to the present of a platform.

    Times of day are shifted by ``shift``; times of the clock are stored relative to the present.
    """
    token = _present.set(_Present(platform, shift, platform.clock.monotonic()))
    try:
        yield _compiled_converter()
    finally:
        _present.reset(token)


@functools.cache
def _compiled_converter() -> cattrs.Converter:
    """Return the only converter: to compile its functions takes far longer than to run them."""
    converter = cattrs.Converter(forbid_extra_keys=True)
    converter.register_unstructure_hook_factory(attrs.has, lambda kind: _writer_of(kind, converter))
    converter.register_structure_hook_factory(attrs.has, lambda kind: _reader_of(kind, converter))
    converter.register_structure_hook(World, lambda saved, _: _read_world(_present.get().platform, saved, converter))
    converter.register_unstructure_hook(datetime, datetime.isoformat)
    converter.register_structure_hook(datetime, lambda saved, _: datetime.fromisoformat(saved) + _present.get().shift)
    converter.register_unstructure_hook(bytes, bytes.hex)
    converter.register_structure_hook(bytes, lambda saved, _: bytes.fromhex(saved))
    converter.register_unstructure_hook(random.Random, _save_rng)
    converter.register_structure_hook(random.Random, lambda saved, _: _load_rng(saved))
    converter.register_unstructure_hook_func(
        _is_instant, lambda at: _NEVER if at == float("inf") else round(at - _present.get().seconds, 6)
    )
    converter.register_structure_hook_func(_is_instant, lambda at, _: float("inf") if at == _NEVER else at + _present.get().seconds)
    _register_tables(converter)
    return converter


def _register_tables(converter: cattrs.Converter) -> None:
    """Register hooks for dictionaries whose keys are not strings, as those of JSON are."""
    converter.register_unstructure_hook_func(
        _is_stores, lambda stores: {key_of(kind): converter.unstructure(it, kind) for kind, it in stores.items()}
    )
    converter.register_structure_hook_func(
        _is_stores,
        lambda saved, _: {kind: converter.structure(it, kind) for kind, it in ((store_class(key), it) for key, it in saved.items())},
    )
    converter.register_unstructure_hook_func(
        _is_by_tuple, lambda table: [[list(key), converter.unstructure(it)] for key, it in table.items()]
    )
    converter.register_structure_hook_func(
        _is_by_tuple,
        lambda saved, kind: {converter.structure(key, get_args(kind)[0]): converter.structure(it, get_args(kind)[1]) for key, it in saved},
    )


def _writer_of(kind: Any, converter: cattrs.Converter) -> Any:
    omitted: Any = {name: override(omit=True) for name in NOT_SAVED.get(kind, ())}
    return make_dict_unstructure_fn(kind, converter, _cattrs_include_init_false=True, _cattrs_use_alias=True, **omitted)


def _reader_of(kind: Any, converter: cattrs.Converter) -> Any:
    omitted: Any = {name: override(omit=True) for name in NOT_SAVED.get(kind, ())}
    read = make_dict_structure_fn(kind, converter, _cattrs_include_init_false=True, _cattrs_use_alias=True, **omitted)
    if kind is not Organization:
        return read

    def in_order(saved: Any, kind: Any) -> Organization:
        organization: Organization = read(saved, kind)
        for database in list(organization.databases.values()):
            organization.add(database)
        return organization

    return in_order


def _read_world(platform: Platform, saved: Mapping[str, Any], converter: cattrs.Converter) -> World:
    fields = [field for field in attrs.fields(World) if field.name not in NOT_SAVED[World]]
    return World(platform, *(converter.structure(saved[str(field.alias)], cast("type[Any]", field.type)) for field in fields))


def _is_instant(kind: Any) -> bool:
    return bool(kind == Instant)


def _is_stores(kind: Any) -> bool:
    return get_origin(kind) is dict and get_args(kind)[0] == type[Any]


def _is_by_tuple(kind: Any) -> bool:
    return get_origin(kind) is dict and get_origin(get_args(kind)[0]) is tuple


def _save_rng(rng: random.Random) -> str:
    """Return the state of a random number generator: its words and position, in hexadecimal."""
    _, words, _ = rng.getstate()
    return "".join(f"{word:08x}" for word in words)


def _load_rng(saved: str) -> random.Random:
    rng = random.Random()
    rng.setstate((3, tuple(int(saved[at : at + 8], 16) for at in range(0, len(saved), 8)), None))
    return rng
