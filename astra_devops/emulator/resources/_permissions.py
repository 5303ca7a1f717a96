"""What a token may do, and to which databases, by the policies of its roles."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

import attrs

from astra_devops.emulator.contract.contract import Operation
from astra_devops.emulator.contract.operation_names import did_you_mean
from astra_devops.emulator.resources._default_roles import ACTIONS, EVERYTHING, LEVELS, PLACEHOLDER
from astra_devops.emulator.state.stores import store
from astra_devops.emulator.state.tokens import Token
from astra_devops.emulator.world import World

FILTERED = ("listDatabases",)
"""Operations on the organisation that leave out what the token is not about, instead of refusing."""
DATABASE = ("databaseID", "clusterID")
"""Path variables that name a database."""
ENTERPRISE = "/v2/enterprises/"
"""Where the operations stand that only a token of the enterprise may do."""
ENTERPRISE_TOKENS = ("/v2/tokens", "/v2/clientIdSecrets")
"""What such a token may do besides: it has tokens made, and nothing to do with databases, says the vendor's page on enterprises."""


@attrs.define
class Role:
    """One role.

    ``changed`` and ``changed_by`` tell of the last change of one that is not the service's own.
    """

    id: str
    name: str
    policy: dict[str, Any]
    default: bool = False
    changed: datetime | None = None
    changed_by: str = ""


@store("roles")
@attrs.define
class CustomRoles:
    """The roles that somebody has made, by id."""

    by_id: dict[str, Role] = attrs.field(factory=dict)


def roles_of(world: World) -> dict[str, Role]:
    """Give every role by its id, the service's own first."""
    organization = world.organization
    prefix = f"drn:astra:org:{PLACEHOLDER if world.quirks.organization_placeholder else organization.id}"
    found = {}
    for name, role_id in organization.roles.items():
        resources = [prefix + level for level in LEVELS]
        policy = {"description": name, "resources": resources, "actions": list(ACTIONS[name]), "effect": "allow"}
        found[role_id] = Role(role_id, name, policy, default=True)
    return found | world.store(CustomRoles).by_id


def add_role(world: World, name: str, policy: Mapping[str, Any], by: str = "") -> Role:
    """Make a role."""
    role = Role(world.new_id(), name, dict(policy), changed=world.clock.now(), changed_by=by)
    world.store(CustomRoles).by_id[role.id] = role
    return role


def add_role_of(world: World, permissions: Iterable[str]) -> str:
    """Make a role of some permissions, for everything in the organisation, and give its id."""
    resources = [f"drn:astra:org:{world.organization.id}{level}" for level in LEVELS]
    number = len(world.store(CustomRoles).by_id) + 1
    policy = {"description": "", "resources": resources, "actions": sorted(permissions), "effect": "allow"}
    return add_role(world, f"Role of a token, {number}", policy).id


def checked_permissions(permissions: Iterable[str]) -> frozenset[str]:
    """Give permissions back if there are such.

    Raises:
        TypeError: that is one text, of which each character would count.
        ValueError: there is no such permission.
    """
    if isinstance(permissions, str):
        raise TypeError("permissions must be a set of names, not one text")
    wanted = frozenset(permissions)
    unknown = sorted(wanted - frozenset(EVERYTHING))
    if unknown:
        raise ValueError(f"permissions: there is no permission {unknown[0]!r}{did_you_mean(unknown[0], EVERYTHING)}")
    return wanted


def may(world: World, token: Token, operation: Operation, arguments: Mapping[str, str]) -> bool:
    """Tell whether a token has each of the permissions that an operation needs, for the database in its path if it has one."""
    if operation.path.startswith(ENTERPRISE):
        return token.enterprise
    if world.is_enterprise:
        return operation.path.startswith(ENTERPRISE_TOKENS)
    if token.unlimited or not operation.permissions:
        return True
    database_id = next((arguments[name] for name in DATABASE if name in arguments), None)
    policies = list(_policies(world, token))
    return all(
        any(
            permission in policy["actions"] and any(_reaches(world, drn, operation, database_id) for drn in policy["resources"])
            for policy in policies
        )
        for permission in operation.permissions
    )


def wanted(operation: Operation) -> str:
    """Say what a token must have for an operation."""
    if operation.path.startswith(ENTERPRISE):
        return "the rights of the enterprise"
    return f"one of: {', '.join(sorted(operation.permissions))}" if operation.permissions else "an organization"


def has(world: World, token: Token, permission: str) -> bool:
    """Tell whether a token has a permission, for whatever it may be."""
    return token.unlimited or any(permission in policy["actions"] for policy in _policies(world, token))


def visible(world: World, token: Token, permission: str) -> frozenset[str] | None:
    """Give the ids of the databases that a token has a permission for; None where it has it for all of them."""
    if token.unlimited:
        return None
    found = set()
    for policy in _policies(world, token):
        for drn in policy["resources"] if permission in policy["actions"] else ():
            named = _database_of(world, drn)
            if named == "*":
                return None
            found.add(named)
    return frozenset(name for name in found if name)


def _policies(world: World, token: Token) -> Iterator[Mapping[str, Any]]:
    known = roles_of(world)
    return (known[role_id].policy for role_id in token.roles if role_id in known)


def _reaches(world: World, drn: str, operation: Operation, database_id: str | None) -> bool:
    named = _database_of(world, drn)
    if operation.id in FILTERED:
        return bool(named)
    return named == "*" or (named is not None and named == database_id)


def _database_of(world: World, drn: str) -> str | None:
    """Read which database a DRN is about: its id, ``*`` for all, None for none.

    One of the organisation stands for all that is in it.
    """
    parts = drn.split(":")
    if parts[:3] != ["drn", "astra", "org"] or len(parts) < 4 or parts[3] not in (world.organization.id, PLACEHOLDER):
        return None
    if len(parts) == 4:
        return "*"
    return parts[5] if parts[4] == "db" and len(parts) > 5 else None
