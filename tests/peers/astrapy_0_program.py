"""A program for the first generation of the vendor's client, which had a method per operation.

Run with a URL and a token, it calls the methods one after the other and prints one JSON document.
A method returns the body of the answer. Where there is none, the client raises its own error, and
the program records the status.
"""

import json
import sys
import time
from collections.abc import Callable
from typing import Any

from astrapy.api import APIRequestError
from astrapy.ops import AstraDBOps
from httpx import HTTPStatusError

SERVERLESS = {"name": "orders", "cloudProvider": "AWS", "region": "us-east-2", "tier": "serverless", "capacityUnits": 1, "keyspace": "shop"}
CLASSIC = {
    "name": "billing",
    "cloudProvider": "GCP",
    "region": "us-east1",
    "tier": "C10",
    "capacityUnits": 1,
    "user": "me",
    "password": "secret99",
}
AWS = {"cloudProvider": "AWS", "region": "us-west-2", "tier": "serverless"}


def main(url: str, token: str) -> dict[str, object]:
    ops = AstraDBOps(token, dev_ops_url=url)
    database, classic = (created["id"] for created in map(ops.create_database, (SERVERLESS, CLASSIC)) if created)
    until(ops, database, "ACTIVE")
    until(ops, classic, "ACTIVE")
    return {
        "organization": sorted(ops.get_organization()),
        "databases": sorted(found["info"]["name"] for found in ops.get_databases({"include": "active", "limit": 10})),
        "keyspaces": keyspaces(ops, database),
        "datacenters": datacenters(ops, database),
        "access lists": access_lists(ops, database),
        "private links": private_links(ops, database),
        "regions": regions(ops),
        "roles": roles(ops),
        "users": users(ops),
        "tokens": tokens(ops, url),
        "classic": sizes(ops, classic),
        "bundle": sorted(ops.get_secure_bundle(database)),
        "terminated": [ops.terminate_database(database) == database, until(ops, database, "TERMINATED")["info"]["name"]],
        "unknown": [said(lambda: ops.get_database("11111111-2222-4333-8444-555555555555")), ops.terminate_database("no-id")],
        "streaming": said(ops.get_streaming_tenants),
    }


def keyspaces(ops: AstraDBOps, database: str) -> list[object]:
    status = ops.create_keyspace(database, "second").status_code
    return [status, until(ops, database, "ACTIVE")["info"]["keyspaces"], ops.create_keyspace(database, "second").status_code]


def datacenters(ops: AstraDBOps, database: str) -> list[object]:
    added = said(lambda: ops.create_datacenter(database, [AWS]))
    until(ops, database, "ACTIVE")
    first, second = ops.get_datacenters(database)
    dropped = said(lambda: ops.terminate_datacenter(database, second["id"]))
    until(ops, database, "ACTIVE")
    return [added, first["region"], second["region"], dropped, [found["region"] for found in ops.get_datacenters(database)]]


def access_lists(ops: AstraDBOps, database: str) -> list[object]:
    home, work = ({"address": address, "enabled": True, "description": ""} for address in ("10.0.0.1", "192.168.0.0/16"))

    def shown(*expected: str) -> dict[str, Any]:
        while True:  # changes show after a while
            answer = said(lambda: ops.get_access_list(database))
            if isinstance(answer, dict) and sorted(entry["address"] for entry in answer["addresses"]) == sorted(expected):
                return answer

    seen = [said(lambda: ops.get_access_list(database)), said(lambda: ops.add_access_list_address(database, [home]))]
    shown("10.0.0.1/32")
    seen += [said(lambda: ops.replace_access_list(database, {"addresses": [work], "configurations": {"accessListEnabled": True}}))]
    shown("192.168.0.0/16")
    seen += [said(lambda: ops.update_access_list(database, {"addresses": [home], "configurations": {"accessListEnabled": True}}))]
    seen += [shown("10.0.0.1/32", "192.168.0.0/16")["configurations"]]
    seen += [[found["databaseId"] == database for found in ops.get_access_lists()]]
    seen += [said(lambda: ops.delete_access_list(database)), said(ops.get_access_list_template), ops.validate_access_list()]
    return seen


