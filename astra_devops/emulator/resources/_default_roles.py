"""The roles that every organization has, and all permissions.

astra-cli recorded what ``Organization Administrator``, ``Admin User``, ``API Admin User`` and the
service accounts for reading and writing may do. The permissions of the other roles follow from the
vendor's descriptions of them, and from these: those for the API lack ``db-cql``.
"""

from collections.abc import Mapping
from typing import Final

ADMINISTRATOR: Final = "Organization Administrator"
PLACEHOLDER: Final = "__ORG_ID__"
"""The placeholder for the id of the organization in the policies of default roles."""
RESOURCE_SUFFIXES: Final = ("", ":db:*", ":db:*:keyspace:*", ":db:*:keyspace:*:table:*")
"""What follows the organization in the DRNs of a role for all resources."""

_READ_BY_API: Final = (
    "db-all-keyspace-describe",
    "db-graphql",
    "db-keyspace-describe",
    "db-rest",
    "db-table-describe",
    "db-table-select",
)
_READ: Final = (*_READ_BY_API, "db-cql")
_VIEW: Final = ("org-db-view", "org-read", "org-user-read")
_ADMINISTER_BY_API: Final = (
    *_READ_BY_API,
    "db-all-keyspace-create",
    "db-keyspace-alter",
    "db-keyspace-authorize",
    "db-keyspace-create",
    "db-keyspace-drop",
    "db-keyspace-grant",
    "db-keyspace-modify",
    "db-manage-privateendpoint",
    "db-manage-region",
    "db-table-alter",
    "db-table-authorize",
    "db-table-create",
    "db-table-drop",
    "db-table-grant",
    "db-table-modify",
    "org-billing-read",
    "org-billing-write",
    "org-db-addpeering",
    "org-db-create",
    "org-db-expand",
    "org-db-managemigratorproxy",
    "org-db-passwordreset",
    "org-db-suspend",
    "org-db-terminate",
    "org-db-view",
    "org-user-read",
    "org-user-write",
)
_ADMINISTER: Final = (*_ADMINISTER_BY_API, "db-cql", "db-data-import", "db-manage-thirdpartymetrics", "org-cmk-read", "org-cmk-write")
ALL_PERMISSIONS: Final = (
    *_ADMINISTER,
    "accesslist-read",
    "accesslist-write",
    "db-manage-backupconfiguration",
    "db-manage-telemetry",
    "org-admin",
    "org-audits-read",
    "org-db-readpeering",
    "org-external-auth-read",
    "org-external-auth-write",
    "org-integrations-read",
    "org-integrations-write",
    "org-notification-write",
    "org-read",
    "org-role-delete",
    "org-role-read",
    "org-role-write",
    "org-stream-manage",
    "org-token-read",
    "org-token-write",
    "org-write",
)
DEFAULT_ROLES: Final[Mapping[str, tuple[str, ...]]] = {
    ADMINISTRATOR: ALL_PERMISSIONS,
    "Database Administrator": (*_ADMINISTER, "accesslist-read", "accesslist-write", "org-read"),
    "Billing Admin": ("org-billing-read", "org-billing-write", "org-read"),
    "UI View Only": _VIEW,
    "Admin User": (*_ADMINISTER, "org-read"),
    "R/W User": (*_READ, "db-table-modify", *_VIEW),
    "RO User": (*_READ, *_VIEW),
    "Admin Svc Acct": (*_ADMINISTER, "accesslist-read"),
    "R/W Svc Acct": (*_READ, "db-table-modify", "accesslist-read"),
    "RO Svc Acct": (*_READ, "accesslist-read"),
    "API Admin User": (*_ADMINISTER_BY_API, "accesslist-read", "org-stream-manage"),
    "API R/W User": (*_READ_BY_API, "db-table-modify", *_VIEW),
    "API RO User": (*_READ_BY_API, *_VIEW),
    "API Admin Svc Acct": (*_ADMINISTER_BY_API, "accesslist-read"),
    "API R/W Svc Acct": (*_READ_BY_API, "db-table-modify", "accesslist-read"),
    "API RO Svc Acct": (*_READ_BY_API, "accesslist-read"),
}
"""The permissions of each default role, by its name: docs/evidence.md#default-roles."""
