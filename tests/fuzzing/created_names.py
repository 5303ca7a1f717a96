"""The names of resources that the requests of a sequence have created."""

from schemathesis.core.transport import Response

NAME_FIELDS = {
    "createSCIMUser": ("id", "userID"),
    "createSCIMGroup": ("id", "groupID"),
    "addOrganizationRole": ("ID", "roleID"),
    "createToken": ("clientId", "clientId"),
    "initializeMigration": ("migrationID", "migrationID"),
    "cloneFromDB": ("operationID", "operationID"),
    "restoreDB": ("operationID", "operationID"),
    "generateReport": ("reportId", "reportId"),
    "pcuCreate": ("uuid", "pcuGroupUUID"),
}
"""For each operation that creates something: the field of the answer with its name, and the path
variable that takes that name."""


def remember_created_name(operation: str, response: Response, created_names: dict[str, tuple[str, ...]]) -> None:
    """Add the name of what an operation has created."""
    if operation not in NAME_FIELDS or response.status_code >= 300:
        return
    field, variable = NAME_FIELDS[operation]
    answer = response.json()
    created = answer[0] if isinstance(answer, list) else answer
    if field in created:
        created_names[variable] = (*created_names.get(variable, ()), created[field])
