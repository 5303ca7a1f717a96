"""Comparing what is declared with what is there, and what was there with what is there now."""

from collections.abc import Mapping
from typing import Final

import attrs

from astra_devops._rest.models.databases import Database as Found
from astra_devops.desired.declaration import Database, Declaration
from astra_devops.desired.observed import State, state_of
from astra_devops.desired.plan import Change, Plan

_FIXED: Final = ("cloud_provider", "region", "tier", "db_type")
_LISTS: Final = ("regions", "keyspaces")


def plan_of(declaration: Declaration, found: Mapping[str, Found]) -> Plan:
    """Return the plan that leads from what was found, by name, to what is declared."""
    return Plan(tuple(_change(database, found.get(database.name)) for database in declaration.databases))


def _change(declared: Database, found: Found | None) -> Change:
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
        keyspaces=(*before.keyspaces, *(name for name in declared.keyspaces if name not in before.keyspaces)),
        tier=before.tier if declared.tier is None else declared.tier.lower(),
        db_type=before.db_type if declared.db_type is None else declared.db_type,
    )
    is_fixed = all(getattr(before, field) == getattr(after, field) for field in _FIXED)
    if not is_fixed:
        return Change(action="replace", name=declared.name, id=found.id, before=before, after=after)
    return Change(action="leave" if before == after else "update", name=declared.name, id=found.id, before=before, after=after)


def moved_facts(change: Change, now: State, *, is_continued: bool) -> list[str]:
    """Return the facts of a change that hold no longer, as sentences.

    ``is_continued`` says that an earlier session has begun the change, so that a part of what it
    adds may be there already.
    """
    if change.before is None:
        return []
    moved = []
    for field in (*_FIXED, *_LISTS):
        before, after, present = getattr(change.before, field), getattr(change.after, field), getattr(now, field)
        if field in _LISTS:
            holds = set(before) <= set(present) <= set(after) if is_continued else set(before) == set(present)
            shown = f"were {list(before)}, are {list(present)}"
        else:
            holds, shown = before == present, f"was {before!r}, is {present!r}"
        if not holds:
            moved.append(f"{field} of database {change.name!r} {shown}")
    return moved
