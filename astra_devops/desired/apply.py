"""Applying a plan: a fleet run whose items are the resources that change."""

import asyncio
import os
from collections.abc import Iterable
from typing import Any

import attrs

from astra_devops import errors
from astra_devops._client_resources import ClientResources
from astra_devops._json import exporting
from astra_devops._runtime import checks
from astra_devops._runtime.intents.current import current
from astra_devops.desired.change import Change
from astra_devops.desired.kinds.kind import Found
from astra_devops.desired.kinds.registry import BY_NAME
from astra_devops.desired.plan import Plan
from astra_devops.desired.present import Present
from astra_devops.fleet.outcome import Outcome


@attrs.frozen(repr=False)
class Applied:
    """What came of applying a plan.

    Attributes:
        outcomes: One for each resource that was to change, named by ``key``, as they ended. One
            that was refused because a fact had moved is ``failed``, with an ``OutdatedPlanError``.
    """

    outcomes: tuple[Outcome, ...]

    @property
    def is_done(self) -> bool:
        """Whether all changes were made."""
        return all(map(is_done, self.outcomes))

    def to_dict(self) -> dict[str, Any]:
        """Return the outcomes as JSON values."""
        outcomes = [_row(outcome) | {"resume_tokens": list(outcome.resume_tokens)} for outcome in self.outcomes]
        return {"is_done": self.is_done, "outcomes": outcomes}

    def records(self) -> list[dict[str, Any]]:
        """Return the outcomes as flat rows, as pandas and polars take them.

        Resume tokens are one text, separated by spaces.
        """
        return [_row(outcome) | {"resume_tokens": " ".join(outcome.resume_tokens)} for outcome in self.outcomes]

    @property
    def summary(self) -> str:
        """How many changes were made, in one line."""
        return f"{sum(map(is_done, self.outcomes))} of {len(self.outcomes)} changes made"

    def __repr__(self) -> str:
        return f"<Applied: {self.summary}>"

    def _repr_html_(self) -> str:
        return exporting.html_text(str(self))

    def __str__(self) -> str:
        lines = [f"{outcome.state} {outcome.key}: {outcome.error}" for outcome in self.outcomes if outcome.error is not None]
        return "\n".join([*lines, self.summary])


def _row(outcome: Outcome) -> dict[str, Any]:
    error = None if outcome.error is None else str(outcome.error)
    return {"key": outcome.key, "state": outcome.state, "error": error, "advice": outcome.advice}


def is_done(outcome: Outcome) -> bool:
    """Return whether a change was made, now or before."""
    return outcome.state in ("ok", "skipped")


async def apply_plan(client: ClientResources, plan: Plan, *, workers: int, journal: str | os.PathLike[str] | None, quiet: bool) -> Applied:
    """Make the changes of a plan, some at a time, each after those that it needs."""
    pending = checks.instance(plan, "plan", Plan).pending
    for change in pending:
        BY_NAME[change.kind].check_change(change)
    present = Present(client)
    if pending and plan.organization_id is not None and (present_id := await present.organization_id()) != plan.organization_id:
        raise errors.OutdatedPlanError(
            f"the plan is for the organization {plan.organization_id}, and the token belongs to {present_id}: "
            "apply it with a token of that organization, or make the plan again"
        )
    ends = Ends(pending)

    async def work(client: Any, change: Change) -> None:
        await ends.wait_for_needs(change)
        await _apply(present, change)

    # A journal that another plan was applied with must not take its changes for those of this one.
    suffix = f" of plan {plan.id}"
    outcomes = []
    async with client.fleet.run(
        work, pending, workers=workers, key=lambda change: change.key + suffix, journal=journal, quiet=quiet
    ) as run:
        async for outcome in run:
            outcomes.append(attrs.evolve(outcome, key=outcome.key.removesuffix(suffix)))
            ends.add(outcomes[-1])
    return Applied(tuple(outcomes))


class Ends:
    """How the changes of a plan have ended, for those that need them.

    A worker that waits for a change cannot keep it from being made: it has begun before, since a
    change needs only what the plan has before it.
    """

    def __init__(self, changes: Iterable[Change]) -> None:
        self._ends: dict[str, asyncio.Future[Outcome]] = {}
        self._needs: dict[str, list[str]] = {}
        self._created: set[str] = set()
        for change in changes:
            if change.action == "create":
                self._created.add(change.key)
            self._needs[change.key] = [key for key in (*change.needs, *change.follows) if key in self._ends]
            self._ends[change.key] = asyncio.get_running_loop().create_future()

    def add(self, outcome: Outcome) -> None:
        """Note how a change has ended."""
        if not self._ends[outcome.key].done():
            self._ends[outcome.key].set_result(outcome)

    async def wait_for_needs(self, change: Change) -> None:
        """Wait for what a change needs.

        What was there before is there, even if it was not changed.

        Raises:
            OutdatedPlanError: What it needs was not created, or what it removes may be in use.
        """
        for key in self._needs[change.key]:
            outcome = await asyncio.shield(self._ends[key])
            is_needed = key in change.needs and (key in self._created or change.action == "remove")
            if is_needed and not is_done(outcome):
                raise errors.OutdatedPlanError(f"{change.label} needs {key!r} first, which was not changed: {outcome.error}")


async def _apply(present: Present, change: Change) -> None:
    if change.action == "replace":
        raise errors.OutdatedPlanError(
            f"{change.label} cannot be changed in place, and is never replaced: remove it, or change the declaration"
        )
    recorder = current.get()
    is_continued = recorder is not None and recorder.has_sent_changes
    kind = BY_NAME[change.kind]
    found = await kind.look(present, change, is_continued=is_continued)
    _refuse_outdated(change, found, is_continued=is_continued)
    try:
        if change.after is not None:
            await kind.write(present, change, found, change.after)
        elif found is not None:
            await kind.remove(present, change, found)
    except errors.NotFoundError as error:
        raise errors.OutdatedPlanError(f"something that {change.label} needs was there, is gone: {error}; make a new plan") from error


def _refuse_outdated(change: Change, found: Found[Any] | None, *, is_continued: bool) -> None:
    moved: list[str] = []
    if found is None:
        if change.before is not None and not (is_continued and change.after is None):
            moved = [f"{change.label} was there, is gone ({change.id})"]
    elif change.before is None:
        # What belongs to a new database may be there, and empty.
        if not is_continued and BY_NAME[change.kind].can_declare(found.state):
            moved = [f"{change.label} was not there, is there ({found.id})"]
    elif found.id != change.id:
        moved = [f"the id of {change.label} was {change.id}, is {found.id}"]
    else:
        moved = change.moved_facts(found.state, is_continued=is_continued)
    if moved:
        raise errors.OutdatedPlanError(f"{'; '.join(moved)}; make a new plan")
