"""Arguments for every method of every resource, and for the operations that no resource has."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import attrs

from astra_devops import AstraDevOps
from astra_devops.emulator import Emulator
from astra_devops.keys import AwsKey, AzureKey, GcpKey
from astra_devops.models import AccessListEntry, AmazonVpc, CdcRegion, MigrationProxyMapping, ScimPatchOperation, Token
from astra_devops.policies import drn, policy
from astra_devops.scim import scim_filter
from astra_devops.sinks import (
    BasicAuth,
    BearerAuth,
    CloudWatchSink,
    DatadogSink,
    KafkaSink,
    OAuth2,
    PrometheusSink,
    PulsarSink,
    SplunkSink,
    TokenAuth,
)

Calls = dict[str, list[tuple[tuple[Any, ...], dict[str, Any]]]]

BY_ID: dict[str, dict[str, Any]] = {
    "createServerlessKeyAlternate": {"body": {"azure": {"keyID": "k", "region": "westeurope"}}},
    "listServerlessKeysAlternate": {},
}
"""Operations without a method, by id, with the arguments of ``request``."""


@attrs.frozen
class Later:
    """An argument that depends on the results of earlier calls, by resource and method."""

    of: Callable[[dict[str, Any]], Any]


def call_everything(emulator: Emulator, astra: AstraDevOps, calls: Calls) -> None:
    """Make the calls, wait for what they start, and call the operations that have no method."""
    results: dict[str, Any] = {}
    for name, variants in calls.items():
        group, _, method = name.partition(".")
        for args, kwargs in variants:
            results[name] = result = getattr(getattr(astra, group), method)(*resolve(args, results), **resolve(kwargs, results))
            if hasattr(result, "collect"):
                result.collect()
            elif hasattr(result, "wait"):
                result.wait()
    for operation, request in arguments_by_id(emulator).items():
        astra.request(operation, **request)


def arguments(emulator: Emulator, path: str) -> Calls:
    """Return arguments for every method, in an order in which each finds what it needs.

    The keys are resource and method, such as ``databases.create``.
    """
    return {
        **databases(emulator.add_database("classic", tier="C10", region="us-east-1"), path),
        **capacity(emulator),
        **keys(),
        **enterprises(emulator, path),
        **networks(emulator),
        **snapshots(emulator),
        **migrations(emulator),
        **exports(emulator),
        **identity(emulator),
        **provisioning(),
    }


def databases(database_id: str, path: str) -> Calls:
    database = (database_id,)
    return {
        "regions.list": [((), {}), ((), {"region_type": "all", "only_my_organization": True})],
        "regions.list_classic": [((), {})],
        "databases.create": [((f"db-{path[-1]}",), {"cloud_provider": "AWS", "region": "us-east-1", "tier": "C10", "keyspace": "k"})],
        "databases.ensure": [((f"db-{path[-1]}",), {"cloud_provider": "AWS", "region": "us-east-1", "tier": "C10", "keyspace": "k"})],
        "databases.operation": [(database, {})],
        "databases.list": [((), {}), ((), {"include": "all", "provider": "aws", "page_size": 5})],
        "databases.find": [(("nothing",), {"region": "us-east-1"})],
        "databases.get": [(database, {})],
        "keyspaces.list": [(database, {})],
        "keyspaces.create": [((*database, "sales"), {})],
        "keyspaces.ensure": [((*database, "sales"), {})],
        "keyspaces.enable_graph": [((*database, "sales"), {})],
        "keyspaces.create_solr_core": [((*database, "sales", "t"), {"generate_resources": True})],
        "keyspaces.delete": [((*database, "sales"), {})],
        "datacenters.create": [(database, {"cloud_provider": "aws", "region": "eu-west-1", "tier": "C10"})],
        "datacenters.ensure": [(database, {"cloud_provider": "aws", "region": "eu-west-1", "tier": "C10"})],
        "datacenters.create_all": [((*database, ["us-west-2"]), {"cloud_provider": "aws", "tier": "C10"})],
        "datacenters.list": [(database, {"include_terminated": True})],
        "datacenters.terminate": [((*database, f"{database_id}-2"), {}), ((*database, f"{database_id}-3"), {})],
        "secure_bundles.urls": [(database, {"all": True})],
        "secure_bundles.download": [((*database, path), {"region": "us-east-1"})],
        "databases.resize": [((*database, 2), {})],
        "databases.reset_password": [(database, {"username": "ann", "password": "correct horse"})],
        "databases.set_engine_type": [((*database, "classic"), {})],
        "databases.park": [(database, {})],
        "databases.unpark": [(database, {})],
        "databases.resume": [(database, {})],
        "databases.suspend": [(database, {"free_consumed": 50})],
        "databases.sweep": [(("ci",), {"dry_run": True}), (("ci",), {"owner": "mara", "dry_run": False})],
        "databases.terminate": [(database, {"with_datacenters": True, "prepared_state_only": False})],
    }


def capacity(emulator: Emulator) -> Calls:
    first, second = emulator.add_pcu_group("first", max=2), emulator.add_pcu_group("second")
    datacenter = f"{emulator.add_database('orders')}-1"
    place = {"cloud_provider": "aws", "region": "us-east-2"}
    created = Later(lambda results: results["pcu_groups.create"].resource_id)
    return {
        "pcu_groups.create": [(("third",), {**place, "min": 1, "max": 2, "reserved": 0, "description": "for the tests"})],
        "pcu_groups.list": [((), {}), (([first, second],), {})],
        "pcu_groups.get": [((first,), {})],
        "pcu_groups.list_types": [((), {}), ((), {"provider": "aws", "region": "us-east-2"})],
        "pcu_groups.update": [((first,), {"title": "first of all", "min": 2, "max": 3, "reserved": 0, "description": "more"})],
        "pcu_groups.associate": [((first, datacenter), {})],
        "pcu_groups.list_associations": [((first,), {})],
        "pcu_groups.find_by_datacenter": [((datacenter,), {})],
        "pcu_groups.park": [((first,), {})],
        "pcu_groups.unpark": [((first,), {})],
        "pcu_groups.transfer": [((datacenter,), {"from_group_id": first, "to_group_id": second})],
        "pcu_groups.drain": [((second,), {"into": first})],
        "pcu_groups.dissociate": [((first, datacenter), {})],
        "pcu_groups.delete": [((created,), {})],
    }


def keys() -> Calls:
    return {
        "cloud_accounts.assign": [(("aws",), {})],
        "cloud_accounts.list": [(("aws", "us-east-1"), {}), (("aws", "us-east-1"), {"classic": True})],
        "customer_keys.create": [
            ((AwsKey("arn:aws:kms:us-east-1:1:key/k", "us-east-1"),), {}),
            ((GcpKey("projects/p/locations/l/keyRings/r/cryptoKeys/k", "us-east1"),), {"classic": True}),
            ((AzureKey("https://v.vault.azure.net/keys/k/1", "eastus"),), {}),
        ],
        "customer_keys.list": [((), {}), ((), {"classic": True})],
        "customer_keys.get": [(("AWS", "us-east-1"), {}), (("gcp", "us-east1"), {"classic": True})],
    }


def enterprises(emulator: Emulator, path: str) -> Calls:
    now = emulator.clock.now()
    day, month = (now - timedelta(days=1), now), (now - timedelta(days=31), now)
    report = Later(lambda results: results["enterprises.create_billing_report"].resource_id)
    return {
        "enterprises.create_organization": [
            (("acme",), {"email": "a@example.com", "admin_user_id": "ann", "enterprise_id": emulator.enterprise_id})
        ],
        "enterprises.consumption": [(month, {}), (day, {"resource_ids": ["d"], "organization_ids": [emulator.organization_id]})],
        "enterprises.usage": [(month, {}), (day, {"cluster_ids": ["d"], "organization_ids": [emulator.organization_id]})],
        "enterprises.create_billing_report": [((now.month, now.year), {})],
        "enterprises.get_billing_report": [((report,), {})],
        "enterprises.download_billing_report": [((report, path), {})],
    }


def networks(emulator: Emulator) -> Calls:
    database_id = emulator.add_database("reached", tier="C10", region="us-east-1")
    database, datacenter, caller = (database_id,), (database_id, f"{database_id}-1"), {"calling_from": "127.0.0.1"}
    vpc = AmazonVpc(account_id="123456789012", vpc_id="vpc-0a1b2c3d", region="us-east-1", cidr_block="10.0.0.0/16")
    entry = AccessListEntry(address="192.0.2.1", enabled=True, description="office")
    return {
        "access_lists.template": [((), {})],
        "access_lists.validate": [((["10.0.0.0/8"],), {"enabled": True})],
        "access_lists.get": [(database, {})],
        "access_lists.add": [((*database, ["10.0.0.0/8", entry]), {"calling_from": "10.1.1.1"})],
        "access_lists.replace": [
            ((*database, ["127.0.0.0/8", "192.0.2.0/24", entry]), {"enabled": True, **caller}),
            ((*database, ["127.0.0.1", entry]), {"calling_from": None}),
        ],
        "access_lists.update": [((*database, [entry]), {"enabled": True, **caller})],
        "access_lists.disable": [(database, {})],
        "access_lists.enable": [(database, caller)],
        "access_lists.remove": [((*database, ["192.0.2.1"]), caller)],
        "access_lists.list": [((), {})],
        "access_lists.review": [((), {})],
        "access_lists.delete": [(database, {})],
        "devops_access_lists.get": [((), {})],
        "devops_access_lists.add": [((["127.0.0.0/8", entry],), caller)],
        "devops_access_lists.replace": [((["127.0.0.1", "2001:db8::1", entry],), {"organization_id": emulator.organization_id, **caller})],
        "devops_access_lists.update": [(("192.0.2.1",), {"description": "old office", "enabled": False, **caller})],
        "devops_access_lists.remove": [((["192.0.2.1"],), caller)],
        "devops_access_lists.delete": [((), {})],
        "private_links.add_principals": [((*datacenter, ["arn:aws:iam::123456789012:root"]), {})],
        "private_links.list": [((), {}), ((), {"database_id": database_id})],
        "private_links.get": [(datacenter, {})],
        "private_links.accept_endpoint": [((*datacenter, "vpce-1"), {"description": "billing"})],
        "private_links.get_endpoint": [((*datacenter, "vpce-1"), {})],
        "private_links.describe_endpoint": [((*datacenter, "vpce-1", "shop"), {})],
        "private_links.reject_endpoint": [((*datacenter, "vpce-1"), {})],
        "private_links.remove_principal": [((*datacenter, "arn:aws:iam::123456789012:root"), {})],
        "custom_domains.replace": [((["a.example.com"],), {})],
        "custom_domains.add": [((["b.example.com"],), {})],
        "custom_domains.remove": [((["a.example.com"],), {})],
        "custom_domains.list": [((), {})],
        "vpc_peerings.create": [((database_id, vpc), {})],
        "vpc_peerings.get": [(("aws", database_id), {})],
        "vpc_peerings.delete": [(("aws", database_id), {})],
    }


def snapshots(emulator: Emulator) -> Calls:
    source, target = emulator.add_database("origin"), emulator.add_database("copy")
    now = emulator.clock.now()
    snapshot = Later(lambda results: results["snapshots.list"][0].id)
    return {
        "snapshots.list": [
            ((source,), {}),
            ((source,), {"start": now - timedelta(days=1), "end": now, "source_region": "us-east-2"}),
        ],
        "clones.create": [((target,), {"source_database_id": source, "snapshot_id": snapshot, "source_region": "us-east-2"})],
        "clones.get": [((target, Later(lambda results: results["clones.create"].resource_id)), {})],
        "restores.create": [((source,), {"snapshot_id": snapshot})],
        "restores.get": [((source, Later(lambda results: results["restores.create"].resource_id)), {})],
    }


def migrations(emulator: Emulator) -> Calls:
    target, classic = emulator.add_database("target"), emulator.add_database("proxied", tier="C10", region="us-east-1")
    migration = (target, Later(lambda results: results["migrations.initialize"].resource_id))
    running_import = (target, Later(lambda results: emulator.add_migration(target, phase="ImportInProgress")))
    done_import = (target, Later(lambda results: emulator.add_migration(target, phase="MigrationDone")))
    node = MigrationProxyMapping(origin_ip="172.18.19.20", origin_port=9042, rack=1, rack_node_ordinal=1)
    origin = {"origin_username": "cassandra", "origin_password": "hunter2", "mappings": [node]}
    return {
        "migrations.pause": [(running_import, {})],
        "migrations.resume": [(running_import, {})],
        "migrations.abort": [(running_import, {})],
        "migrations.initialize": [
            ((target,), {"datacenter_id": f"{target}-1", "options": {"importMode": "fast"}}),
            ((target,), {"concurrency": 2, "target_subset_size_gb": 1.5}),
        ],
        "migrations.get": [(migration, {})],
        "migrations.credentials": [(migration, {})],
        "migrations.launch": [(migration, {})],
        "migrations.cleanup": [(done_import, {}), (migration, {"at": emulator.clock.now() + timedelta(seconds=60)})],
        "migration_proxies.launch": [((classic,), origin)],
        "migration_proxies.remove": [((classic,), {})],
    }


def exports(emulator: Emulator) -> Calls:
    database_id = emulator.add_database("watched", keyspaces=("sales",))
    database, organization = (database_id,), {"organization_id": emulator.organization_id}
    pulsar = {"endpoint": "pulsar+ssl://pulsar.example.com", "topic": "persistent://a/b/c"}
    client = OAuth2(credentials_url="https://keys.example.com", issuer_url="https://issuer.example.com", audience="a", scope="s")
    datacenter = {"datacenter_id": f"{database_id}-1", "datacenter_region": "us-east-2"}
    region = CdcRegion(**datacenter, streaming_cluster_name="pulsar-aws-useast2", streaming_tenant_name="cdc")
    kafka = {"bootstrap_servers": ["b:9092"], "topic": "t", "sasl_mechanism": "PLAIN", "sasl_username": "u", "sasl_password": "p"}
    return {
        "cdc.enable": [(database, {"tables": [("sales", "orders"), ("sales", "stock")], "regions": [region]})],
        "cdc.update": [(database, {"tables": [("sales", "orders")], "regions": [region], "database_name": "watched"})],
        "cdc.config": [(database, {})],
        "cdc.get": [((*database, "sales", "orders"), {})],
        "cdc.disable": [((*database, [("sales", "orders")]), {})],
        "telemetry.set": [
            ((*database, KafkaSink(**kafka, security_protocol="SASL_SSL")), {}),
            ((*database, PrometheusSink(endpoint="https://p", auth=BasicAuth("u", "p"))), {}),
            ((*database, PrometheusSink(endpoint="https://p", auth=BearerAuth("t"))), {}),
            ((*database, CloudWatchSink(access_key="k", secret_key="s", region="us-east-1")), {}),
            ((*database, SplunkSink(endpoint="https://s", index="i", token="t", source="s", sourcetype="t")), {}),
            ((*database, PulsarSink(**pulsar, auth=TokenAuth("t"), auth_name="n")), {}),
            ((*database, PulsarSink(**pulsar, auth=client)), {}),
            ((*database, DatadogSink(api_key="k", site="datadoghq.eu")), {}),
        ],
        "telemetry.get": [(database, {})],
        "audit_logs.set": [((PulsarSink(**pulsar, auth=TokenAuth("t")),), {}), ((PulsarSink(**pulsar, auth=client),), organization)],
        "audit_logs.get": [((), {}), ((), organization)],
        "audit_logs.delete": [((), {})],
    }


def arguments_by_id(emulator: Emulator) -> dict[str, dict[str, Any]]:
    database_id = emulator.add_database("linked")
    principals = {"path": {"clusterID": database_id, "datacenterID": f"{database_id}-1"}, "body": {"allowedPrincipals": ["me"]}}
    return {**BY_ID, "AddAllowedPrincipal": principals}


def identity(emulator: Emulator) -> Calls:
    role, user = Later(lambda results: results["roles.create"].id), Later(lambda results: results["users.find"].user_id)
    created, rotated = Later(lambda results: results["tokens.create"].client_id), Later(lambda results: results["tokens.rotate"].client_id)
    viewing = policy("See databases", ["org-db-view"], [drn(emulator.organization_id, database_id="*")])
    expiry, new_tokens = emulator.clock.now() + timedelta(days=30), list[Token]()
    return {
        "organizations.current": [((), {})],
        "roles.create": [(("viewer", viewing), {})],
        "roles.ensure": [(("viewer", viewing), {})],
        "roles.list": [((), {})],
        "roles.find": [(("viewer",), {})],
        "roles.get": [((role,), {})],
        "roles.update": [((role,), {"name": "watcher"}), ((role,), {"policy": viewing}), ((role,), {"name": "seer", "policy": viewing})],
        "users.invite": [
            (("ann@example.com", ["RO User"]), {}),
            (("bob@example.com", [role]), {"organization_id": emulator.organization_id}),
        ],
        "users.list": [((), {})],
        "users.find": [(("ann@example.com",), {})],
        "users.get": [((user,), {})],
        "users.set_roles": [((user, ["seer", "RO User"]), {})],
        "users.remove": [((user,), {})],
        "tokens.create": [
            ((["seer"],), {"organization_id": emulator.organization_id, "description": "a", "expires_at": expiry}),
            ((["RO User"],), {"family": "client_id_secrets", "description": "b", "expires_at": expiry}),
        ],
        "tokens.list": [((), {}), ((), {"family": "tokens"})],
        "tokens.rotate": [((created,), {"on_new": new_tokens.append, "roles": ["seer"], "description": "c", "expires_at": expiry})],
        "tokens.sweep": [((), {"older_than": timedelta(days=3650), "unused": [rotated], "dry_run": False})],
        "tokens.delete": [((rotated,), {"family": "tokens"})],
        "roles.delete": [((role,), {})],
    }


def provisioning() -> Calls:
    user, group = Later(lambda results: results["scim.create_user"]), Later(lambda results: results["scim.create_group"])
    user_id, group_id = Later(lambda results: results["scim.create_user"].id), Later(lambda results: results["scim.create_group"].id)
    joining = Later(lambda results: [ScimPatchOperation(op="add", path="members", value=[{"value": results["scim.create_user"].id}])])
    parts = {"given_name": "Ann", "family_name": "Lee", "emails": ["ann@example.com"], "external_id": "e", "active": False}
    return {
        "scim.service_provider_config": [((), {})],
        "scim.schemas": [((), {})],
        "scim.resource_types": [((), {})],
        "scim.create_user": [(("bob",), {}), (("ann",), parts)],
        "scim.list_users": [((), {}), ((), {"filter": scim_filter("userName", "eq", 'o"brien'), "page_size": 5})],
        "scim.get_user": [((user_id,), {})],
        "scim.replace_user": [((user,), {})],
        "scim.patch_user": [((user_id, [ScimPatchOperation(op="replace", path="active", value=True)]), {})],
        "scim.create_group": [(("all",), {}), (("readers",), {"members": [user_id]})],
        "scim.list_groups": [((), {}), ((), {"filter": scim_filter("displayName", "sw", "r"), "page_size": 5})],
        "scim.get_group": [((group_id,), {})],
        "scim.replace_group": [((group,), {})],
        "scim.patch_group": [((group_id, joining), {})],
        "scim.delete_user": [((user_id,), {})],
        "scim.delete_group": [((group_id,), {})],
    }


def resolve(value: Any, results: dict[str, Any]) -> Any:
    """Return arguments with every :class:`Later` in them replaced by its value."""
    match value:
        case Later():
            return value.of(results)
        case tuple():
            return tuple(resolve(item, results) for item in value)
        case list():
            return [resolve(item, results) for item in value]
        case dict():
            return {name: resolve(item, results) for name, item in value.items()}
        case _:
            return value
