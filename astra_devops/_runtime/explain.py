"""What an error status of the service means, and what to do about it. Pure functions.

The service's own words are often few: a missing permission is 401 with the body ``null``, a revoked
token "Resource not found".
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from astra_devops import errors
from astra_devops._runtime.call import Call, Operation

# docs/evidence.md, "error-codes" and "incomplete-datacenters".
_INVALID_FORMAT: Final = 340012
_UNKNOWN_TOKEN: Final = 340018
_BY_ID: Final[Mapping[int, str]] = {
    2000011: "databases.create takes tier='serverless' where nothing else is agreed with the vendor",
    2000012: "cloud_provider must be AWS, AZURE or GCP",
    2000106: "the request did not name a provider for the region",
    2000367: "pcu_groups.list() shows the PCU groups of this organization",
}
_UNSUPPORTED_REGION: Final = 2000013

_ADVICE: Final[Mapping[str, str]] = {
    "read": "it only reads, so calling again is safe",
    "repeatable": "repeating it is safe, and it may be done already; if time has passed, look first: others may have changed it since",
}
_CHECK_FIRST: Final = "check the resource before calling again: a second request may do it twice"

WAKE: Final = "databases.resume wakes the database"

# docs/evidence.md, "duplicate-names": conflicts of the first are duplicates, unless the words say
# otherwise, and those of the second may be. All others create nothing, and give nothing a name.
_UNIQUE: Final = frozenset({"addOrganizationRole", "addDevOpsAccessListAddresses", "createSCIMUser", "createSCIMGroup"})
_CREATING: Final = _UNIQUE | {
    "AcceptEndpointToService",
    "AddAddressesToAccessListForDatabase",
    "AddAllowedPrincipal",
    "AddAllowedPrincipalToService",
    "AssignCloudAccount",
    "CreateClassicKey",
    "CreateServerlessKey",
    "CreateVPCPeeringConnection",
    "addDatacenters",
    "addKeyspace",
    "createDatabase",
    "createOrganizationInEnterprise",
    "createServerlessKeyAlternate",
    "enableCDC",
    "initializeMigration",
    "initializeMigrationDC",
    "inviteUserToOrganization",
    "launchMigrationProxy",
    "patchSCIMGroup",
    "patchSCIMUser",
    "pcuAssociationCreate",
    "pcuCreate",
    "setCustomDomains",
    "updateRole",
    "updateSCIMGroup",
    "updateSCIMUser",
}
# Conflicts of these mean that the resource is busy: docs/evidence.md, "busy-resources".
_OF_DATABASES_AND_GROUPS: Final = ("/v2/databases/", "/v3/databases/", "/v2/pcus/")
_ABSENT: Final = r"(?i)\b(?:not|n't|never|longer|neither|nor|cannot|must|should|if \w+) exists?\b"
_EXISTS_ALREADY: Final = r"(?i)\balready exist|\bexists? already\b|\bduplicate"
_BUSY: Final = (
    r"(?i)\bin state\b|\bconcurrent|\bmaintenance\b|\bbusy\b|\blocked\b|\bnot (?:\w+ )?ready\b|\bin progress\b|\bpending\b|\btry again\b"
    r"|\bbeing \w+ed\b|\bunder way\b|\bcannot be \w+( now)?\b|, not \w+"
)
_EXISTS: Final = r"(?i)\bexists?\b|\balready\b|\bin use\b|\btaken\b|\bnot unique\b"

_HIBERNATED: Final = r"(?i)(?<!\bnot )(?<!\bnever )(?<!\bbe )(?<!n't )\bhibernat(?:ed|ing)\b"
_UNKNOWN: Final = r"(?i)\b(?:unknown|revoked|expired|invalid|not (?:valid|found|recognized)|no longer|deleted|disabled)\b"
_TOKEN: Final = r"(?i)\btoken\b"
_REFUSED_REGION: Final = (
    r"(?i)\b(?:unsupported|unknown|invalid|no(?: such)?)\b(?: \w+)? region\b(?! is required)"
    r"|\bregion\b(?: \S+){0,4}? (?:(?:is |was )?(?:unsupported|unknown|invalid|unavailable|not \w+)|does not exist)\b"
)
_UUID: Final = r"(?i)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"


def conflict_class(operation: Operation, words: str) -> type[errors.ConflictError]:
    """Return the class for a 409, by the operation and the words of the answer.

    Words of a busy resource outweigh all but the plainest words of a duplicate: "exists already".
    """
    words = re.sub(_ABSENT, "", words)
    may_be_duplicate = operation.id in _CREATING
    if may_be_duplicate and re.search(_EXISTS_ALREADY, words):
        return errors.AlreadyExistsError
    if re.search(_BUSY, words):
        return errors.BusyError
    if operation.id in _UNIQUE or (may_be_duplicate and re.search(_EXISTS, words)):
        return errors.AlreadyExistsError
    return errors.BusyError if operation.path.startswith(_OF_DATABASES_AND_GROUPS) else errors.ConflictError


def hints(operation: Operation, status: int, details: "Sequence[errors.ErrorDetail]", call: Call[Any] | None, origin: str) -> list[str]:
    """Return what an error status means for the caller, beyond the words of the service.

    ``call`` is what was asked for, and ``origin`` the address of the service.
    """
    ids = {detail.id for detail in details}
    words = "; ".join(detail.message for detail in details)
    found = []
    if status == 401 and _INVALID_FORMAT in ids:
        found.append("the service does not take the token for one: look for a missing part or a character too many")
    elif status == 401 and (_UNKNOWN_TOKEN in ids or (re.search(_TOKEN, words) and re.search(_UNKNOWN, words))):
        environment = f"another environment than {origin or 'the service'}"
        found.append(f"the token is revoked, has expired, or belongs to {environment}: create a new one")
    if re.search(_HIBERNATED, words):
        found.append(WAKE)
    if status in (400, 422) and (_UNSUPPORTED_REGION in ids or re.search(_REFUSED_REGION, words)):
        found.append(_about_region(call))
    if status == 404 and operation.path.startswith("/v2/databases/{databaseID}") and call is not None and not _has_id(call):
        found.append("a database is named by its id, which databases.find(name) returns")
    return found + [text for number, text in _BY_ID.items() if number in ids]


def _about_region(call: Call[Any] | None) -> str:
    body = call.body if call is not None else None
    if isinstance(body, list | tuple) and body:
        body = body[0]
    region, provider = _field(body, "region"), _field(body, "cloud_provider")
    asked = f"{region!r}" + (f" of {provider}" if provider else "") + " was asked for; " if region else ""
    return f"{asked}regions.list() shows the regions of this organization"


def _field(body: object, name: str) -> str | None:
    value = body.get(name) if isinstance(body, Mapping) else getattr(body, name, None)
    return str(value) if isinstance(value, str) and value else None


def _has_id(call: Call[Any]) -> bool:
    segments = call.path.split("/")
    return len(segments) > 3 and re.fullmatch(_UUID, segments[3]) is not None


def how_to_find_out(operation: Operation) -> str:
    """Return what to do about a request that may or may not have taken effect."""
    how = operation.how_to_check
    if operation.retry in _ADVICE:
        return _ADVICE[operation.retry] + (f"; to find out, {how}" if how else "")
    return f"before you call again, {how}: a second request may do it twice" if how else _CHECK_FIRST
