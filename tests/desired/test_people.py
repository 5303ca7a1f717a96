"""Roles and users as declared."""

from pathlib import Path
from typing import Any

import pytest

from astra_devops import AstraDevOps, AsyncAstraDevOps, errors
from astra_devops.desired import Database, Declaration, Role, Undeclared, User
from astra_devops.emulator import Emulator
from astra_devops.policies import policy
from tests.desired.shared import refused, through_files, writes

VIEWING = {"actions": ["org-db-view"], "resources": ["drn:astra:org:__ORG_ID__:db:*"]}
FILE = """\
[[roles]]
name = "viewer"
actions = ["org-db-view"]
resources = ["drn:astra:org:__ORG_ID__:db:*"]

[[users]]
email = "Ann@example.com"
roles = ["viewer"]
"""
WRITES = {"addOrganizationRole", "updateRole", "deleteOrganizationRole", "inviteUserToOrganization", "updateRolesForUserInOrganization"}


def viewer(name: str = "viewer", **settings: Any) -> Role:
    return Role(name, **(VIEWING | settings))


async def test_a_role_comes_before_the_user_who_has_it(astra: AsyncAstraDevOps, emulator: Emulator) -> None:
    declared = Declaration(roles=[viewer()], users=[User("Ann@example.com", roles=["viewer"])])
    plan = await astra.plan(declared)
    organization = await astra.organizations.current()
    assert str(plan).splitlines() == [
        "+ role 'viewer'",
        "    effect: allow",
        "    + actions: org-db-view",
        f"    + resources: drn:astra:org:{organization.id}:db:*",
        "+ user 'ann@example.com'",
        "    + roles: viewer",
        "    (the service sends an invitation by e-mail)",
        "2 to create, 0 to change, 0 to replace, 0 as declared",
    ]
    emulator.journal.clear()
    applied = await astra.apply(plan, quiet=True, workers=1)
    assert applied.is_done, str(applied)
    assert [outcome.key for outcome in applied.outcomes] == ["role:viewer", "user:ann@example.com"]
    assert writes(emulator) == ["addOrganizationRole", "inviteUserToOrganization"]
    ann = await astra.users.find("ann@example.com")
    assert ann is not None
    assert [role.name for role in ann.roles or []] == ["viewer"]

    emulator.journal.clear()
    again = await astra.plan(declared)
    assert again.is_empty, str(again)
    assert (await astra.apply(again, quiet=True)).outcomes == ()
    assert writes(emulator) == []


async def test_policies_and_roles_of_users_become_exactly_as_declared(astra: AsyncAstraDevOps, emulator: Emulator) -> None:
    await astra.apply(await astra.plan(Declaration(roles=[viewer()], users=[User("ann@example.com", roles=["viewer"])])), quiet=True)
    changed = Declaration(
        roles=[viewer(actions=["org-db-view", "org-read"], description="See"), viewer("other")],
        users=[User("ann@example.com", roles=["other"])],
    )
    plan = await astra.plan(changed)
    assert [change.action for change in plan.changes] == ["update", "create", "update"]
    assert {"    description:  -> See", "    + actions: org-read", "    + roles: other", "    - roles: viewer"} <= set(
        str(plan).splitlines()
    )
    assert (await astra.apply(plan, quiet=True)).is_done
    assert (await astra.plan(changed)).is_empty


async def test_only_those_who_have_changed_since_are_refused(astra: AsyncAstraDevOps) -> None:
    start = Declaration(roles=[viewer("a"), viewer("b")], users=[User("ann@example.com", roles=["a"])])
    await astra.apply(await astra.plan(start), quiet=True)
    plan = await astra.plan(
        Declaration(roles=[viewer("a", description="x"), viewer("b", description="x")], users=[User("ann@example.com", roles=["b"])])
    )
    role = await astra.roles.find("a")
    assert role is not None
    theirs = policy("theirs", ["org-db-view"], ["drn:astra:org:*"])
    await astra.roles.update(role.id, policy=theirs)
    outcomes = {outcome.key: outcome for outcome in (await astra.apply(plan, quiet=True)).outcomes}
    assert {key: outcome.state for key, outcome in outcomes.items()} == {"role:a": "failed", "role:b": "ok", "user:ann@example.com": "ok"}
    assert isinstance(outcomes["role:a"].error, errors.OutdatedPlanError)
    assert "description of role 'a' was '', is 'theirs'" in str(outcomes["role:a"].error)


async def test_a_user_whose_role_is_gone_is_refused(astra: AsyncAstraDevOps, emulator: Emulator) -> None:
    role = await astra.roles.create("viewer", policy("theirs", ["org-db-view"], VIEWING["resources"]))
    plan = await astra.plan(Declaration(users=[User("ann@example.com", roles=["viewer"])]))
    await astra.roles.delete(role.id)
    emulator.journal.clear()
    (outcome,) = (await astra.apply(plan, quiet=True)).outcomes
    assert isinstance(outcome.error, errors.OutdatedPlanError)
    assert str(outcome.error) == "a role of user 'ann@example.com' was there or to be created, is not there; make a new plan"
    assert writes(emulator) == []


