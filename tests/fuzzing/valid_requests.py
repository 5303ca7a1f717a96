"""A valid request for each operation in the seeded world, and the existing names of each kind."""

from typing import Any

import attrs

from .seeded_world import ADDRESSES, ENDPOINT, PRINCIPAL, PULSAR, World, capture

SCIM = "urn:ietf:params:scim:schemas:core:2.0:"
PATCH = ["urn:ietf:params:scim:api:messages:2.0:PatchOp"]
PLACE = {"tier": "serverless", "cloudProvider": "AWS", "region": "us-east-2"}
CAPACITY = {"instanceType": "standard", "provisionType": "shared", "min": 1, "max": 2, "reserved": 0, "description": "more"}
UNTIL = "2999-03-01T00:00:00Z"
TIMES = ("from", "to", "fromDate", "toDate", "startDate", "endDate", "tokenExpiry", "option.cleanupTime")
ODD: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(TIMES, ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "9999-12-31T23:59:59Z", "2026-01-01", "")),
    **dict.fromkeys(("concurrency", "targetSubsetSizeGB", "startIndex", "count", "limit"), ("nan", "-inf", "1e400", "0", "1_0", "9" * 40)),
    **dict.fromkeys(("month", "year"), ("0", "13", "9999", "\u0661", "9" * 40)),
    "filter": ('userName eq "\\x"', "userName co true", 'a.b ne "c"', "userName"),
    "path": ("members", "emails.value", "name", "userName", "active", 'members[value eq "x"]', "name.a.b", "meta"),
    "address": ("::/0", "0.0.0.0/0", "fe80::1%eth0", "10.0.0.1/33", ""),
    "provider": ("oracle",),
    "region": ("nowhere",),
}
"""Values that are hard to parse, by the same names."""


@attrs.frozen
class Request:
    """The arguments of one request."""

    path: dict[str, str] = attrs.field(factory=dict)
    body: Any = None
    query: dict[str, Any] = attrs.field(factory=dict)


def valid_requests(world: World) -> dict[str, Request]:
    """Return the requests by operation id."""
    return {
        **_databases(world),
        **_parts_of_databases(world),
        **_identity(world),
        **_provisioning(world),
        **_capacity(world),
        **_keys_and_enterprise(world),
        **_access_lists(world),
        **_networks(world),
        **_copies(world),
        **_exports(world),
    }


def names(world: World) -> dict[str, tuple[str, ...]]:
    """Return existing names by the path variable, query parameter or field that takes them."""
    databases = tuple(world.emulator.databases)
    datacenters = tuple(datacenter.id for database in world.emulator.databases.values() for datacenter in database.datacenters)
    groups = (world["full"], world["empty"], world["parked group"])
    migrations = ("Initializing", "ReceivingFiles", "ImportInProgress", "Paused", "MigrationDone", "Closed")
    kinds = {
        ("databaseID", "clusterID", "sourceDBID", "starting_after"): databases,
        ("datacenterID", "datacenterUUID"): datacenters,
        ("pcuGroupUUID", "fromPCUGroupUUID", "toPCUGroupUUID"): groups,
        ("keyspaceName", "keyspace"): ("sales", "stock", "default_keyspace", "brand_new"),
        ("tableName",): ("orders", "stock"),
        ("migrationID",): tuple(world[phase] for phase in migrations),
        ("operationID",): (world["clone"], world["restore"]),
        ("snapshotID",): (world["snapshot"],),
        ("orgId", "orgID"): (world["organization"],),
        ("roleID", "roles"): (world["role"], "RO User"),
        ("userID",): (world["user"], world["scim user"]),
        ("groupID",): (world["scim group"],),
        ("name", "userName"): ("orders", "viewer", "ann", "carl", "RO User"),
        ("clientId",): (world["client"],),
        ("endpointID",): (ENDPOINT,),
        ("reportId",): (world["report"],),
        ("provider",): ("aws", "gcp", "azure", "AWS"),
        ("cloudProvider",): ("AWS", "GCP", "AZURE"),
        ("region", "sourceRegion"): ("us-east-1", "us-east-2", "us-east1", "eastus"),
        ("address", "addresses"): ("10.0.0.0/8", "192.0.2.1", "::1", "192.0.2.1/32"),
        TIMES: (UNTIL, "2025-12-31T00:00:00Z"),
    }
    existing = {name: values for group, values in kinds.items() for name in group}
    return {name: (*existing.get(name, ()), *ODD.get(name, ())) for name in (*existing, *ODD)}


