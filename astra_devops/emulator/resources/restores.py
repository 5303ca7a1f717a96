"""Restores: a database goes back to one of its snapshots."""

from typing import Final

import attrs

from astra_devops.emulator import replies
from astra_devops.emulator.resources._copies import Copy, copy_status, start_copy
from astra_devops.emulator.resources.snapshots import find_snapshot
from astra_devops.emulator.state.stores import store
from astra_devops.emulator.world import Handler, Request, World


@store("restores")
@attrs.define
class Restores:
    """Every restore by its operation id."""

    by_id: dict[str, Copy] = attrs.field(factory=dict)


def restore_db(world: World, request: Request) -> replies.Reply:
    """Start to restore a database from one of its snapshots.

    It gets the keyspaces of that time and loses all others.
    """
    database = world.find_living(request.arguments["databaseID"])
    snapshot = find_snapshot(world, database, request.query["snapshotID"])
    return start_copy(world, request, database, "restore", snapshot, world.store(Restores).by_id)


def restore_status(world: World, request: Request) -> replies.Reply:
    """Return the state of a restore."""
    return copy_status(world, request, world.store(Restores).by_id)


OPERATIONS: Final[dict[str, Handler]] = {"restoreDB": restore_db, "restoreStatus": restore_status}
