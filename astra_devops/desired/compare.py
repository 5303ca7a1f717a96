"""Comparing what is declared with what is there, and what was there with what is there now."""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

import attrs

from astra_devops._rest.models.databases import Database as Found
from astra_devops.desired.declaration import Database, Declaration
from astra_devops.desired.observed import State, state_of
from astra_devops.desired.plan import Change, Plan
from astra_devops.desired.prune import Undeclared

_FIXED: Final = ("cloud_provider", "region", "tier", "db_type")
_LISTS: Final = ("regions", "keyspaces")


def plan_of(
    declaration: Declaration, found: Mapping[str, Found], removed: Mapping[str, Found], is_pruned: Callable[[Undeclared], bool]
) -> Plan:
    """Return the plan that leads from what was found, by name, to what is declared.

    ``removed`` are the undeclared databases to be removed, and ``is_pruned`` is asked about the
    keyspaces of the others.
    """
    removals = [
        Change(action="remove", name=name, id=database.id, before=state_of(database), after=None) for name, database in removed.items()
    ]
    return Plan((*(_change(database, found.get(database.name), is_pruned) for database in declaration.databases), *removals))


def _change(declared: Database, found: Found | None, is_pruned: Callable[[Undeclared], bool]) -> Change:
    if found is None:
        after = State(
            cloud_provider=declared.cloud_provider,
            region=declared.region,
            regions=declared.regions,
            keyspaces=declared.keyspaces,
            tier=declared.tier or "serverless",
            db_type=declared.db_type,
        )
        return Change(action="create", name=declared.name, id=None, before=None, after=after)
    before = state_of(found)
    after = attrs.evolve(
        before,
        cloud_provider=declared.cloud_provider,
        region=declared.region,
        regions=(*before.regions, *(name for name in declared.regions if name not in before.regions)),
        keyspaces=(
            *_kept_keyspaces(declared, found.id, before.keyspaces, is_pruned),
            *(name for name in declared.keyspaces if name not in before.keyspaces),
        ),
        tier=before.tier if declared.tier is None else declared.tier.lower(),
        db_type=before.db_type if declared.db_type is None else declared.db_type,
    )
    is_fixed = all(getattr(before, field) == getattr(after, field) for field in _FIXED)
    if not is_fixed:
        return Change(action="replace", name=declared.name, id=found.id, before=before, after=after)
    return Change(action="leave" if before == after else "update", name=declared.name, id=found.id, before=before, after=after)


def _kept_keyspaces(
    declared: Database, database_id: str, present: Iterable[str], is_pruned: Callable[[Undeclared], bool]
) -> tuple[str, ...]:
    """Return the keyspaces that stay: the declared ones, and the others unless they are pruned."""
    return tuple(
        name
        for name in present
        if declared.protected
        or name in declared.keyspaces
        or not is_pruned(Undeclared(database=declared.name, id=database_id, keyspace=name))
    )


def moved_facts(change: Change, now: State, *, is_continued: bool) -> list[str]:
    """Return the facts of a change that hold no longer, as sentences.

    ``is_continued`` says that an earlier session has begun the change, so that a part of what it
    adds may be there already, and a part of what it removes may be gone.
    """
    if change.before is None:
        return []
    moved = []
    for field in (*_FIXED, *_LISTS):
        before, present = getattr(change.before, field), getattr(now, field)
        if field in _LISTS:
            after = set(() if change.after is None else getattr(change.after, field))
            holds = set(before) & after <= set(present) <= set(before) | after if is_continued else set(before) == set(present)
            shown = f"were {list(before)}, are {list(present)}"
        else:
            holds, shown = before == present, f"was {before!r}, is {present!r}"
        if not holds:
            moved.append(f"{field} of database {change.name!r} {shown}")
    return moved
