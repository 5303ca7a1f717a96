"""An emulator with a resource of every kind, some in special states, for every operation."""

import asyncio
from typing import Any

import attrs
import requests

from astra_devops.emulator import Emulator

WHOLE_DAY = 86_400.0
"""Seconds after which all changes are complete and snapshots have been taken."""
PRINCIPAL = "arn:aws:iam::123456789012:root"
ENDPOINT = "vpce-1"
PULSAR = {"endpoint": "pulsar+ssl://p.example.com", "topic": "persistent://a/b/c", "auth_strategy": "token", "token": "t"}
ADDRESSES = [
    {"address": "127.0.0.0/8", "enabled": True, "description": "here"},
    {"address": "192.0.2.1/32", "enabled": True, "description": "office"},
]


def _session() -> requests.Session:
    """Open a session that does not look for proxies and passwords before each request."""
    session = requests.Session()
    session.trust_env = False
    return session


@attrs.define
class World:
    """One seeded emulator, and the ids of its resources by name."""

    emulator: Emulator
    session: requests.Session = attrs.field(factory=_session, repr=False)
    ids: dict[str, str] = attrs.field(factory=dict)
    tokens: dict[str, str] = attrs.field(factory=dict, repr=False)
    state: dict[str, Any] = attrs.field(factory=dict, repr=False)

    def __getitem__(self, name: str) -> str:
        return self.ids[name]

    def datacenter(self, name: str, position: int = 0) -> str:
        """Return the id of one of a database's datacenters."""
        return self.emulator.databases[self[name]].datacenters[position].id

    def call(self, method: str, path: str, body: object = None, **query: str) -> requests.Response:
        """Send a request that must succeed."""
        headers = {"Authorization": f"Bearer {self.emulator.token}"}
        if body is not None:
            headers["Content-Type"] = "application/scim+json" if "/scim/" in path else "application/json"
        response = self.session.request(method, self.emulator.url + path, json=body, params=query, headers=headers, timeout=10)
        assert response.ok, (method, path, response.status_code, response.text)
        return response

    def pass_time(self, seconds: float) -> None:
        """Advance the emulator's clock."""
        asyncio.run(self.emulator.clock.sleep(seconds))

    def restore(self) -> None:
        """Restore the state just after seeding."""
        self.emulator.restore(self.state)


def seed_world(emulator: Emulator) -> World:
    """Create the resources in an emulator."""
    world = World(emulator)
    _databases(world)
    _identity(world)
    _provisioning(world)
    _capacity(world)
    _networks(world)
    world.pass_time(WHOLE_DAY)
    _data(world)
    _exports(world)
    world.pass_time(WHOLE_DAY)
    _fleeting(world)
    world.tokens = {
        "full": emulator.token,
        "poor": emulator.add_token({"org-db-view"}),
        "unknown": f"AstraCS:{'x' * 24}:{'0' * 64}",
        "garbled": "AstraCS:nonsense",
    }
    world.state = emulator.snapshot()
    return world


def _databases(world: World) -> None:
    add, ids = world.emulator.add_database, world.ids
    ids["orders"] = add("orders", keyspaces=("sales", "stock"))
    ids["copy"] = add("copy")
    ids["watched"] = add("watched", keyspaces=("sales",))
    ids["reached"] = add("reached", keyspaces=())
    ids["spread"] = add("spread", keyspaces=("sales",))
    ids["asleep"] = add("asleep", status="HIBERNATED")
    ids["broken"] = add("broken", status="ERROR")
    ids["suspended"] = add("suspended", status="SUSPENDED")
    ids["google"] = add("google", cloud_provider="GCP", region="us-east1")
    ids["azure"] = add("azure", cloud_provider="AZURE", region="eastus", tier="C10")
    ids["classic"] = add("classic", tier="C10", region="us-east-1", keyspaces=("sales",))
    ids["proxied"] = add("proxied", tier="C10", region="us-east-1")
    ids["peered"] = add("peered", tier="C10", region="us-east-1")
    ids["parked"] = add("parked", tier="C10", region="us-east-1", status="PARKED")
    ids["gone"] = add("gone")
    place = {"tier": "serverless", "cloudProvider": "AWS", "region": "us-west-2"}
    world.call("POST", f"/v2/databases/{ids['spread']}/datacenters", [place])
    world.call("POST", f"/v2/databases/{ids['gone']}/terminate")


def _identity(world: World) -> None:
    drn = f"drn:astra:org:{world.emulator.organization_id}:db:*"
    policy = {"description": "See databases", "resources": [drn], "actions": ["org-db-view"], "effect": "allow"}
    world.ids["organization"] = world.emulator.organization_id
    role = world.call("POST", "/v2/organizations/roles", {"name": "viewer", "policy": policy}).json()
    world.ids["role"] = next(role[name] for name in ("ID", "id") if name in role)
    invitation = {"email": "ann@example.com", "orgID": world["organization"], "roles": [world["role"]]}
    world.call("PUT", "/v2/organizations/users", invitation)
    users = world.call("GET", "/v2/organizations/users").json()
    user = users.get("Users", users.get("users"))[-1]
    world.ids["user"] = next(user[name] for name in ("UserID", "userID") if name in user)
    token = world.call("POST", "/v2/clientIdSecrets", {"roles": [world["role"]]}).json()
    world.ids["client"] = token["clientId"]


