"""Writes the state file of test_state_files.py: ``python tests/emulator/write_state.py``.

Run it once after a change of the format that is intended: a new field with a default, or a new
version. The state has something in every store, and an object of every class that is saved.
"""

import json
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from astra_devops.emulator import Emulator, VirtualClock
from astra_devops.emulator.saving import files
from astra_devops.emulator.saving.snapshot import VERSION

STATE_FILE: Final = Path(__file__).with_name(f"state_version_{VERSION}.json")

Call = Callable[..., Any]

_ACCESS: Final = [{"address": "127.0.0.1", "enabled": True, "description": "here"}]
_VPC: Final = {"accountId": "123456789012", "vpcId": "vpc-0a1b2c3d", "region": "us-east-2", "cidrBlock": "10.0.0.0/16"}
_SINK: Final = {"pulsar": {"endpoint": "pulsar://p", "topic": "t", "auth_strategy": "token", "token": "t"}}
_USER: Final = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "ann", "active": True}
_GROUP: Final = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "readers"}


def fill(emulator: Emulator, clock: VirtualClock, call: Call) -> None:
    """Create something of every kind."""
    fill_organization(emulator, call)
    fill_databases(emulator, call)
    clock.advance(60)
    fill_networks(emulator, call)
    database_id = next(iter(emulator.databases))
    call("POST", f"/v2/databases/{database_id}/access-list", _ACCESS)
    call("POST", f"/v2/databases/{database_id}/keyspaces/returns")  # stays in progress


def fill_organization(emulator: Emulator, call: Call) -> None:
    organization = f"/v2/organizations/{emulator.organization_id}"
    emulator.add_token({"org-db-view"})
    call("PUT", "/v2/organizations/users", {"orgID": emulator.organization_id, "email": "ann@example.com", "roles": []})
    call("POST", "/v2/scim/groups", _GROUP | {"members": [{"value": call("POST", "/v2/scim/users", _USER)["id"]}]})
    call("POST", f"{organization}/devops-acl", _ACCESS)
    call("POST", f"{organization}/telemetry/auditLogs", _SINK)
    call("POST", "/v2/organizations/customDomains", ["db.example.com"])
    call("POST", "/v2/kms", {"orgId": emulator.organization_id, "aws": {"keyID": "arn:aws:kms:key", "region": "us-east-2"}})
    call("POST", "/v2/kms/classic/provider/aws/accounts")
    call("POST", "/v2/enterprises/billing-reports/generate-report", {"month": "3", "year": "2026"})


def fill_databases(emulator: Emulator, call: Call) -> None:
    place = {"cloudProvider": "AWS", "region": "us-east-2", "tier": "serverless", "capacityUnits": 1}
    database_id = emulator.add_database("orders", keyspaces=["shop"])
    call("POST", f"/v2/databases/{database_id}/keyspaces/stock")
    call("POST", f"/v2/databases/{emulator.add_database('gone')}/terminate")
    call("POST", "/v2/databases", {"name": "new", **place})
    call("POST", f"/v2/databases/{database_id}/telemetry/metrics", _SINK)
    call("GET", "/v2/databases/11111111-2222-4333-8444-555555555555", status=404)
    call("GET", f"/v2/databases/{database_id}/migrations/{emulator.add_migration(database_id)}")
    call("POST", f"/v2/pcus/association/{emulator.add_pcu_group('wide')}/{emulator.add_database('grouped')}-1")
    archive_id = emulator.add_database("archive", keyspaces=["shop"])
    (snapshot,) = call("GET", f"/v2/databases/{archive_id}/snapshots?from=2000-01-01T00:00:00Z")["snapshots"]
    call("POST", f"/v2/databases/{emulator.add_database('copy')}/cloneFrom/{archive_id}?snapshotID={snapshot['id']}")
    call("POST", f"/v2/databases/{archive_id}/restore?snapshotID={snapshot['id']}")
    captured_id = emulator.add_database("captured", keyspaces=["shop"])
    region = {"datacenterID": f"{captured_id}-1", "datacenterRegion": "us-east-2"}
    capture = {
        "databaseName": "captured",
        "databaseID": captured_id,
        "tables": [{"keyspaceName": "shop", "tableName": "orders"}],
        "regions": [region | {"streamingClusterName": "pulsar", "streamingTenantName": "shop"}],
    }
    call("POST", f"/v3/databases/{captured_id}/cdc", capture)


def fill_networks(emulator: Emulator, call: Call) -> None:
    classic_id = emulator.add_database("classic", tier="C10")
    call("POST", f"/v2/peering/provider/aws/database/{classic_id}", _VPC)
    datacenter = f"/v2/organizations/clusters/{classic_id}/datacenters/{classic_id}-1"
    call("POST", f"{datacenter}/private-link", {"allowedPrincipals": ["arn:aws:iam::123456789012:root"]})
    call("POST", f"{datacenter}/endpoints", {"endpointID": "vpce-1"})


def write_state() -> None:
    clock = VirtualClock()
    with Emulator.running(clock=clock, seed=1) as emulator:

        def call(method: str, path: str, body: object = None, *, status: int | None = None) -> Any:
            """Send a request that must succeed or have the given status, and return its answer."""
            headers = {"Authorization": f"Bearer {emulator.token}", "Content-Type": "application/json"}
            content = None if body is None else json.dumps(body).encode()
            request = urllib.request.Request(emulator.url + path, content, headers, method=method)
            try:
                with urllib.request.urlopen(request) as response:
                    received = response.read()
            except urllib.error.HTTPError as error:
                with error:
                    if error.code != status:
                        raise RuntimeError(f"{method} {path}: {error.code} {error.read()!r}") from error
                return None
            return json.loads(received) if received else None

        fill(emulator, clock, call)
        files.write(STATE_FILE, emulator.snapshot())


if __name__ == "__main__":
    write_state()
