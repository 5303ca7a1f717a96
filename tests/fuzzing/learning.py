"""Names of what has been made on the way."""

from schemathesis.core.transport import Response

MAKERS = {
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
"""Operations that make something, where its name is in the answer, and the path variable that takes it."""


def learn(operation: str, response: Response, learnt: dict[str, tuple[str, ...]]) -> None:
    """Remember the name of what an operation has made."""
    if operation not in MAKERS or response.status_code >= 300:
        return
    field, variable = MAKERS[operation]
    answer = response.json()
    made = answer[0] if isinstance(answer, list) else answer
    if field in made:
        learnt[variable] = (*learnt.get(variable, ()), made[field])
