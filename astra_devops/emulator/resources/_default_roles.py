"""The roles that every organisation has, and every permission there is.

What ``Organization Administrator``, ``Admin User``, ``API Admin User`` and the service accounts for
reading and writing may do was recorded by astra-cli; the others follow from what the vendor's pages
say of them.
"""

from collections.abc import Mapping

ADMINISTRATOR = "Organization Administrator"
PLACEHOLDER = "__ORG_ID__"
LEVELS = ("", ":db:*", ":db:*:keyspace:*", ":db:*:keyspace:*:table:*")
"""What comes behind the organisation in the DRNs of a role that is about everything."""

_READ_BY_API = (
    "db-all-keyspace-describe",
    "db-graphql",
    "db-keyspace-describe",
    "db-rest",
    "db-table-describe",
    "db-table-select",
)
_READ = (*_READ_BY_API, "db-cql")
_LOOK_ABOUT = ("org-db-view", "org-read", "org-user-read")
_RUN_BY_API = (
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
_RUN = (*_RUN_BY_API, "db-cql", "db-data-import", "db-manage-thirdpartymetrics", "org-cmk-read", "org-cmk-write")
EVERYTHING = (
    *_RUN,
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
ACTIONS: Mapping[str, tuple[str, ...]] = {
    ADMINISTRATOR: EVERYTHING,
    "Database Administrator": (*_RUN, "accesslist-read", "accesslist-write", "org-read"),
    "Billing Admin": ("org-billing-read", "org-billing-write", "org-read"),
    "UI View Only": _LOOK_ABOUT,
    "Admin User": (*_RUN, "org-read"),
    "R/W User": (*_READ, "db-table-modify", *_LOOK_ABOUT),
    "RO User": (*_READ, *_LOOK_ABOUT),
    "Admin Svc Acct": (*_RUN, "accesslist-read"),
    "R/W Svc Acct": (*_READ, "db-table-modify", "accesslist-read"),
    "RO Svc Acct": (*_READ, "accesslist-read"),
    "API Admin User": (*_RUN_BY_API, "accesslist-read", "org-stream-manage"),
    "API R/W User": (*_READ_BY_API, "db-table-modify", *_LOOK_ABOUT),
    "API RO User": (*_READ_BY_API, *_LOOK_ABOUT),
}
