"""Clones: a snapshot of one database is copied into another."""

from typing import Final

import attrs

from astra_devops.emulator import replies
from astra_devops.emulator.resources._copies import Copy, copy_status, start_copy
from astra_devops.emulator.resources.snapshots import check_region, find_snapshot
from astra_devops.emulator.state.stores import store
from astra_devops.emulator.world import Handler, Request, World


@store("clones")
@attrs.define
class Clones:
    """Every clone by its operation id."""

    by_id: dict[str, Copy] = attrs.field(factory=dict)


def clone_from_db(world: World, request: Request) -> replies.Reply:
    """Start to copy a snapshot of one database into another.

    The keyspaces that exist there stay.
    """
    target, source = (world.find_living(request.arguments[name]) for name in ("databaseID", "sourceDBID"))
    if target is source:
        raise replies.refusal(400, "A database cannot be cloned into itself; restore it instead.")
    check_region(source, request.query.get("sourceRegion"))
    snapshot = find_snapshot(world, source, request.query["snapshotID"])
    return start_copy(world, request, target, "clone", snapshot, world.store(Clones).by_id)


def clone_status(world: World, request: Request) -> replies.Reply:
    """Return the state of a clone."""
    return copy_status(world, request, world.store(Clones).by_id)


OPERATIONS: Final[dict[str, Handler]] = {"cloneFromDB": clone_from_db, "cloneStatus": clone_status}
