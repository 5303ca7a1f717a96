"""State files: the names in them do not change, so that a file of this version can always be read.

If a test here fails, a name or value that is saved has changed. Change it back, or raise VERSION in
astra_devops/emulator/saving/snapshot.py, so that older files are refused. If only something was
added, or after VERSION was raised, run ``python tests/emulator/write_state.py``.
"""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from types import UnionType
from typing import Any, Final, TypeVar, Union, get_args, get_origin

import attrs
import pytest

from astra_devops.emulator import Emulator, VirtualClock
from astra_devops.emulator.saving.snapshot import NOT_SAVED, VERSION
from astra_devops.emulator.state.stores import store_class, store_keys
from astra_devops.emulator.state.transitions import CHANGES
from astra_devops.emulator.time.instants import Instant
from astra_devops.emulator.world import Platform

STATE: Final = json.loads(Path(__file__).with_name(f"state_version_{VERSION}.json").read_text(encoding="utf-8"))
CHANGE_NAMES: Final = {
    "accept endpoint",
    "add datacenter",
    "add keyspace",
    "associate",
    "change capture",
    "clean up migration",
    "clone",
    "copy",
    "create",
    "create group",
    "create in group",
    "create solr core",
    "delete peering",
    "drop keyspace",
    "enable graph",
    "export audit logs",
    "export metrics",
    "fill group",
    "generate report",
    "hibernate",
    "import migration",
    "initialize migration",
    "launch migration proxy",
    "park",
    "park group",
    "peer on aws",
    "peer on azure",
    "peer on gcp",
    "remove migration proxy",
    "resize",
    "restore",
    "resume",
    "set custom domains",
    "set engine type",
    "suspend",
    "terminate",
    "terminate datacenter",
    "unpark",
    "unpark group",
}
"""The names of changes, which a state has as values."""
SECONDS_AND_SIZES: Final = {("Progress", "delay"), ("Migration", "imported_seconds"), ("Migration", "subset_size")}


def saved_classes() -> list[type[Any]]:
    """List every class whose objects are saved."""
    classes = set().union(*(reachable(kind) for kind in (Platform, *map(store_class, store_keys()))))
    return sorted(classes, key=lambda kind: kind.__name__)


def reachable(kind: type[Any], path: frozenset[type[Any]] = frozenset()) -> set[type[Any]]:
    """Return a class of the emulator and those that its fields lead to."""
    if kind in path or not attrs.has(kind) or not kind.__module__.startswith("astra_devops.emulator"):
        return set()
    if kind.__name__ in ("Quirks", "Faults"):
        return set()
    classes = {kind}
    for field in attrs.fields(attrs.resolve_types(kind)):
        for part in parts(field.type):
            if isinstance(part, type):
                classes |= reachable(part, path | {kind})
    return classes


def parts(kind: Any) -> Iterator[Any]:
    """Yield the parts of a type, except for a time of the clock."""
    if kind == Instant or isinstance(kind, TypeVar):
        return
    if get_origin(kind) in (Union, UnionType) or get_args(kind):
        yield get_origin(kind)
        for part in get_args(kind):
            yield from parts(part)
    else:
        yield kind


def objects(document: object) -> Iterator[dict[str, Any]]:
    """Yield every JSON object in a document."""
    if isinstance(document, dict):
        yield document
    for part in document.values() if isinstance(document, dict) else document if isinstance(document, list) else ():
        yield from objects(part)


def test_a_state_file_can_be_restored_and_saved_again_unchanged() -> None:
    clock = VirtualClock(datetime.fromisoformat(STATE["taken"]))
    assert Emulator(clock=clock, state=STATE).snapshot() == STATE


def test_the_state_file_has_every_store() -> None:
    assert {key for world in STATE["worlds"].values() for key in world["stores"]} == store_keys()


@pytest.mark.parametrize("kind", [kind for kind in saved_classes() if kind is not Platform], ids=lambda kind: kind.__name__)
def test_the_state_file_has_every_field_of_every_class(kind: type[Any]) -> None:
    names = {str(field.alias) for field in attrs.fields(kind) if field.name not in NOT_SAVED.get(kind, ())}
    assert any(entry.keys() == names for entry in objects(STATE)), names


def test_the_names_of_changes_stay() -> None:
    assert CHANGE_NAMES - CHANGES.keys() == set()


@pytest.mark.parametrize("version", [1, 3, None])
def test_another_version_is_refused_with_both_versions_named(version: int | None) -> None:
    with pytest.raises(ValueError, match=rf"the state has version {version}, but this emulator reads only version 2"):
        Emulator(state=STATE | {"version": version})


def test_every_time_of_the_clock_has_the_type_of_one() -> None:
    """A bare float would be saved unchanged, and be another time when it is restored."""
    bare = {(kind.__name__, field.name) for kind in saved_classes() for field in attrs.fields(kind) if float in parts(field.type)}
    assert bare - SECONDS_AND_SIZES == set()