def private_links(ops: AstraDBOps, database: str) -> list[object]:
    datacenter = ops.get_datacenters(database)[0]["id"]
    principal = {"allowedPrincipals": ["arn:aws:iam::123456789012:user/me"]}
    service = ops.create_datacenter_private_link(database, datacenter, principal)
    return [
        sorted(service),
        # The client asks for ".../endpoint", which the service has never called so.
        said(lambda: ops.create_datacenter_endpoint(database, datacenter, {"endpointID": "vpce-0a1b2c3d4e5f60718"}))[0],
        sorted(ops.get_datacenter_private_link(database, datacenter)),
        len(ops.get_private_link(database)["datacenters"]),
        len(ops.get_private_links()["clusters"]),
        said(lambda: ops.get_datacenter_endpoint(database, datacenter, "vpce-0a1b2c3d4e5f60718")),
        said(lambda: ops.delete_datacenter_endpoint(database, datacenter, "vpce-0a1b2c3d4e5f60718")),
    ]


def regions(ops: AstraDBOps) -> list[object]:
    return [{found["tier"] for found in ops.get_available_classic_regions()} > {"C10"}, ops.get_available_regions()[0]["classification"]]


def roles(ops: AstraDBOps) -> list[object]:
    organization = ops.get_organization()["id"]
    policy = {"description": "reads", "effect": "allow", "resources": [f"drn:astra:org:{organization}"], "actions": ["org-db-view"]}
    role = ops.create_role({"name": "reader", "policy": policy})
    updated = said(lambda: ops.update_role(role["ID"], {"name": "looker", "policy": policy}))
    names = [found["Name"] for found in ops.get_roles()]
    read = ops.get_role(role["ID"])
    return [sorted(role), updated, "looker" in names, read["policy"]["actions"], said(lambda: ops.delete_role(role["ID"]))]


def users(ops: AstraDBOps) -> list[object]:
    organization, role = ops.get_organization()["id"], ops.get_roles()[0]["ID"]
    invited = said(lambda: ops.invite_user({"orgID": organization, "email": "new@example.com", "roles": [role]}))
    members = {found["Email"]: found for found in ops.get_users()["Users"]}
    user = members["new@example.com"]["UserID"]
    seen = [invited, ops.get_user(user)["Email"], said(lambda: ops.update_user_roles(user, {"roles": [role]}))]
    return [*seen, said(lambda: ops.remove_user(user)), len(members) - len(ops.get_users()["Users"])]


def tokens(ops: AstraDBOps, url: str) -> list[object]:
    role = next(found["ID"] for found in ops.get_roles() if "Administrator" in found["Name"])
    made = ops.create_token({"roles": [role]})
    other = AstraDBOps(made["token"], dev_ops_url=url)
    clients = ops.get_clients()["clients"]
    return [
        sorted(made),
        made["clientId"] in [client["clientId"] for client in clients],
        other.get_organization() == ops.get_organization(),
        said(lambda: ops.delete_token(made["clientId"])),
    ]


def sizes(ops: AstraDBOps, classic: str) -> list[object]:
    seen = [said(lambda: ops.park_database(classic)), until(ops, classic, "PARKED")["status"]]
    seen += [said(lambda: ops.unpark_database(classic)), until(ops, classic, "ACTIVE")["status"]]
    seen += [said(lambda: ops.resize_database(classic, {"capacityUnits": 2})), until(ops, classic, "ACTIVE")["info"]["capacityUnits"]]
    return [*seen, said(lambda: ops.reset_database_password(classic, {"username": "me", "password": "secret98"}))]


def until(ops: AstraDBOps, database: str, status: str) -> dict[str, Any]:
    while (answer := ops.get_database(database))["status"] != status:
        time.sleep(0.01)
    return answer


def said(call: Callable[[], Any]) -> Any:
    """Return the body of an answer, or the status of one without a body or of a refusal."""
    try:
        return call()
    except APIRequestError as problem:
        return [problem.response.status_code, problem.response.text]
    except HTTPStatusError as problem:
        return [problem.response.status_code, problem.response.text]


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))
