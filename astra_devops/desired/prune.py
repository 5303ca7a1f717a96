"""What a plan removes: only what ``prune`` names, and only so much."""

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import attrs

from astra_devops._runtime import checks
from astra_devops.desired.change import Change
from astra_devops.desired.declaration import Declaration, entries_of
from astra_devops.desired.kinds.databases import DATABASES, DatabaseState
from astra_devops.desired.kinds.kind import IsPruned, Kind, Undeclared
from astra_devops.desired.kinds.registry import BY_NAME, KINDS

Prune = Iterable[str] | Callable[[Undeclared], bool]
"""The names of what is to be removed, or a function that is asked about each undeclared thing."""


@attrs.frozen(kw_only=True)
class Pruning:
    """What ``prune`` asks for.

    Attributes:
        is_pruned: Whether something undeclared is to be removed.
        kinds: The names of the kinds of which something may be.
    """

    is_pruned: IsPruned
    kinds: frozenset[str]


def pruning_of(prune: Prune, declared: Declaration) -> Pruning:
    """Check the ``prune`` argument.

    Raises:
        TypeError: ``prune`` is neither a list of names nor a function.
        ValueError: A name is that of something that is declared, protected or never removed.
    """
    if callable(prune):
        declared_kinds = [kind.name for kind in KINDS if kind.is_removable and entries_of(declared, kind)]
        return Pruning(
            is_pruned=lambda undeclared: checks.flag(prune(undeclared), "the answer of prune"),
            kinds=frozenset([DATABASES.name, *declared_kinds]),
        )
    names = checks.strings(prune, "prune")
    kinds = frozenset(_kind_of(name, f"prune[{index}]", declared) for index, name in enumerate(names))
    return Pruning(is_pruned=lambda undeclared: undeclared.key in names, kinds=kinds)


def _kind_of(key: str, argument: str, declared: Declaration) -> str:
    """Check one name, and return its kind. Names of databases have no colon."""
    prefix, colon, rest = key.partition(":")
    kind, name = (BY_NAME.get(prefix), rest) if colon else (DATABASES, key)
    if kind is None or not kind.is_removable:
        prefixes = [f"{kind.name}:" for kind in KINDS if kind.is_removable and kind is not DATABASES]
        accepted = f", or begin with one of {', '.join(prefixes)}" if prefixes else ""
        raise ValueError(f"{argument} must be the name of a database, or DATABASE/KEYSPACE{accepted}, not {key!r}")
    kind.check_prune(name, argument, entries_of(declared, kind))
    return kind.name


def check_share(value: float) -> float:
    """Check the ``max_removed_share`` argument, from 0 to 1."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"max_removed_share must be a number, not {checks.type_name(value)}")
    if not 0 <= value <= 1:
        raise ValueError(f"max_removed_share must be from 0 to 1, not {value}")
    return value


def pruned_names(kind: Kind[Any, Any], listed: Iterable[tuple[str, str]], declared: Mapping[str, Any], is_pruned: IsPruned) -> list[str]:
    """Return the names of what is listed, not declared, and to be removed."""
    return [
        name
        for name, found_id in listed
        if name not in declared and is_pruned(Undeclared(kind=kind.name, name=name, id=found_id, key=kind.key(name)))
    ]


def removed_keyspaces(changes: Iterable[Change]) -> int:
    """Count the keyspaces that changes of databases remove."""
    states = [(change.before, change.after) for change in changes]
    return sum(
        len(set(before.keyspaces) - set(after.keyspaces))
        for before, after in states
        if isinstance(before, DatabaseState) and isinstance(after, DatabaseState)
    )


def refuse_too_many(words: str, removed: int, present: int, most: float) -> None:
    """Refuse to remove more than a share of the resources of one kind that are there.

    Raises:
        ValueError: It is more than the share.
    """
    if removed > present * most:
        needed = math.ceil(100 * removed / present) / 100
        raise ValueError(
            f"max_removed_share must be at least {needed:g} for this plan, not {most:g}: "
            f"prune would remove {removed} of the {present} {words} that are there"
        )
