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

# Conflicts of these are duplicates, whatever the words: docs/evidence.md, "duplicate-names".
_CREATING: Final = frozenset({"addOrganizationRole", "addDevOpsAccessListAddresses", "createSCIMUser", "createSCIMGroup"})
# Others of what belongs to a database say that it is busy: docs/evidence.md, "busy-resources".
_OF_DATABASES: Final = frozenset(
    {"databases", "keyspaces", "datacenters", "secure_bundles", "clones", "restores", "snapshots", "cdc", "migrations"}
)
_DUPLICATE: Final = re.compile(r"\b(?:exists?|duplicate|duplicated)\b|\balready\b(?!.*\bcannot\b)|\bin use\b", re.IGNORECASE)
_BUSY: Final = re.compile(
    r"\bin state\b|\bconcurrent|\bmaintenance\b|\bbusy\b|\bnot ready\b|\bin progress\b|\bpending\b|\bcannot be \w+( now)?\b|, not \w+", re.I
)
_HIBERNATED: Final = re.compile(r"\bhibernat", re.IGNORECASE)
_REGION: Final = re.compile(r"\bregion\b", re.IGNORECASE)
_REFUSED: Final = re.compile(r"unsupported|not supported|not available|\bno region\b|invalid|unknown", re.IGNORECASE)
_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def conflict_class(operation: Operation, words: str) -> type[errors.ConflictError]:
    """Return the class for a 409, by the operation and the words of the answer."""
    if operation.id in _CREATING or _DUPLICATE.search(words):
        return errors.AlreadyExistsError
    if operation.group in _OF_DATABASES or _BUSY.search(words):
        return errors.BusyError
    return errors.ConflictError


def hint(operation: Operation, status: int, details: Sequence[errors.ErrorDetail], call: Call[Any] | None, origin: str) -> str | None:
    """Return what an error status means for the caller, beyond the words of the service.

    ``call`` is what was asked for, and ``origin`` the address of the service.
    """
    ids = {detail.id for detail in details}
    words = "; ".join(detail.message for detail in details)
    if status == 401 and _INVALID_FORMAT in ids:
        return "the service does not take the token for one: look for a missing part or a character too many"
    if status == 401 and (_UNKNOWN_TOKEN in ids or "token" in words.lower()):
        return f"the token is revoked, has expired, or belongs to another environment than {origin or 'the service'}: create a new one"
    if _HIBERNATED.search(words):
        return "databases.resume wakes the database"
    if status in (400, 422) and (_UNSUPPORTED_REGION in ids or (_REGION.search(words) and _REFUSED.search(words))):
        return _about_region(call)
    if status == 404 and operation.path.startswith("/v2/databases/{databaseID}") and call is not None and not _has_id(call):
        return "a database is named by its id, which databases.find(name) returns"
    return next((_BY_ID[number] for number in ids if number is not None and number in _BY_ID), None)


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
    return len(segments) > 3 and _UUID.fullmatch(segments[3]) is not None
