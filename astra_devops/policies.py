"""Building what a role allows: resource names (DRNs), sets of permissions, and policies of the two.

>>> from astra_devops.policies import READ, keyspace_drns, policy
>>> organization = await astra.organizations.current()
>>> reading = policy("Read sales", READ, keyspace_drns(organization.id, database_id, "sales"))
>>> role = await astra.roles.create("sales-reader", reading)
>>> token = await astra.tokens.create([role])
"""

import re
from collections.abc import Iterable
from typing import Final

from astra_devops._rest.models.common import Policy, PolicyAction, PolicyEffect

__all__ = ["READ", "WRITE", "Policy", "PolicyAction", "drn", "keyspace_drns", "policy"]

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
"""What it takes to reach data by any interface, and to read it: the keyspace and table permissions of the service's own read-only roles."""

WRITE: Final = READ | {PolicyAction.DB_TABLE_MODIFY}
""":data:`READ`, and inserting, changing and deleting rows. The schema stays as it is."""

# What drivers ask about nodes and schema when they connect.
_SYSTEM_KEYSPACES: Final = ("system", "system_schema", "system_virtual_schema")
_PART: Final = re.compile(r"[^\s:*]+")
_ACTION: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)+")
_PREFIX: Final = "drn:astra:org:"
_KNOWN: Final = frozenset(action.value for action in PolicyAction)


def drn(organization_id: str, *, database_id: str | None = None, keyspace: str | None = None, table: str | None = None) -> str:
    """Name a resource, for the ``resources`` of a policy.

    ``"*"`` stands for every database, keyspace or table. A name is about its own level only: the
    service's own roles name the organization, the databases, the keyspaces and the tables one by
    one.

    Args:
        organization_id: see ``organizations.current``.
        database_id: needed for a keyspace.
        keyspace: needed for a table. Case-sensitive, as is the table.

    Raises:
        ValueError: an argument is empty, holds a colon, a space or a ``*`` among other characters,
            or needs another that is missing.

    >>> drn(organization.id, database_id="*")
    'drn:astra:org:d04d1eb2-6a52-483e-ab16-faaad3d077a9:db:*'
    """
    if keyspace is not None and database_id is None:
        raise ValueError("database_id must be given with keyspace; '*' stands for every database")
    if table is not None and keyspace is None:
        raise ValueError("keyspace must be given with table; '*' stands for every keyspace")
    name = _PREFIX + _part(organization_id, "organization_id", any_allowed=False)
    for kind, value, argument in (("db", database_id, "database_id"), ("keyspace", keyspace, "keyspace"), ("table", table, "table")):
        if value is not None:
            name += f":{kind}:{_part(value, argument)}"
    return name


def keyspace_drns(organization_id: str, database_id: str, keyspace: str, *, system_tables: bool = False) -> list[str]:
    """Name a keyspace with all its tables, and the database that it is in, as access to the keyspace takes all three.

    Args:
        system_tables: name the tables of the system keyspaces too, which drivers for CQL read to
            learn of nodes and schema. They tell the names of other keyspaces and tables, not what
            is in them.

    Raises:
        ValueError: as for :func:`drn`.
    """
    names = [
        drn(organization_id, database_id=database_id),
        drn(organization_id, database_id=database_id, keyspace=keyspace),
        drn(organization_id, database_id=database_id, keyspace=keyspace, table="*"),
    ]
    if system_tables:
        names += [drn(organization_id, database_id=database_id, keyspace=system, table="*") for system in _SYSTEM_KEYSPACES]
    return names


def policy(description: str, actions: Iterable[PolicyAction | str], resources: Iterable[str]) -> Policy:
    """Make a policy: some permissions on some resources.

    Args:
        description: what it is for.
        actions: permissions, as :class:`PolicyAction` or by name, such as ``"org-db-view"``;
            :data:`READ` and :data:`WRITE` are sets of them. Names that this version does not know
            are passed on.
        resources: names made by :func:`drn` or :func:`keyspace_drns`.

    Raises:
        ValueError: there is no action or resource, or one that is not well formed.
        TypeError: one str is given where several are meant.
    """
    if not isinstance(description, str):
        raise TypeError(f"description must be a str, not {type(description).__name__}")
    granted = sorted(set(_several(actions, "actions")))
    covered = list(dict.fromkeys(_several(resources, "resources")))
    for action in granted:
        if not _ACTION.fullmatch(action):
            raise ValueError(f"actions must be names of permissions, such as 'org-db-view', not {str(action)!r}")
    for resource in covered:
        if not resource.startswith(_PREFIX):
            raise ValueError(f"resources must be names that begin with {_PREFIX!r}, as drn() makes them, not {resource!r}")
    known = [_known(action) for action in granted]
    return Policy(description=description, actions=known, resources=covered, effect=PolicyEffect.ALLOW)


def _part(value: str, argument: str, *, any_allowed: bool = True) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{argument} must be a str, not {type(value).__name__}")
    if (value == "*" and any_allowed) or _PART.fullmatch(value):
        return value
    wildcard = ", or '*' alone" if any_allowed else ""
    raise ValueError(f"{argument} must be without spaces, ':' and '*'{wildcard}, and not empty; not {value!r}")


def _several(values: Iterable[str], argument: str) -> list[str]:
    if isinstance(values, str):
        raise TypeError(f"{argument} must be several str, not one str")
    given = list(values)
    if not given:
        raise ValueError(f"{argument} must not be empty")
    for value in given:
        if not isinstance(value, str):
            raise TypeError(f"{argument} must hold str, not {type(value).__name__}")
    return given


def _known(action: str) -> PolicyAction | str:
    return PolicyAction(action) if action in _KNOWN else action