def _database(world: World, name: str, **more: str) -> dict[str, str]:
    return {"databaseID": world[name], **more}


def _databases(world: World) -> dict[str, Request]:
    orders, classic = _database(world, "orders"), _database(world, "classic")
    return {
        "listDatabases": Request(query={"include": "all", "provider": "ALL", "limit": 5}),
        "createDatabase": Request(body={"name": "new", "capacityUnits": 1, "keyspace": "sales", **PLACE}),
        "getDatabase": Request(orders),
        "terminateDatabase": Request(orders, query={"preparedStateOnly": False}),
        "suspendDatabase": Request(orders, query={"freeConsumed": 50}),
        "parkDatabase": Request(classic),
        "unparkDatabase": Request(_database(world, "parked")),
        "resizeDatabase": Request(classic, {"capacityUnits": 2}),
        "resetPassword": Request(classic, {"username": "ann", "password": "correct horse"}),
        "updateEngineType": Request(classic, {"engineType": "classic"}),
        "listAvailableRegions": Request(),
        "listServerlessRegions": Request(query={"region-type": "vector", "filter-by-org": "enabled"}),
    }


def _parts_of_databases(world: World) -> dict[str, Request]:
    orders, classic = _database(world, "orders"), _database(world, "classic", keyspaceName="sales")
    return {
        "addKeyspace": Request({**orders, "keyspaceName": "brand_new"}),
        "removeKeyspace": Request({**orders, "keyspaceName": "sales"}),
        "alterKeyspaceWithGraphEngine": Request(classic),
        "createSolrIndex": Request({**classic, "tableName": "orders"}, query={"generateResources": True}),
        "listDatacenters": Request(_database(world, "spread"), query={"all": True}),
        "addDatacenters": Request(orders, [{**PLACE, "region": "us-west-2"}]),
        "terminateDatacenter": Request(_database(world, "spread", datacenterID=world.datacenter("spread", 1))),
        "generateSecureBundleURL": Request(orders, query={"all": True}),
    }


def _identity(world: World) -> dict[str, Request]:
    drn = f"drn:astra:org:{world['organization']}:db:*"
    policy = {"description": "See databases", "resources": [drn], "actions": ["org-db-view"], "effect": "allow"}
    role, user, client = {"roleID": world["role"]}, {"userID": world["user"]}, {"clientId": world["client"]}
    roles = [world["role"]]
    token = {"roles": roles, "orgId": world["organization"], "tokenExpiry": UNTIL, "description": "a"}
    return {
        "getCurrentOrganization": Request(),
        "getOrganizationRoles": Request(),
        "addOrganizationRole": Request(body={"name": "watcher", "policy": policy}),
        "getOrganizationRole": Request(role),
        "updateRole": Request(role, {"name": "seer", "policy": policy}),
        "deleteOrganizationRole": Request(role),
        "inviteUserToOrganization": Request(body={"email": "bob@example.com", "orgID": world["organization"], "roles": roles}),
        "getOrganizationUsers": Request(),
        "getOrganizationUser": Request(user),
        "removeUserFromOrganization": Request(user),
        "UpdateRolesForUserInOrganization": Request(user, {"roles": roles}),
        "getTokensForOrg": Request(),
        "createToken": Request(body=token),
        "deleteToken": Request(client),
        "getClientsForOrg": Request(),
        "generateTokenForClient": Request(body=token),
        "deleteTokenForClient": Request(client),
    }


def _provisioning(world: World) -> dict[str, Request]:
    user, group = {"userID": world["scim user"]}, {"groupID": world["scim group"]}
    members = [{"value": world["scim user"]}]
    ann = {
        "schemas": [f"{SCIM}User"],
        "userName": "bob",
        "active": True,
        "name": {"givenName": "Bob"},
        "emails": [{"value": "b@example.com"}],
    }
    writers = {"schemas": [f"{SCIM}Group"], "displayName": "writers", "members": members}
    page = {"startIndex": 1, "count": 5}
    return {
        "getSCIMServiceProviderConfig": Request(),
        "getSCIMSchemas": Request(),
        "getSCIMResourceTypes": Request(),
        "listSCIMUsers": Request(query={**page, "filter": 'userName eq "ann"'}),
        "createSCIMUser": Request(body=ann),
        "getSCIMUser": Request(user),
        "updateSCIMUser": Request(user, {**ann, "id": world["scim user"], "userName": "ann"}),
        "patchSCIMUser": Request(user, {"schemas": PATCH, "Operations": [{"op": "replace", "path": "active", "value": False}]}),
        "deleteSCIMUser": Request(user),
        "listSCIMGroups": Request(query={**page, "filter": 'displayName sw "a"'}),
        "createSCIMGroup": Request(body={"schemas": [f"{SCIM}Group"], "displayName": "readers", "members": members}),
        "getSCIMGroup": Request(group),
        "updateSCIMGroup": Request(group, {**writers, "id": world["scim group"]}),
        "patchSCIMGroup": Request(group, {"schemas": PATCH, "Operations": [{"op": "add", "path": "members", "value": members}]}),
        "deleteSCIMGroup": Request(group),
    }


