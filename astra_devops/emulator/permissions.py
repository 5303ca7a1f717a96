"""Which permissions requests needed and on which resources, and the smallest policy with them."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import attrs

from astra_devops.emulator.contract.routing import Match

ORGANIZATION: Final = "__ORG_ID__"
"""Stands for the id of the organization: that of an emulator means nothing elsewhere."""

_PREFIX: Final = f"drn:astra:org:{ORGANIZATION}"
_DATABASE_VARIABLES: Final = ("databaseID", "clusterID")
_KEYSPACE_VARIABLE: Final = "keyspaceName"
_ENTERPRISE_PATH: Final = "/v2/enterprises/"
_CREATE: Final = "createDatabase"
_READS_ROLE: Final = "getOrganizationRole"
_ALSO_READS_ROLE: Final = "org-read"
"""What reading one role needs besides: see the quirk ``roles_need_more``."""


@attrs.frozen
class Need:
    """What one request needed.

    Attributes:
        operation: The operation id.
        permissions: All permissions that it needed; empty if the service does not document them.
        database_id: The database that its path names; None if it names none.
        keyspace: The keyspace that its path names.
    """

    operation: str
    permissions: tuple[str, ...]
    database_id: str | None = None
    keyspace: str | None = None


def need_of(match: Match) -> Need:
    """Return what a request needs."""
    operation, arguments = match.operation, match.arguments
    permissions = set() if operation.path.startswith(_ENTERPRISE_PATH) else set(operation.permissions)
    if operation.id == _READS_ROLE:
        permissions.add(_ALSO_READS_ROLE)
    database_id = next((arguments[name] for name in _DATABASE_VARIABLES if name in arguments), None)
    return Need(operation.id, tuple(sorted(permissions)), database_id, arguments.get(_KEYSPACE_VARIABLE) if database_id else None)


@attrs.frozen
class Permissions:
    """What a number of requests needed together.

    Requests that were refused for want of a permission are not among them.

    Attributes:
        needs: Each need once, in order.
    """

    needs: tuple[Need, ...]

    @classmethod
    def of(cls, needs: Iterable[Need]) -> "Permissions":
        """Join needs."""
        key = attrs.astuple
        return cls(tuple(sorted(set(needs), key=lambda need: tuple(str(part) for part in key(need)))))

    @property
    def actions(self) -> list[str]:
        """The permissions, such as ``org-db-view``, in order."""
        return sorted({permission for need in self.needs for permission in need.permissions})

    @property
    def unknown(self) -> list[str]:
        """The operations whose permissions the service does not document, in order."""
        return sorted({need.operation for need in self.needs if not need.permissions})

    def policy(self, description: str = "", *, any_database: bool = True) -> dict[str, Any]:
        """Return the smallest policy, in the form of the service.

        ``__ORG_ID__`` stands for the organization: ``astra_devops.policies.load`` replaces it.

        Args:
            description: What the policy is for. Operations of :attr:`unknown` are added to it.
            any_database: Grant the permissions on every database: the ids of an emulator mean
                nothing elsewhere. Otherwise on those that were named, unless one was created.
        """
        text = description
        if self.unknown:
            missing = f"Not documented, and so not included: the permissions of {', '.join(self.unknown)}."
            text = f"{description.rstrip('. ')}. {missing}" if description else missing
        any_database = any_database or any(need.operation == _CREATE for need in self.needs)
        resources = dict.fromkeys(resource for need in self.needs if need.permissions for resource in _resources(need, any_database))
        return {"description": text, "actions": self.actions, "resources": sorted(resources), "effect": "allow"}


def _resources(need: Need, any_database: bool) -> list[str]:
    """Return the resources that a need is about. The DRN of a database does not cover keyspaces."""
    if need.database_id is None:
        return [_PREFIX]
    database = f"{_PREFIX}:db:{'*' if any_database else need.database_id}"
    return [database] if need.keyspace is None else [database, f"{database}:keyspace:{need.keyspace}"]


def from_document(document: Mapping[str, Any]) -> Need:
    """Read a need that was written by ``attrs.asdict``."""
    return Need(document["operation"], tuple(document["permissions"]), document["database_id"], document["keyspace"])
