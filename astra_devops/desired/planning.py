"""Reading what is there: a plan for a declaration, and the declaration of all that is there."""

from collections.abc import Iterable, Mapping
from typing import Any

import attrs

from astra_devops._client_resources import ClientResources
from astra_devops._runtime import checks
from astra_devops.desired.change import Action, Change
from astra_devops.desired.declaration import Declaration, entries_of
from astra_devops.desired.kinds.kind import Found, IsPruned, Kind
from astra_devops.desired.kinds.registry import BY_NAME, KINDS
from astra_devops.desired.kinds.values import refuse_secrets
from astra_devops.desired.plan import Plan
from astra_devops.desired.present import Present
from astra_devops.desired.prune import Prune, Pruning, check_share, pruned_names, pruning_of, refuse_too_many, removed_keyspaces
from astra_devops.operations.conditions.keyspaces import keyspaces_of


async def make_plan(client: ClientResources, declared: Declaration, *, prune: Prune, max_removed_share: float) -> Plan:
    """Read what is there, and return the plan that leads to what is declared."""
    checks.instance(declared, "declared", Declaration)
    check_share(max_removed_share)
    pruning = pruning_of(prune, declared)
    present = Present(client)
    keys = {kind.key(name) for kind in KINDS for name in entries_of(declared, kind)}
    changes: list[Change] = []
    removals: list[Change] = []
    for kind in KINDS:
        entries = entries_of(declared, kind)
        if not entries and kind.name not in pruning.kinds:
            continue
        for index, entry in enumerate(entries.values()):
            refuse_secrets(entry, kind.table if kind.is_single else f"{kind.table}[{index}]")
        found, removed = await _read(kind, present, entries, pruning, max_removed_share)
        await kind.check(entries, found, present, keys)
        changes += [await _change(kind, present, entry, found.get(name), pruning.is_pruned) for name, entry in entries.items()]
        # Last comes what others may need.
        removals = [*(_removal(kind, name, found[name]) for name in removed), *removals]
    _refuse_needed(removals, declared)
    if keyspaces := removed_keyspaces(changes):
        total = sum(len(keyspaces_of(database)) for database in await present.databases())
        refuse_too_many("keyspaces", keyspaces, total, max_removed_share)
    plan = Plan(tuple(_ordered([*changes, *removals])))
    return plan if plan.is_empty else attrs.evolve(plan, organization_id=await present.organization_id())


async def _read(
    kind: Kind[Any, Any], present: Present, entries: Mapping[str, Any], pruning: Pruning, most: float
) -> tuple[dict[str, Found[Any]], list[str]]:
    """Return what is there of one kind, and the names of what is removed."""
    removed: list[str] = []
    if kind.name in pruning.kinds:
        listed = await kind.listed(present)
        removed = pruned_names(kind, listed, entries, pruning.is_pruned)
        refuse_too_many(kind.table.replace("_", " "), len(removed), len(listed), most)
    return await kind.read(present, {*entries, *removed}), removed


async def _change(kind: Kind[Any, Any], present: Present, entry: Any, found: Found[Any] | None, is_pruned: IsPruned) -> Change:
    name, before = kind.name_of(entry), None if found is None else found.state
    after = await kind.after(present, entry, found, is_pruned)
    return Change(
        kind=kind.name,
        action=_action(kind, before, after),
        name=name,
        id=await kind.id_of_new(present, name) if found is None else found.id,
        before=before,
        after=after,
        label=kind.label(name),
        key=kind.key(name),
        needs=tuple(kind.needs(entry)),
        follows=tuple(kind.follows(entry)),
        note=kind.note(entry, is_new=found is None),
    )


def _action(kind: Kind[Any, Any], before: Any, after: Any) -> Action:
    if before is None:
        return "create"
    if any(getattr(before, field) != getattr(after, field) for field in kind.fixed):
        return "replace"
    return "leave" if before == after else "update"


def _removal(kind: Kind[Any, Any], name: str, found: Found[Any]) -> Change:
    return Change(
        kind=kind.name, action="remove", name=name, id=found.id, before=found.state, after=None, label=kind.label(name), key=kind.key(name)
    )


def _refuse_needed(removals: list[Change], declared: Declaration) -> None:
    """Refuse to remove what something declared needs.

    Raises:
        ValueError: ``prune`` names such a thing.
    """
    needs = {key: kind.label(name) for kind in KINDS for name, entry in entries_of(declared, kind).items() for key in kind.needs(entry)}
    for removal in removals:
        if removal.key in needs:
            raise ValueError(f"prune must not name {removal.key!r}, which the declared {needs[removal.key]} needs")


def _ordered(changes: list[Change]) -> list[Change]:
    """Have each change need only what the plan changes before it, and a removal what may use it.

    A database goes after what belongs to it, which has its id.
    """
    ordered: list[Change] = []
    for change in changes:
        pending = [earlier for earlier in ordered if earlier.action != "leave"]
        used_by = BY_NAME[change.kind].used_by if change.action == "remove" else ()
        needs = [earlier.key for earlier in pending if earlier.key in change.needs or earlier.kind in used_by]
        parts = [earlier.key for earlier in pending if earlier.action == change.action == "remove" and earlier.id == change.id]
        follows = [*(earlier.key for earlier in pending if earlier.key in change.follows), *parts]
        ordered.append(attrs.evolve(change, needs=tuple(needs), follows=tuple(follows)))
    return ordered


async def export_declaration(client: ClientResources, only: Iterable[str] | None) -> Declaration:
    """Return the declaration of all that is there and can be declared."""
    tables = [kind.table for kind in KINDS]
    chosen = tables if only is None else checks.strings(only, "only")
    for index, table in enumerate(chosen):
        if table not in tables:
            raise ValueError(f"only[{index}] must be one of {', '.join(tables)}, not {table!r}")
    omitted: list[str] = []
    present = Present(client, omitted)
    declared: dict[str, Any] = {}
    for kind in KINDS:
        if kind.table not in chosen:
            continue
        entries = []
        for name, found in sorted((await kind.read(present, None)).items()):
            if kind.can_declare(found.state):
                try:
                    entries.append(kind.declare(name, found.state))
                except ValueError as error:
                    omitted.append(f"{kind.label(name)} ({found.id}): {error}")
        declared[kind.table] = next(iter(entries), None) if kind.is_single else entries
    return Declaration(**declared, omitted=omitted)
