"""What a token may do, and to which databases: the policies of its roles decide."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final

import attrs

from astra_devops.emulator.contract.contract import Operation
from astra_devops.emulator.contract.operation_names import did_you_mean
from astra_devops.emulator.resources._default_roles import ALL_PERMISSIONS, DEFAULT_ROLES, PLACEHOLDER, RESOURCE_SUFFIXES
from astra_devops.emulator.state.stores import store
from astra_devops.emulator.state.tokens import Token
from astra_devops.emulator.world import World

_FILTERED: Final = ("listDatabases",)
"""Operations on the organization that leave out what the token may not see, instead of refusing."""
_DATABASE_VARIABLES: Final = ("databaseID", "clusterID")
"""Path variables that name a database."""
_ENTERPRISE_PATH: Final = "/v2/enterprises/"
"""The path of the operations that only an enterprise token may call."""
_ENTERPRISE_TOKEN_PATHS: Final = ("/v2/tokens", "/v2/clientIdSecrets")
"""What else an enterprise token may call.

By the vendor's page on enterprises it creates tokens, and has no access to databases.
"""


@attrs.define
class Role:
    """One role. ``changed`` and ``changed_by`` describe the last change of a custom role."""

    id: str
    name: str
    policy: dict[str, Any]
    default: bool = False
    changed: datetime | None = None
    changed_by: str = ""


@store("roles")
@attrs.define
class CustomRoles:
    """The roles that clients have created, by id."""

    by_id: dict[str, Role] = attrs.field(factory=dict)


def roles_of(world: World) -> dict[str, Role]:
    """Return all roles by id, the default ones first."""
    organization = world.organization
    prefix = f"drn:astra:org:{PLACEHOLDER if world.quirks.organization_placeholder else organization.id}"
    roles = {}
    for name, role_id in organization.roles.items():
        resources = [prefix + suffix for suffix in RESOURCE_SUFFIXES]
        policy = {"description": name, "resources": resources, "actions": list(DEFAULT_ROLES[name]), "effect": "allow"}
        roles[role_id] = Role(role_id, name, policy, default=True)
    return roles | world.store(CustomRoles).by_id


def add_role(world: World, name: str, policy: Mapping[str, Any], changed_by: str = "") -> Role:
    """Create a custom role."""
    role = Role(world.new_id(), name, dict(policy), changed=world.clock.now(), changed_by=changed_by)
    world.store(CustomRoles).by_id[role.id] = role
    return role


def add_role_with(world: World, permissions: Iterable[str]) -> str:
    """Create a role with some permissions for everything in the organization, and return its id."""
    resources = [f"drn:astra:org:{world.organization.id}{suffix}" for suffix in RESOURCE_SUFFIXES]
    number = len(world.store(CustomRoles).by_id) + 1
    policy = {"description": "", "resources": resources, "actions": sorted(permissions), "effect": "allow"}
    return add_role(world, f"Role of a token, {number}", policy).id


def check_permissions(permissions: Iterable[str]) -> frozenset[str]:
    """Return the permissions as a set, if all of them exist.

    Raises:
        TypeError: ``permissions`` is a single string, whose characters would count as names.
        ValueError: There is no such permission.
    """
    if isinstance(permissions, str):
        raise TypeError("permissions must be a set of names, not a single string")
    names = frozenset(permissions)
    unknown = sorted(names - frozenset(ALL_PERMISSIONS))
    if unknown:
        raise ValueError(f"permissions: there is no permission {unknown[0]!r}{did_you_mean(unknown[0], ALL_PERMISSIONS)}")
    return names


def is_allowed(world: World, token: Token, operation: Operation, arguments: Mapping[str, str]) -> bool:
    """Return whether a token has all permissions that an operation needs.

    If the path of the operation names a database, the permissions must be for that database.
    """
    if operation.path.startswith(_ENTERPRISE_PATH):
        return token.enterprise
    if world.is_enterprise:
        return operation.path.startswith(_ENTERPRISE_TOKEN_PATHS)
    if token.unlimited or not operation.permissions:
        return True
    database_id = next((arguments[name] for name in _DATABASE_VARIABLES if name in arguments), None)
    policies = list(_policies(world, token))
    return all(
        any(
            permission in policy["actions"] and any(_covers(world, drn, operation, database_id) for drn in policy["resources"])
            for policy in policies
        )
        for permission in operation.permissions
    )


def requirement(operation: Operation) -> str:
    """Describe what a token needs for an operation."""
    if operation.path.startswith(_ENTERPRISE_PATH):
        return "the rights of the enterprise"
    return f"one of: {', '.join(sorted(operation.permissions))}" if operation.permissions else "an organization"


def has_permission(world: World, token: Token, permission: str) -> bool:
    """Return whether a token has a permission, for any resource."""
    return token.unlimited or any(permission in policy["actions"] for policy in _policies(world, token))


def permitted_databases(world: World, token: Token, permission: str) -> frozenset[str] | None:
    """Return the ids of the databases that a token has a permission for; None means all."""
    if token.unlimited:
        return None
    ids = set()
    for policy in _policies(world, token):
        for drn in policy["resources"] if permission in policy["actions"] else ():
            database_id = _database_in(world, drn)
            if database_id == "*":
                return None
            ids.add(database_id)
    return frozenset(database_id for database_id in ids if database_id)


def _policies(world: World, token: Token) -> Iterator[Mapping[str, Any]]:
    roles = roles_of(world)
    return (roles[role_id].policy for role_id in token.roles if role_id in roles)


def _covers(world: World, drn: str, operation: Operation, database_id: str | None) -> bool:
    """Return whether a DRN covers an operation on a database."""
    covered_id = _database_in(world, drn)
    if operation.id in _FILTERED:
        return bool(covered_id)
    return covered_id == "*" or (covered_id is not None and covered_id == database_id)


def _database_in(world: World, drn: str) -> str | None:
    """Return the id of the database that a DRN is about, ``*`` for all, or None for no database.

    The DRN of an organization covers everything in it.
    """
    parts = drn.split(":")
    if parts[:3] != ["drn", "astra", "org"] or len(parts) < 4 or parts[3] not in (world.organization.id, PLACEHOLDER):
        return None
    if len(parts) == 4:
        return "*"
    return parts[5] if parts[4] == "db" and len(parts) > 5 else None
