"""How the service shows each kind of operation over time."""

from collections.abc import Mapping

import attrs

from .scripted import Respond, Timeline

DATABASE = "11111111-1111-4111-8111-111111111111"
DATACENTER = f"{DATABASE}-2"
IDS: Mapping[str, str] = {
    "database_id": DATABASE,
    "datacenter_id": DATACENTER,
    "operation_id": "o",
    "migration_id": "m",
    "group_id": "new",
    "organization_id": "org",
}
NOTHING = {"errors": [{"message": "not found"}]}
NO_LIST = b"the access list does not exist"
SINK = {"kafka": {"bootstrap_servers": ["kafka.example.com:9092"], "topic": "metrics"}}
SINK_IDS = {"sink": "kafka", "bootstrap_servers": "kafka.example.com:9092", "topic": "metrics"}


@attrs.frozen
class Script:
    """How the service answers, and which parameters the operation has.

    With ``is_busy`` the operation is done only once the database has settled.
    """

    respond: Respond
    params: Mapping[str, str] = {}
    is_busy: bool = True


def database(status: str, info: object = None, **fields: object) -> dict[str, object]:
    return {"id": DATABASE, "orgId": "o", "ownerId": "o", "status": status, "info": info or {}, **fields}


def states(before: str, during: str, after: str) -> Script:
    """Return the script of an operation that only the state of the database shows."""

    def respond(timeline: Timeline, operation: str, path: str) -> tuple[int, object]:
        if timeline.now < timeline.cached:
            return 404, NOTHING
        return 200, database(timeline.status(before, during, after))

    return Script(respond)


def info(name: str, before: object, after: object, during: str = "MAINTENANCE", **params: str) -> Script:
    """Return the script of an operation that changes a field of the database."""

    def respond(timeline: Timeline, operation: str, path: str) -> tuple[int, object]:
        return 200, database(timeline.status("ACTIVE", during), {name: after if timeline.shows_change else before})

    return Script(respond, params)


def actions(before: str, after: str) -> Script:
    def respond(timeline: Timeline, operation: str, path: str) -> tuple[int, object]:
        shown = [after if timeline.shows_change else before]
        return 200, database(timeline.status("ACTIVE", "MAINTENANCE"), availableActions=shown)

    return Script(respond)


def two(before: tuple[int, object], after: tuple[int, object], **params: str) -> Script:
    """Return the script of an operation that another request shows than the database's."""

    def respond(timeline: Timeline, operation: str, path: str) -> tuple[int, object]:
        if operation == "getDatabase":
            return 200, database(timeline.status("ACTIVE", "MAINTENANCE"))
        return after if timeline.shows_change else before

    return Script(respond, params)


def one(before: tuple[int, object], after: tuple[int, object], **params: str) -> Script:
    """Return the script of an operation that one request shows."""
    return Script(lambda timeline, operation, path: after if timeline.shows_change else before, params, is_busy=False)


def terminated(timeline: Timeline, operation: str, path: str) -> tuple[int, object]:
    status = timeline.status("ACTIVE", "TERMINATING", "TERMINATED")
    if operation == "listDatabases":
        return 200, [] if timeline.now < timeline.unlisted else [database(status)]
    if timeline.now < timeline.cached or timeline.now >= timeline.settled:
        return 404, NOTHING
    return 200, database(status)


def placed(timeline: Timeline, operation: str, path: str) -> tuple[int, object]:
    if operation == "getDatabase":
        return 200, database(timeline.status("ACTIVE", "ASSOCIATING"))
    if operation == "pcuGet":
        return 200, [{"uuid": "new", "status": timeline.status("ACTIVE", "PLACING")}]
    return 200, [{"datacenterUUID": DATACENTER, "provisioningStatus": "Created"}] if timeline.shows_change else []


def transferred(timeline: Timeline, operation: str, path: str) -> tuple[int, object]:
    """Show a transfer, where the old group lists the datacenter until the database has settled."""
    if operation == "pcuAssociationGet" and path.endswith("/old"):
        return 200, [] if timeline.now >= timeline.settled else [{"datacenterUUID": DATACENTER, "provisioningStatus": "Created"}]
    return placed(timeline, operation, path)


def datacenters(*numbers: int) -> tuple[int, object]:
    listed = [
        {"id": f"{DATABASE}-{number}", "tier": "serverless", "status": "", "cloudProvider": "AWS", "region": f"us-{number}"}
        for number in numbers
    ]
    return 200, listed


def captured(*tables: str) -> tuple[int, object]:
    regions = [{"datacenterID": "d", "datacenterRegion": "r", "streamingClusterName": "c", "streamingTenantName": "t"}]
    listed = [{"keyspaceName": "k", "tableName": table} for table in tables]
    return 200, {"orgID": "o", "databaseID": DATABASE, "databaseName": "n", "tables": listed, "regions": regions}


def migration(status: str, **fields: object) -> tuple[int, object]:
    return 200, {"migrationID": "m", "status": status, **fields}


def access_list(*addresses: str, enabled: bool = True) -> tuple[int, object]:
    listed = [{"address": address, "enabled": True} for address in addresses]
    return 200, {"databaseId": DATABASE, "addresses": listed, "configurations": {"accessListEnabled": enabled}}


def peering(status: str) -> tuple[int, object]:
    vpc = {"provider": "aws", "account": "a", "vpcId": "v", "cidrBlock": "10.0.0.0/8"}
    return 200, {"connectionId": "c", "status": status, "currentVpc": vpc, "otherVpc": vpc}


