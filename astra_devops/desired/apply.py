"""Applying a plan: a fleet run whose items are the databases that change."""

import os
from typing import Any

import attrs

from astra_devops import errors
from astra_devops._client_resources import ClientResources
from astra_devops._rest.models.databases import Database as Found
from astra_devops._rest.models.databases import DatabaseStatus
from astra_devops._runtime import checks
from astra_devops._runtime.intents.recorder import current
from astra_devops.desired.compare import moved_facts, plan_of
from astra_devops.desired.declaration import Database, Declaration
from astra_devops.desired.observed import State, by_name, is_present, state_of
from astra_devops.desired.plan import Change, Plan
from astra_devops.desired.prune import Prune, Undeclared, check_share, pruned, refuse_too_many
from astra_devops.fleet.outcome import Outcome


@attrs.frozen
class Applied:
    """What came of applying a plan.

    Attributes:
        outcomes: One for each database that was to change, named by ``key``, as they ended. One
            that was refused because a fact had moved is ``failed``, with an ``OutdatedPlanError``.
    """

    outcomes: tuple[Outcome, ...]

    @property
    def is_done(self) -> bool:
        """Whether all changes were made."""
        return all(outcome.state in ("ok", "skipped") for outcome in self.outcomes)

    def to_dict(self) -> dict[str, Any]:
        """Return the outcomes as JSON values."""
        return {
            "is_done": self.is_done,
            "outcomes": [
                {
                    "key": outcome.key,
                    "state": outcome.state,
                    "error": None if outcome.error is None else str(outcome.error),
                    "advice": outcome.advice,
                    "resume_tokens": list(outcome.resume_tokens),
                }
                for outcome in self.outcomes
            ],
        }

    def __str__(self) -> str:
        lines = [f"{outcome.state} {outcome.key}: {outcome.error}" for outcome in self.outcomes if outcome.error is not None]
        done = sum(outcome.state in ("ok", "skipped") for outcome in self.outcomes)
        return "\n".join([*lines, f"{done} of {len(self.outcomes)} changes made"])


async def make_plan(client: ClientResources, declared: Declaration, *, prune: Prune, max_removed_share: float) -> Plan:
    """Read what is there, and return the plan that leads to what is declared."""
    checks.instance(declared, "declared", Declaration)
    check_share(max_removed_share)
    is_pruned = pruned(prune, declared)
    present = [database async for database in client.databases.list() if is_present(database)]
    names = {database.name for database in declared.databases}
    removed = [
        database
        for database in present
        if database.info.name is not None
        and database.info.name not in names
        and is_pruned(Undeclared(database=database.info.name, id=database.id))
    ]
    refuse_too_many(len(removed), len(present), max_removed_share)
    removed_by_name = by_name(removed, [str(database.info.name) for database in removed])
    return plan_of(declared, by_name(present, names), removed_by_name, is_pruned)


async def export_declaration(client: ClientResources) -> Declaration:
    """Return the declaration of all databases that are there."""
    databases = [database async for database in client.databases.list()]
    found = by_name(databases, [database.info.name for database in databases if database.info.name is not None])
    return Declaration([_declared(name, state_of(found[name])) for name in sorted(found)])


def _declared(name: str, state: State) -> Database:
    return Database(
        name,
        cloud_provider=state.cloud_provider,
        region=state.region,
        regions=state.regions,
        keyspaces=state.keyspaces,
        tier=state.tier,
        db_type=state.db_type,
    )


async def apply_plan(client: ClientResources, plan: Plan, *, workers: int, journal: str | os.PathLike[str] | None, quiet: bool) -> Applied:
    """Make the changes of a plan, some at a time."""
    pending = checks.instance(plan, "plan", Plan).pending
    names = [change.name for change in pending if change.action == "create"]
    present: dict[str, list[str]] = {name: [] for name in names}
    if names:
        async for database in client.databases.list():
            if database.info.name in present and is_present(database):
                present[database.info.name].append(database.id)

    async def work(client: Any, change: Change) -> None:
        await _apply(client, change, present.get(change.name, []))

    # A journal that another plan was applied with must not take its changes for those of this one.
    suffix = f" of plan {plan.id}"
    async with client.fleet.run(
        work, pending, workers=workers, key=lambda change: change.name + suffix, journal=journal, quiet=quiet
    ) as run:
        return Applied(tuple([attrs.evolve(outcome, key=outcome.key.removesuffix(suffix)) async for outcome in run]))


async def _apply(client: ClientResources, change: Change, same_name: list[str]) -> None:
    if change.action == "replace":
        raise errors.OutdatedPlanError(
            f"database {change.name!r} cannot be changed in place, and is never replaced: terminate it, or change the declaration"
        )
    recorder = current.get()
    is_continued = recorder is not None and recorder.has_sent_changes
    if change.after is None:
        await _remove(client, change, is_continued=is_continued)
        return
    database_id = change.id
    if database_id is None:
        if same_name and not is_continued:
            raise errors.OutdatedPlanError(f"database {change.name!r} was not there, is there ({', '.join(same_name)}); make a new plan")
        database_id = await _create(client, change.name, change.after)
    database = await client.databases.get(database_id)
    _refuse_outdated(change, database, is_continued=is_continued)
    now = state_of(database)
    # Regions first, one at a time as the service demands: they get the keyspaces with the others.
    for region in change.after.regions:
        if region not in now.regions:
            adding = await client.datacenters.ensure(database_id, cloud_provider=change.after.cloud_provider, region=region)
            await adding.wait()
    for keyspace in change.after.keyspaces:
        if keyspace not in now.keyspaces:
            await (await client.keyspaces.ensure(database_id, keyspace)).wait()
    for keyspace in () if change.before is None else change.before.keyspaces:
        if keyspace in now.keyspaces and keyspace not in change.after.keyspaces:
            await (await client.keyspaces.delete(database_id, keyspace)).wait()


def _refuse_outdated(change: Change, database: Found, *, is_continued: bool) -> None:
    if not is_present(database):
        raise errors.OutdatedPlanError(f"database {change.name!r} was there, is {database.status} ({database.id}); make a new plan")
    moved = moved_facts(change, state_of(database), is_continued=is_continued)
    if moved:
        raise errors.OutdatedPlanError(f"{'; '.join(moved)}; make a new plan")


async def _remove(client: ClientResources, change: Change, *, is_continued: bool) -> None:
    database_id = checks.identifier(change.id or "", "id")
    try:
        database = await client.databases.get(database_id)
    except errors.NotFoundError:
        if is_continued:
            return
        raise errors.OutdatedPlanError(f"database {change.name!r} was there, is gone ({database_id}); make a new plan") from None
    # An earlier session may have begun to terminate it: then the same call waits for the end.
    if is_present(database) or not is_continued:
        _refuse_outdated(change, database, is_continued=is_continued)
    if database.status != DatabaseStatus.TERMINATED:
        await (await client.databases.terminate(database_id, with_datacenters=True)).wait()


async def _create(client: ClientResources, name: str, after: State) -> str:
    creating = await client.databases.create(
        name,
        cloud_provider=after.cloud_provider,
        region=after.region,
        tier=after.tier or "serverless",
        keyspace=after.keyspaces[0] if after.keyspaces else None,
        db_type=after.db_type,
    )
    return (await creating.wait()).id