async def test_a_user_whose_role_was_not_made_is_refused(astra: AsyncAstraDevOps, emulator: Emulator) -> None:
    plan = await astra.plan(Declaration(roles=[viewer()], users=[User("ann@example.com", roles=["viewer"])]))
    emulator.faults.status("addOrganizationRole", 400)
    applied = await astra.apply(plan, quiet=True)
    assert [outcome.state for outcome in applied.outcomes] == ["failed", "failed"]
    assert "user 'ann@example.com' needs 'role:viewer' first, which was not changed" in str(applied)
    assert emulator.journal.count("inviteUserToOrganization") == 0


async def test_only_what_prune_names_is_removed_and_a_role_after_its_users(astra: AsyncAstraDevOps, emulator: Emulator) -> None:
    roles = [viewer(f"role{number}") for number in range(3)]
    declared = Declaration(roles=roles, users=[User("ann@example.com", roles=["role0"]), User("ben@example.com", roles=["role1"])])
    await astra.apply(await astra.plan(declared), quiet=True)
    kept = Declaration(roles=roles[1:], users=declared.users[1:])
    assert (await astra.plan(kept)).is_empty
    plan = await astra.plan(kept, prune=["role:role0", "user:ann@example.com", "user:gone@example.com"], max_removed_share=0.5)
    assert [(change.key, change.action, change.needs) for change in plan.pending] == [
        ("user:ann@example.com", "remove", ()),
        ("role:role0", "remove", ("user:ann@example.com",)),
    ]
    emulator.journal.clear()
    assert (await astra.apply(plan, quiet=True)).is_done
    assert writes(emulator) == ["removeUserFromOrganization", "deleteOrganizationRole"]


async def test_a_function_is_asked_about_the_kinds_that_are_declared(astra: AsyncAstraDevOps, emulator: Emulator) -> None:
    await astra.apply(await astra.plan(Declaration(roles=[viewer("a"), viewer("b")])), quiet=True)
    emulator.add_database("old")
    asked: list[str] = []

    def remember(undeclared: Undeclared) -> bool:
        asked.append(undeclared.key)
        return False

    await astra.plan(Declaration(roles=[viewer("a")]), prune=remember)
    assert asked == ["role:b", "old"]


@pytest.mark.parametrize(
    ("declared", "prune", "message"),
    [
        (
            Declaration(users=[User("ann@example.com", roles=["nothing"])]),
            (),
            r"users\[0\]\.roles\[0\] must be a role that .* not 'nothing'$",
        ),
        (
            Declaration(roles=[viewer()], users=[User("ann@example.com", roles=["viewer", "veiwer"])]),
            (),
            r"users\[0\]\.roles\[1\] must be a role that is there or declared, not 'veiwer'; did you mean 'viewer'\?",
        ),
        (
            Declaration(roles=[viewer(actions=["org-db-veiw", "org-db-view"])]),
            (),
            r"roles\[0\]\.actions must be permissions, but 'org-db-veiw' is none; did you mean 'org-db-view'\?",
        ),
        (Declaration(roles=[viewer("Organization Administrator")]), (), r"roles\[0\]\.name must not be 'Organization Administrator'"),
        (Declaration(roles=[viewer()]), ["role:viewer"], r"prune\[0\] must not be 'role:viewer', which is declared"),
        (Declaration(), ["color:red"], r"prune\[0\] must be the name of a database, .* or begin with one of role:, user:"),
    ],
)
async def test_what_cannot_be_planned_is_refused(astra: AsyncAstraDevOps, declared: Declaration, prune: list[str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        await astra.plan(declared, prune=prune)


async def test_a_permission_that_is_newer_than_this_version_is_not_misspelled(astra: AsyncAstraDevOps, emulator: Emulator) -> None:
    roles = [role.to_dict() for role in await astra.roles.list()]
    roles[0]["policy"]["actions"].append("org-db-view2")
    emulator.faults.body("getOrganizationRoles", roles)
    plan = await astra.plan(Declaration(roles=[viewer(actions=["org-db-view2", "moon-landing-start"])]))
    assert "    + actions: org-db-view2" in str(plan).splitlines()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (FILE.replace("Ann@", "Ann"), r"users\[0\]\.email: must be an e-mail address, not 'Annexample.com'"),
        (FILE.replace('["viewer"]', "[]"), r"users\[0\]\.roles: must not be empty"),
        (FILE.replace("org-db-view", "x"), r"roles\[0\]\.actions: must be names of permissions"),
        (FILE.replace("drn:astra", "drn"), r"roles\[0\]\.resources: must be DRNs"),
    ],
)
def test_an_error_names_the_place(tmp_path: Path, text: str, message: str) -> None:
    refused(tmp_path, text, message)


def test_files_and_exports_have_them(blocking_astra: AstraDevOps, tmp_path: Path) -> None:
    declared = through_files(blocking_astra, tmp_path, FILE)
    assert declared == Declaration(roles=[viewer()], users=[User("ann@example.com", roles=["viewer"])])
    exported = blocking_astra.export()
    assert [role.name for role in exported.roles] == ["viewer"]
    assert [user.email for user in exported.users] == ["ann@example.com", "owner@example.com"]
    assert blocking_astra.plan(exported).is_empty
    assert not [entry for entry in exported.databases if isinstance(entry, Database)]
