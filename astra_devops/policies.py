"""Building blocks of roles: resource names (DRNs), sets of permissions, and policies.

>>> from astra_devops.policies import READ, keyspace_drns, policy
>>> organization = await astra.organizations.current()
>>> drns = keyspace_drns(organization.id, database_id, "sales")
>>> role = await astra.roles.create("sales-reader", policy("Read sales", READ, drns))
>>> token = await astra.tokens.create([role])
"""

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from astra_devops._json_bytes import codec
from astra_devops._rest.models.common_role import Policy, PolicyAction, PolicyEffect
from astra_devops._runtime import checks

__all__ = ["READ", "WRITE", "Policy", "PolicyAction", "allows", "drn", "keyspace_drns", "load", "policy"]

READ: Final = frozenset(
    {
        PolicyAction.DB_CQL,
        PolicyAction.DB_GRAPHQL,
        PolicyAction.DB_REST,
        PolicyAction.DB_KEYSPACE_DESCRIBE,
        PolicyAction.DB_TABLE_DESCRIBE,
        PolicyAction.DB_TABLE_SELECT,
    }
)
"""Permissions to connect by any interface and to read data.

These are the keyspace and table permissions of the service's own read-only roles.
"""

WRITE: Final = READ | {PolicyAction.DB_TABLE_MODIFY}
""":data:`READ` and the permission to write and delete rows. The schema stays read-only."""

# Drivers read these when they connect, to learn about nodes and schema.
_SYSTEM_KEYSPACES: Final = ("system", "system_schema", "system_virtual_schema")
_PART: Final = re.compile(r"[^\s:*]+")
_ACTION: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)+")
_PREFIX: Final = "drn:astra:org:"
# The service's default roles have this in place of the organization's id.
_ANY_ORGANIZATION: Final = "__ORG_ID__"
_KNOWN_ACTIONS: Final = frozenset(action.value for action in PolicyAction)


def drn(organization_id: str, database_id: str | None = None, keyspace: str | None = None, table: str | None = None) -> str:
    """Return the name (DRN) of a resource, for the ``resources`` of a policy.

    ``"*"`` stands for every database, keyspace or table. A DRN covers its own level only: the
    service's own roles list the organization, the databases, the keyspaces and the tables
    separately.

    Args:
        organization_id: Id of the organization, as returned by ``organizations.current``.
        database_id: Id of the database. It is required if ``keyspace`` is given.
        keyspace: Name of the keyspace, case-sensitive. It is required if ``table`` is given.
        table: Name of the table, case-sensitive.

    Raises:
        ValueError: An argument is empty, or contains a space, a colon, or a ``*`` with other
            characters, or an argument that it requires is missing.
        TypeError: An argument is not a string.

    >>> drn(organization.id, "*")
    'drn:astra:org:d04d1eb2-6a52-483e-ab16-faaad3d077a9:db:*'
    """
    if keyspace is not None and database_id is None:
        raise ValueError("database_id is required with keyspace; use '*' for every database")
    if table is not None and keyspace is None:
        raise ValueError("keyspace is required with table; use '*' for every keyspace")
    name = _PREFIX + _part(organization_id, "organization_id", wildcard=False)
    for kind, value, argument in (("db", database_id, "database_id"), ("keyspace", keyspace, "keyspace"), ("table", table, "table")):
        if value is not None:
            name += f":{kind}:{_part(value, argument)}"
    return name


def keyspace_drns(organization_id: str, database_id: str, keyspace: str, *, system_tables: bool = False) -> list[str]:
    """Return the DRNs of a keyspace, all its tables and its database.

    Access to a keyspace needs all three.

    Args:
        organization_id: Id of the organization.
        database_id: Id of the database.
        keyspace: Name of the keyspace, case-sensitive.
        system_tables: Whether to add the tables of the system keyspaces. CQL drivers read them to
            learn about nodes and schema. They contain the names of other keyspaces and tables, but
            not their data.

    Raises:
        ValueError: As for :func:`drn`.
        TypeError: An argument is not a string.
    """
    checks.flag(system_tables, "system_tables")
    names = [
        drn(organization_id, _part(database_id, "database_id")),
        drn(organization_id, database_id, _part(keyspace, "keyspace")),
        drn(organization_id, database_id, keyspace, "*"),
    ]
    if system_tables:
        names += [drn(organization_id, database_id, system, "*") for system in _SYSTEM_KEYSPACES]
    return names