def _provisioning(world: World) -> None:
    user = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "ann", "active": True}
    world.ids["scim user"] = world.call("POST", "/v2/scim/users", user).json()["id"]
    world.call("POST", "/v2/scim/users", {**user, "userName": "carl"})
    group = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "all", "members": [{"value": world["scim user"]}]}
    world.ids["scim group"] = world.call("POST", "/v2/scim/groups", group).json()["id"]


def _capacity(world: World) -> None:
    for title in ("full", "empty", "parked group"):
        world.ids[title] = world.emulator.add_pcu_group(title, max=2)
    for name, group in (("placed", "full"), ("parked with it", "parked group")):
        database_id = world.emulator.add_database(name)
        world.ids[name] = world.emulator.databases[database_id].datacenters[0].id
        world.call("POST", f"/v2/pcus/association/{world[group]}/{world[name]}")
    world.call("POST", "/v2/kms", {"aws": {"keyID": "arn:aws:kms:us-east-1:1:key/k", "region": "us-east-1"}})
    world.call("POST", "/v2/kms/classic", {"gcp": {"keyID": "projects/p/locations/l/keyRings/r/cryptoKeys/k", "region": "us-east1"}})
    world.call("POST", "/v2/kms/classic/provider/aws/accounts")


def _networks(world: World) -> None:
    reached, peered, organization = world["reached"], world["peered"], world["organization"]
    world.call("POST", f"/v2/databases/{reached}/access-list", ADDRESSES)
    world.call("POST", f"/v2/organizations/{organization}/devops-acl", ADDRESSES)
    for name in ("reached", "azure"):
        link = f"/v2/organizations/clusters/{world[name]}/datacenters/{world.datacenter(name)}"
        world.call("POST", f"{link}/private-link", {"allowedPrincipals": [PRINCIPAL]})
        world.call("POST", f"{link}/endpoints", {"endpointID": ENDPOINT, "description": "billing"})
    world.call("POST", "/v2/organizations/customDomains", ["a.example.com"])
    vpc = {"accountId": "123456789012", "vpcId": "vpc-0a1b2c3d", "region": "us-east-1", "cidrBlock": "10.0.0.0/16"}
    world.call("POST", f"/v2/peering/provider/aws/database/{peered}", vpc)


def _data(world: World) -> None:
    orders, copied, proxied = world["orders"], world["copy"], world["proxied"]
    snapshots = world.call("GET", f"/v2/databases/{orders}/snapshots").json()["snapshots"]
    world.ids["snapshot"] = snapshots[0]["id"]
    clone = world.call("POST", f"/v2/databases/{copied}/cloneFrom/{orders}", snapshotID=world["snapshot"]).json()
    restore = world.call("POST", f"/v2/databases/{orders}/restore", snapshotID=world["snapshot"]).json()
    world.ids |= {"clone": clone["operationID"], "restore": restore["operationID"]}
    node = {"originIP": "172.18.19.20", "originPort": 9042, "rack": 1, "rackNodeOrdinal": 1}
    origin = {"originUsername": "cassandra", "originPassword": "hunter2", "mappings": [node]}
    world.call("PUT", f"/v2/databases/{proxied}/migrationProxy", origin)


def _exports(world: World) -> None:
    watched, organization = world["watched"], world["organization"]
    world.call("POST", f"/v3/databases/{watched}/cdc", capture(world, "orders"))
    world.call("POST", f"/v2/databases/{watched}/telemetry/metrics", {"pulsar": PULSAR})
    world.call("POST", f"/v2/organizations/{organization}/telemetry/auditLogs", {"pulsar": PULSAR})
    world.call("POST", f"/v2/pcus/park/{world['parked group']}")
    report = world.call("POST", "/v2/enterprises/billing-reports/generate-report", {"month": "1", "year": "2026"}).json()
    world.ids["report"] = report["reportId"]


def _fleeting(world: World) -> None:
    """Add what does not outlast a day."""
    for phase in ("Initializing", "ReceivingFiles", "ImportInProgress", "Paused", "MigrationDone", "Closed"):
        world.ids[phase] = world.emulator.add_migration(world["orders"], phase=phase)


def capture(world: World, *tables: str) -> dict[str, Any]:
    """Write the body that has tables of the watched database captured."""
    region = {
        "datacenterID": world.datacenter("watched"),
        "datacenterRegion": "us-east-2",
        "streamingClusterName": "pulsar-aws-useast2",
        "streamingTenantName": "cdc",
    }
    return {
        "databaseID": world["watched"],
        "databaseName": "watched",
        "tables": [{"keyspaceName": "sales", "tableName": table} for table in tables],
        "regions": [region],
    }
