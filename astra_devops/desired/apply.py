"""Applying a plan: a fleet run whose items are the databases that change."""

import os
from typing import Any

import attrs

from astra_devops import errors
from astra_devops._client_resources import ClientResources
from astra_devops._runtime import checks
from astra_devops._runtime.intents.recorder import current
from astra_devops.desired.compare import moved_facts, plan_of
from astra_devops.desired.declaration import Database, Declaration
from astra_devops.desired.observed import State, by_name, is_present, state_of
from astra_devops.desired.plan import Change, Plan
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


async def make_plan(client: ClientResources, declared: Declaration) -> Plan:
    """Read what is there, and return the plan that leads to what is declared."""
    checks.instance(declared, "declared", Declaration)
    names = [database.name for database in declared.databases]
    found = by_name([database async for database in client.databases.list()], names) if names else {}
    return plan_of(declared, found)


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
    database_id = change.id
    if database_id is None:
        if same_name and not is_continued:
            raise errors.OutdatedPlanError(f"database {change.name!r} was not there, is there ({', '.join(same_name)}); make a new plan")
        database_id = await _create(client, change)
    database = await client.databases.get(database_id)
    now = state_of(database)
    if not is_present(database):
        raise errors.OutdatedPlanError(f"database {change.name!r} was there, is {database.status} ({database_id}); make a new plan")
    moved = moved_facts(change, now, is_continued=is_continued)
    if moved:
        raise errors.OutdatedPlanError(f"{'; '.join(moved)}; make a new plan")
    # Regions first, one at a time as the service demands: they get the keyspaces with the others.
    for region in change.after.regions:
        if region not in now.regions:
            adding = await client.datacenters.ensure(database_id, cloud_provider=change.after.cloud_provider, region=region)
            await adding.wait()
    for keyspace in change.after.keyspaces:
        if keyspace not in now.keyspaces:
            await (await client.keyspaces.ensure(database_id, keyspace)).wait()


async def _create(client: ClientResources, change: Change) -> str:
    after = change.after
    creating = await client.databases.create(
        change.name,
        cloud_provider=after.cloud_provider,
        region=after.region,
        tier=after.tier or "serverless",
        keyspace=after.keyspaces[0] if after.keyspaces else None,
        db_type=after.db_type,
    )
    return (await creating.wait()).id