def policy(description: str, actions: Iterable[PolicyAction | str], resources: Iterable[str]) -> Policy:
    """Return a policy that grants permissions on resources.

    Args:
        description: What the policy is for.
        actions: Permissions, as :class:`PolicyAction` or by name, such as ``"org-db-view"``.
            :data:`READ` and :data:`WRITE` are sets of them. Names that this version does not know
            are sent as they are.
        resources: DRNs as built by :func:`drn` or :func:`keyspace_drns`.

    Raises:
        ValueError: ``actions`` or ``resources`` is empty, or contains a malformed name.
        TypeError: ``actions`` or ``resources`` is a single string, or contains something else than
            strings.
    """
    checks.text(description, "description")
    names = sorted(set(checks.strings(actions, "actions", at_least=1)))
    drns = list(dict.fromkeys(checks.strings(resources, "resources", at_least=1)))
    for name in names:
        if not _ACTION.fullmatch(name):
            raise ValueError(f"actions must be names of permissions, such as 'org-db-view', not {str(name)!r}")
    for resource in drns:
        if not resource.startswith(_PREFIX):
            raise ValueError(f"resources must be DRNs as built by drn(), which begin with {_PREFIX!r}, not {resource!r}")
    granted = [PolicyAction(name) if name in _KNOWN_ACTIONS else name for name in names]
    return Policy(description=description, actions=granted, resources=drns, effect=PolicyEffect.ALLOW)


def load(path: str | os.PathLike[str], organization_id: str) -> Policy:
    """Read a policy from a file of JSON, such as ``pytest --astra-emulator-policy`` writes.

    Args:
        path: The file. It has the form of the service: ``description``, ``actions``, ``resources``
            and ``effect``.
        organization_id: Id of the organization, as returned by ``organizations.current``. It takes
            the place of ``__ORG_ID__`` in the resources.

    Raises:
        OSError: The file cannot be read.
        ValueError: It is not such a policy; the message names the field. Or ``organization_id`` is
            not an id.
        TypeError: ``organization_id`` is not a string.

    >>> needed = load("policy.json", organization.id)
    >>> role = await astra.roles.create("ci", needed)
    """
    prefix = drn(organization_id)
    try:
        document = codec.loads(Path(path).read_bytes())
    except codec.JSONDecodeError as error:
        raise ValueError(f"{os.fspath(path)} is not JSON: {error}") from None
    if not isinstance(document, dict) or document.get("effect", "allow") != "allow":
        raise ValueError(f"{os.fspath(path)} must be an object with description, actions, resources, and effect 'allow'")
    actions, resources = document.get("actions"), document.get("resources")
    for name, value in (("actions", actions), ("resources", resources)):
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise ValueError(f"{os.fspath(path)}: {name} must be a list of strings")
    placeholder = _PREFIX + _ANY_ORGANIZATION
    named = [prefix + item.removeprefix(placeholder) if item.startswith(placeholder) else item for item in resources or ()]
    return policy(str(document.get("description", "")), actions or (), named)


def allows(policies: Policy | Iterable[Policy], action: PolicyAction | str, resource: str | None = None) -> bool | None:
    """Check offline whether policies grant a permission, as the roles of a token combine them.

    Args:
        policies: One policy, or those of several roles.
        action: The permission, such as ``"db-table-select"``.
        resource: DRN of the resource that it is needed for; by default, any resource.

    Returns:
        True or False. None if they grant it only on something that contains the resource, such as
        its database: no document of the service says whether that is enough.

    Raises:
        TypeError: An argument has the wrong type.
        ValueError: ``resource`` is not a DRN.

    >>> allows(role.policy, "db-table-modify", drn(organization.id, database_id, "sales", "orders"))
    False
    """
    given = [policies] if isinstance(policies, Policy) else checks.objects(policies, "policies", Policy)
    name = checks.text(action, "action")
    if resource is None:
        return any(name in item.actions for item in given if item.effect == "allow")
    resource = checked_drn(resource, "resource")
    granting = [item for item in given if item.effect == "allow" and name in item.actions]
    results = {_covers(pattern, resource) for item in granting for pattern in item.resources}
    return True if True in results else None if None in results else False


def checked_drn(value: str, name: str) -> str:
    """Check that an argument is a DRN."""
    if not checks.string(value, name).startswith(_PREFIX):
        raise ValueError(f"{name} must be a DRN as built by astra_devops.policies.drn(), not {value!r}")
    return value


def _covers(pattern: str, resource: str) -> bool | None:
    """Check whether the resource that a policy names covers another one; None if it contains it."""
    resource_parts, pattern_parts = resource.split(":"), pattern.split(":")
    if len(pattern_parts) > len(resource_parts):
        return False
    if not all(part in (other, "*", _ANY_ORGANIZATION) for part, other in zip(pattern_parts, resource_parts, strict=False)):
        return False
    return True if len(pattern_parts) == len(resource_parts) else None


def _part(value: str, argument: str, *, wildcard: bool = True) -> str:
    if (checks.text(value, argument) == "*" and wildcard) or _PART.fullmatch(value):
        return value
    exception = ", or be '*'" if wildcard else ""
    raise ValueError(f"{argument} must not be empty or contain spaces, ':' or '*'{exception}; got {value!r}")