def _capacity(world: World) -> dict[str, Request]:
    full, placed, free = {"pcuGroupUUID": world["full"]}, {"datacenterUUID": world["placed"]}, world.datacenter("orders")
    groups = {"fromPCUGroupUUID": world["full"], "toPCUGroupUUID": world["empty"], **placed}
    return {
        "pcuGet": Request(body={"pcuGroupUUIDs": [world["full"]]}),
        "pcuGroupGetByDatacenterUUID": Request(placed),
        "pcuCreate": Request(body=[{"title": "new", "cloudProvider": "AWS", "region": "us-east-2", **CAPACITY}]),
        "pcuUpdate": Request(body=[{**full, "title": "newer", **CAPACITY}]),
        "pcuDelete": Request({"pcuGroupUUID": world["empty"]}),
        "pcuGroupPark": Request(full),
        "pcuGroupUnpark": Request({"pcuGroupUUID": world["parked group"]}),
        "pcuGetTypes": Request(body={"region": "us-east-2", "provider": "aws"}),
        "pcuAssociationGet": Request(full),
        "pcuAssociationCreate": Request({**full, "datacenterUUID": free}),
        "pcuAssociationDelete": Request({**full, **placed}),
        "pcuAssociationTransfer": Request(body=groups),
    }


def _keys_and_enterprise(world: World) -> dict[str, Request]:
    key = {"orgId": world["organization"], "aws": {"keyID": "arn:aws:kms:us-east-2:1:key/k", "region": "us-east-2"}}
    window = {"fromDate": "2025-12-20T00:00:00Z", "toDate": "2026-01-03T00:00:00Z", "orgIDs": [world["organization"]]}
    return {
        "CreateServerlessKey": Request(body=key),
        "createServerlessKeyAlternate": Request(body=key),
        "CreateClassicKey": Request(body=key),
        "ListServerlessKeys": Request(),
        "listServerlessKeysAlternate": Request(),
        "ListClassicKeys": Request(),
        "GetServerlessKey": Request({"provider": "aws", "region": "us-east-1"}),
        "GetClassicKey": Request({"provider": "gcp", "region": "us-east1"}),
        "GetServerlessCloudAccounts": Request({"provider": "aws", "region": "us-east-1"}),
        "GetClassicCloudAccounts": Request({"provider": "aws", "region": "us-east-1"}),
        "AssignCloudAccount": Request({"provider": "gcp"}),
        "createOrganizationInEnterprise": Request(
            body={"name": "acme", "email": "a@example.com", "adminUserID": "a", "enterpriseID": world.emulator.enterprise_id}
        ),
        "GetEnterpriseConsumption": Request(body=window),
        "generateReport": Request(body={"month": "1", "year": "2026"}),
        "getReportDetails": Request({"reportId": world["report"]}),
    }


def _access_lists(world: World) -> dict[str, Request]:
    reached, organization = _database(world, "reached"), {"orgId": world["organization"]}
    whole = {"addresses": ADDRESSES, "configurations": {"accessListEnabled": True}}
    return {
        "GetAllAccessListsForOrganization": Request(),
        "GetAccessListForDatabase": Request(reached),
        "UpsertAccessListForDatabase": Request(reached, whole),
        "AddAddressesToAccessListForDatabase": Request(reached, [{**ADDRESSES[1], "address": "10.0.0.0/8"}]),
        "UpdateAccessListForDatabase": Request(reached, whole),
        "DeleteAddressesOrAccessListForDatabase": Request(reached, query={"addresses": ["192.0.2.1/32"]}),
        "GetAccessListTemplate": Request(),
        "ValidateAccessList": Request(body=whole),
        "getDevOpsAccessList": Request(organization),
        "addDevOpsAccessListAddresses": Request(organization, [{**ADDRESSES[1], "address": "10.0.0.0/8"}]),
        "replaceDevOpsAccessList": Request(organization, ADDRESSES),
        "updateDevOpsAccessListAddress": Request(organization, ADDRESSES[1]),
        "deleteDevOpsAccessList": Request(organization),
    }


