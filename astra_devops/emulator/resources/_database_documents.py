"""Documents of databases and datacenters, with the undocumented fields that the service sends."""

from typing import Final

from astra_devops.emulator.replies import ZERO_TIME, timestamp
from astra_devops.emulator.resources._capacity import group_id_of
from astra_devops.emulator.state.catalog import classification
from astra_devops.emulator.state.databases import Database, Datacenter
from astra_devops.emulator.state.presigned import BUNDLE_KINDS, bundle_path
from astra_devops.emulator.world import World

REACHABLE: Final = ("ACTIVE", "MAINTENANCE", "DEGRADED", "RESIZING", "SYNCHRONIZING")
"""States in which a database has secure connect bundles."""

_SERVERLESS_ACTIONS: Final = [
    "getCreds",
    "terminate",
    "addKeyspace",
    "removeKeyspace",
    "addDatacenters",
    "terminateDatacenter",
    "suspend",
    "hibernate",
    "setEngineType",
    "getVectorAgentConfig",
    "migrateServerlessTenant",
    "cloneDatabaseFromSnapshot",
]
_CLASSIC_ACTIONS: Final = [
    "park",
    "getCreds",
    "resetPassword",
    "resize",
    "terminate",
    "addKeyspace",
    "removeKeyspace",
    "addTable",
    "addDatacenters",
    "terminateDatacenter",
    "launchMigrationProxy",
]
_DOCUMENTED_ACTIONS: Final = frozenset(
    """
    park unpark resize resetPassword addKeyspace addDatacenters terminateDatacenter getCreds terminate removeKeyspace removeMigrationProxy
    launchMigrationProxy
    """.split()  # noqa: SIM905 - a table of words
)
_SPECIFIED_STATES: Final = frozenset(
    """
    ACTIVE PENDING PREPARING PREPARED INITIALIZING PARKED PARKING UNPARKING TERMINATED TERMINATING RESIZING ERROR MAINTENANCE SUSPENDED
    UNKNOWN
    """.split()  # noqa: SIM905 - a table of words
)
_NO_COSTS: Final = dict.fromkeys(
    (
        "costPerMinCents",
        "costPerHourCents",
        "costPerDayCents",
        "costPerMonthCents",
        "costPerMinMRCents",
        "costPerHourMRCents",
        "costPerDayMRCents",
        "costPerMonthMRCents",
        "costPerMinParkedCents",
        "costPerHourParkedCents",
        "costPerDayParkedCents",
        "costPerMonthParkedCents",
        "costPerNetworkGbCents",
        "costPerReadGbCents",
        "costPerWrittenGbCents",
    ),
    0,
)
_NO_METRICS: Final = {"errorsTotalCount": 0, "liveDataSizeBytes": 0, "readRequestsTotalCount": 0, "writeRequestsTotalCount": 0}


def database_document(world: World, database: Database) -> dict[str, object]:
    """Return the document of a database whose state is up to date."""
    document: dict[str, object] = {
        "id": database.id,
        "orgId": world.organization.id,
        "ownerId": database.owner if world.quirks.owner_is_client_id else world.organization.owner_id,
        "info": _info(world, database),
        "creationTime": timestamp(database.created),
        "lastUsageTime": timestamp(database.last_used or database.created),
        "studioUrl": None,
        **_urls(world, database, database.region),
        "status": _status(world, database),
        "observedStatus": _status(world, database),
        "availableActions": _actions(world, database),
        "message": "",
        "cost": _NO_COSTS,
        "metrics": _NO_METRICS,
        "storage": {"nodeCount": 3, "replicationFactor": 3, "totalStorage": 500 * database.capacity_units, "displayStorage": 500},
    }
    if database.terminated is not None:
        document["terminationTime"] = timestamp(database.terminated)
    elif world.quirks.zero_termination_time:
        document["terminationTime"] = ZERO_TIME
    return document