def endpoint(*statuses: str) -> tuple[int, object]:
    return 200, {"endpoints": [{"endpointID": "vpce-1", "status": status} for status in statuses]}


def group(status: str) -> tuple[int, object]:
    return 200, [{"uuid": "new", "status": status}]


def report(status: str) -> tuple[int, object]:
    return 200, {"reportId": "r", "status": status, "month": "1", "year": "2026"}


TABLES = {"tables": '[["k","t"]]', "regions": '[["d","c","t"]]'}
SCRIPTS: Mapping[str, Script] = {
    "access_lists.replace": one(access_list("10.0.0.0/8"), access_list("192.0.2.0/24"), exactly="192.0.2.0/24", status="enabled"),
    "access_lists.add": one((404, NO_LIST), access_list("10.0.0.0/8", "192.0.2.0/24"), including="192.0.2.0/24"),
    "access_lists.update": one(access_list("10.0.0.0/8"), access_list("192.0.2.0/24"), including="192.0.2.0/24"),
    "access_lists.remove": one(access_list("10.0.0.0/8", "192.0.2.0/24"), access_list("10.0.0.0/8"), excluding="192.0.2.0/24"),
    "access_lists.enable": one(access_list("10.0.0.0/8", enabled=False), access_list("10.0.0.0/8"), status="enabled"),
    "access_lists.disable": one(access_list("10.0.0.0/8"), access_list("10.0.0.0/8", enabled=False), status="disabled"),
    "access_lists.delete": one(access_list("10.0.0.0/8"), (404, NO_LIST)),
    "audit_logs.set": one((404, NOTHING), (200, SINK), **SINK_IDS),
    "audit_logs.delete": one((200, SINK), (404, NOTHING)),
    "cdc.enable": two((404, NOTHING), captured("t", "other"), **TABLES),
    "cdc.update": two(captured("t", "other"), captured("t"), **TABLES),
    "cdc.disable": two(captured("t"), (404, NOTHING), tables=TABLES["tables"]),
    "clones.create": one((200, {"status": "InProgress"}), (200, {"status": "Done"})),
    "custom_domains.replace": one((200, ["a.example.com"]), (200, ["B.example.com"]), domains="b.example.com"),
    "databases.create": states("PENDING", "INITIALIZING", "ACTIVE"),
    "databases.create_classic": states("PENDING", "PREPARING", "ACTIVE"),
    "databases.ensure": states("PENDING", "INITIALIZING", "ACTIVE"),
    "databases.terminate": Script(terminated),
    "databases.suspend": states("ACTIVE", "SUSPENDING", "SUSPENDED"),
    "databases.park": states("ACTIVE", "PARKING", "PARKED"),
    "databases.unpark": states("PARKED", "UNPARKING", "ACTIVE"),
    "databases.resume": states("HIBERNATED", "RESUMING", "ACTIVE"),
    "databases.resize": info("capacityUnits", 1, 3, during="RESIZING", capacity_units="3"),
    "databases.set_engine_type": info("engineType", "cassandra", "hcd", engine_type="HCD"),
    "datacenters.create": two(datacenters(1), datacenters(1, 2), cloud_provider="AWS", region="us-2"),
    "datacenters.ensure": two(datacenters(1), datacenters(1, 2), cloud_provider="AWS", region="us-2"),
    "datacenters.terminate": two(datacenters(1, 2), datacenters(1)),
    "devops_access_lists.delete": one((200, {"addresses": [{"address": "10.0.0.0/8"}]}), (404, NOTHING)),
    "enterprises.create_billing_report": one(report("IN_PROGRESS"), report("COMPLETED"), report_id="r"),
    "keyspaces.create": info("keyspaces", ["a"], ["a", "b"], keyspace="b"),
    "keyspaces.ensure": info("keyspaces", ["a"], ["a", "b"], keyspace="b"),
    "keyspaces.delete": info("keyspaces", ["a", "b"], ["a"], keyspace="b"),
    "migration_proxies.launch": actions("launchMigrationProxy", "removeMigrationProxy"),
    "migration_proxies.remove": actions("removeMigrationProxy", "launchMigrationProxy"),
    "migrations.initialize": one(migration("Initializing"), migration("ready")),
    "migrations.launch": one(migration("ImportInProgress"), migration("MigrationDone")),
    "migrations.abort": one(migration("ImportInProgress"), migration("Aborted")),
    "migrations.cleanup": one(migration("CleaningUpFiles"), migration("Closed")),
    "pcu_groups.create": one(group("INITIALIZING"), group("CREATED")),
    "pcu_groups.park": one(group("PARKING"), group("PARKED")),
    "pcu_groups.unpark": one(group("UNPARKING"), group("ACTIVE")),
    "pcu_groups.associate": Script(placed),
    "pcu_groups.transfer": Script(transferred, {"from_group_id": "old"}),
    "private_links.accept_endpoint": one(endpoint(), endpoint("Accepted"), endpoint_id="vpce-1"),
    "restores.create": one((200, {"status": "IN_PROGRESS"}), (200, {"status": "DONE"})),
    "telemetry.set": one((404, NOTHING), (200, SINK), **SINK_IDS),
    "vpc_peerings.create": one(peering("initiating-request"), peering("pending-acceptance"), cloud_provider="aws", connection_id="c"),
    "vpc_peerings.delete": one(peering("deleting"), (404, NOTHING), cloud_provider="aws"),
}