def _networks(world: World) -> dict[str, Request]:
    cluster = {"clusterID": world["reached"]}
    link = {**cluster, "datacenterID": world.datacenter("reached")}
    peered = _database(world, "peered", provider="aws")
    vpc = {"accountId": "123456789012", "vpcId": "vpc-0a1b2c3d", "region": "us-east-1", "cidrBlock": "10.0.0.0/16"}
    return {
        "ListPrivateLinksForOrg": Request(),
        "ListPrivateLinksForCluster": Request(cluster),
        "GetPrivateLinksForDatacenter": Request(link),
        "AddAllowedPrincipalToService": Request(link, {"allowedPrincipals": ["me"]}),
        "AddAllowedPrincipal": Request(link, {"allowedPrincipals": ["me"]}),
        "RemoveAllowedPrincipalFromService": Request(link, {"allowedPrincipal": PRINCIPAL}),
        "AcceptEndpointToService": Request(link, {"endpointID": "vpce-2", "description": "billing"}),
        "GetPrivateLinkEndpoint": Request({**link, "endpointID": ENDPOINT}),
        "UpdateEndpointDescription": Request({**link, "endpointID": ENDPOINT}, {"description": "shop"}),
        "RejectEndpoint": Request({**link, "endpointID": ENDPOINT}),
        "getCustomDomains": Request(),
        "setCustomDomains": Request(body=["b.example.com"]),
        "GetVPCPeeringConnectionDetails": Request(peered),
        "CreateVPCPeeringConnection": Request(_database(world, "classic", provider="aws"), vpc),
        "DeleteVPCPeeringConnection": Request(peered),
    }


def _copies(world: World) -> dict[str, Request]:
    orders = _database(world, "orders")
    snapshot = {"snapshotID": world["snapshot"]}
    at = {phase: {**orders, "migrationID": world[phase]} for phase in ("ReceivingFiles", "ImportInProgress", "Paused")}
    numbers = {"concurrency": "2", "targetSubsetSizeGB": "1.5"}
    node = {"originIP": "172.18.19.20", "originPort": 9042, "rack": 1, "rackNodeOrdinal": 1}
    origin = {"originUsername": "cassandra", "originPassword": "hunter2", "mappings": [node]}
    return {
        "listSnapshots": Request(orders, query={"from": "2025-12-31T00:00:00Z", "to": UNTIL, "sourceRegion": "us-east-2"}),
        "cloneFromDB": Request(_database(world, "copy", sourceDBID=world["orders"]), query={**snapshot, "sourceRegion": "us-east-2"}),
        "cloneStatus": Request(_database(world, "copy", operationID=world["clone"])),
        "restoreDB": Request(orders, query=snapshot),
        "restoreStatus": Request({**orders, "operationID": world["restore"]}),
        "initializeMigration": Request(orders, query=numbers),
        "initializeMigrationDC": Request({**orders, "datacenterID": world.datacenter("orders")}, query=numbers),
        "launchMigration": Request(at["ReceivingFiles"]),
        "pauseMigration": Request(at["ImportInProgress"]),
        "resumeMigration": Request(at["Paused"]),
        "abortMigration": Request(at["ImportInProgress"]),
        "cleanupMigration": Request(at["ReceivingFiles"], query={"option.cleanupTime": UNTIL}),
        "getMigrationStatus": Request(at["ReceivingFiles"]),
        "launchMigrationProxy": Request(_database(world, "classic"), origin),
        "removeMigrationProxy": Request(_database(world, "proxied")),
    }


def _exports(world: World) -> dict[str, Request]:
    watched, organization = _database(world, "watched"), {"orgID": world["organization"]}
    tables = [{"keyspaceName": "sales", "tableName": "orders"}]
    return {
        "enableCDC": Request(watched, capture(world, "stock")),
        "updateCDC": Request(watched, capture(world, "orders", "stock")),
        "getCDC": Request(watched),
        "deleteCDC": Request(watched, {**watched, "tables": tables}),
        "getCDCStatus": Request({**watched, **tables[0]}),
        "configureTelemetry": Request(watched, {"pulsar": PULSAR}),
        "getTelemetryConfig": Request(watched),
        "setAuditLogExporterConfig": Request(organization, {"pulsar": PULSAR}),
        "getAuditLogExporterConfig": Request(organization),
        "deleteAuditLogExporterConfig": Request(organization),
    }