def _actions(world: World, database: Database) -> list[str]:
    actions = _available_actions(database)
    return actions if world.quirks.undocumented_actions else [name for name in actions if name in _DOCUMENTED_ACTIONS]


def _status(world: World, database: Database) -> str:
    specified = database.status in _SPECIFIED_STATES or world.quirks.unspecified_states
    return database.status if specified else "UNKNOWN"


def _info(world: World, database: Database) -> dict[str, object]:
    keyspaces = database.keyspaces or (None if world.quirks.null_keyspaces else [])
    info: dict[str, object] = {
        "name": database.name,
        "keyspaces": keyspaces,
        "datacenters": [datacenter_document(world, database, datacenter) for datacenter in database.living],
        "cloudProvider": database.provider,
        "tier": database.tier,
        "capacityUnits": database.capacity_units,
        "region": database.region,
        "engineType": database.engine_type,
    }
    if database.keyspace:
        info["keyspace"] = database.keyspace
    others = [name for name in database.keyspaces if name != database.keyspace]
    if others:
        info["additionalKeyspaces"] = others
    if database.db_type:
        info["dbType"] = database.db_type
    return info


def datacenter_document(world: World, database: Database, datacenter: Datacenter) -> dict[str, object]:
    """Return the document of a datacenter. The service leaves the status of a living one empty."""
    region = datacenter.region
    living_status = "" if world.quirks.blank_datacenter_status else _status(world, database)
    document: dict[str, object] = {
        "id": datacenter.id,
        "name": f"dc-{datacenter.id.rpartition('-')[2]}",
        "tier": datacenter.tier,
        "status": "TERMINATED" if datacenter.terminated else living_status,
        "cloudProvider": datacenter.provider,
        "region": region,
        **classification(datacenter.provider, region),
        "capacityUnits": datacenter.capacity_units,
        "dateCreated": timestamp(datacenter.created),
        "isPrimary": region == database.region,
        "cloudAccount": None,
        "targetAccount": None,
        "requestedNodeCount": 0,
        **_urls(world, database, region),
    }
    group_id = group_id_of(world, datacenter.id) or database.pcu_group_id
    if group_id:
        document["pcuGroupUUID"] = group_id
    has_links = database.status in REACHABLE and not datacenter.terminated and world.quirks.links_in_listings
    document.update(bundle_links(world, database, datacenter) if has_links else dict.fromkeys(BUNDLE_KINDS, ""))
    return document


def bundle_links(world: World, database: Database, datacenter: Datacenter) -> dict[str, str]:
    """Return the four presigned bundle URLs of a datacenter, valid for five minutes from now."""
    now = world.clock.now()
    return {
        field: world.platform.signer.sign(world.platform.edge_url, bundle_path(datacenter.id, database.name, kind), datacenter.region, now)
        for field, kind in BUNDLE_KINDS.items()
    }


def _urls(world: World, database: Database, region: str) -> dict[str, object]:
    base = f"{world.platform.edge_url}/data/{database.id}-{region}"
    return {
        "grafanaUrl": f"{base}/d/cloud/dse-cluster-condensed",
        "cqlshUrl": f"{base}/cqlsh",
        "graphqlUrl": f"{base}/api/graphql",
        "dataEndpointUrl": f"{base}/api/rest",
    }


def _available_actions(database: Database) -> list[str]:
    """List the actions that the state of a database allows."""
    match database.status:
        case "ACTIVE":
            if database.has_migration_proxy:
                return [*(action for action in _CLASSIC_ACTIONS if action != "launchMigrationProxy"), "removeMigrationProxy"]
            return _SERVERLESS_ACTIONS if database.serverless else _CLASSIC_ACTIONS
        case "PARKED":
            return ["unpark", "getCreds", "terminate"]
        case "MAINTENANCE" | "RESIZING":
            return ["getCreds"]
        case "TERMINATING" | "TERMINATED":
            return []
        case _:
            return ["terminate"]
