"""The documents in which SCIM describes itself: configuration, schemas and resource types."""

from typing import Any, Final

USER_URN: Final = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP_URN: Final = "urn:ietf:params:scim:schemas:core:2.0:Group"
_LIST: Final = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
BASE: Final = "/v2/scim"


def listing(resources: list[dict[str, Any]], total: int, start: int | None = None) -> dict[str, Any]:
    """Return the document of a list of resources.

    If the list is a page, ``start`` is the position of its first resource.
    """
    page = {} if start is None else {"startIndex": start, "itemsPerPage": len(resources)}
    return {"schemas": [_LIST], "totalResults": total, **page, "Resources": resources}


def _attribute(name: str, kind: str = "string", **others: object) -> dict[str, Any]:
    defaults = {"multiValued": False, "required": False, "caseExact": False, "mutability": "readWrite", "returned": "default"}
    return {"name": name, "type": kind, "uniqueness": "none", **defaults, **others}


def _schema(urn: str, name: str, *attributes: dict[str, Any]) -> dict[str, Any]:
    meta = {"resourceType": "Schema", "location": f"{BASE}/Schemas/{urn}"}
    schemas = ["urn:ietf:params:scim:schemas:core:2.0:Schema"]
    return {"schemas": schemas, "id": urn, "name": name, "description": name, "attributes": list(attributes), "meta": meta}


def _resource_type(urn: str, name: str, endpoint: str) -> dict[str, Any]:
    meta = {"resourceType": "ResourceType", "location": f"{BASE}/ResourceTypes/{name}"}
    schemas = ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"]
    return {"schemas": schemas, "id": name, "name": name, "description": name, "endpoint": endpoint, "schema": urn, "meta": meta}


SCHEMAS: Final = listing(
    [
        _schema(
            USER_URN,
            "User",
            _attribute("userName", required=True, uniqueness="server"),
            _attribute("name", "complex", subAttributes=[_attribute("givenName"), _attribute("familyName")]),
            _attribute("emails", "complex", multiValued=True, subAttributes=[_attribute("value"), _attribute("primary", "boolean")]),
            _attribute("active", "boolean"),
        ),
        _schema(
            GROUP_URN,
            "Group",
            _attribute("displayName", required=True),
            _attribute(
                "members",
                "complex",
                multiValued=True,
                subAttributes=[_attribute("value"), _attribute("$ref", "reference"), _attribute("display", mutability="readOnly")],
            ),
        ),
    ],
    2,
)
RESOURCE_TYPES: Final = listing(
    [_resource_type(USER_URN, "User", f"{BASE}/users"), _resource_type(GROUP_URN, "Group", f"{BASE}/groups")], 2
)
CONFIGURATION: Final[dict[str, object]] = {
    "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
    "patch": {"supported": True},
    "bulk": {"supported": False, "maxOperations": 0, "maxPayloadSize": 0},
    "filter": {"supported": True, "maxResults": 1000},
    "changePassword": {"supported": False},
    "sort": {"supported": False},
    "etag": {"supported": False},
    "authenticationSchemes": [
        {"type": "oauthbearertoken", "name": "OAuth Bearer Token", "description": "A token of the organization", "primary": True}
    ],
    "meta": {"resourceType": "ServiceProviderConfig", "location": f"{BASE}/ServiceProviderConfig"},
}
