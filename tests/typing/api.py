"""What type checkers see of the public interface. Never executed: mypy and pyright read it."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import assert_type

import astra_devops
from astra_devops import (
    AstraDevOps,
    AsyncAstraDevOps,
    AsyncOperation,
    AsyncPager,
    Operation,
    OperationEvent,
    Organization,
    Page,
    Pager,
    RetryPolicy,
    Secret,
    SystemClock,
    errors,
)
from astra_devops.keys import AwsKey
from astra_devops.models import (
    AccessList,
    AccessListEntry,
    AccessListValidation,
    AmazonVpc,
    BillingReport,
    CdcConfig,
    CdcRegion,
    CloneStatus,
    CloudAccount,
    CustomerKey,
    CustomerKeySummary,
    Database,
    DatabaseStatus,
    Datacenter,
    DevOpsAccessList,
    EnterpriseConsumption,
    EnterpriseOrganization,
    Migration,
    MigrationProxyMapping,
    PcuAssociation,
    PcuGroup,
    PcuType,
    Policy,
    PrivateLinkCluster,
    PrivateLinkEndpoint,
    PrivateLinkService,
    RestoreStatus,
    Role,
    ScimGroup,
    ScimPatchOperation,
    ScimUser,
    SecureBundle,
    ServerlessRegion,
    Snapshot,
    TableCdc,
    Token,
    TokenInfo,
    UploadCredentials,
    User,
    VpcPeering,
)
from astra_devops.policies import READ, drn, policy
from astra_devops.scim import scim_filter
from astra_devops.sinks import BasicAuth, BearerAuth, KafkaSink, PrometheusSink, PulsarSink, TelemetrySink, TokenAuth


async def asynchronous(astra: AsyncAstraDevOps) -> None:
    creation = await astra.databases.create("orders", cloud_provider="AWS", region="us-east-2")
    assert_type(creation, AsyncOperation[Database])
    assert_type(creation.resource_id, str | None)
    assert_type(creation.resume_token, str)
    async for event in creation.events(timeout=60):
        assert_type(event, OperationEvent)
    database = await creation.wait()
    assert_type(database, Database)
    assert_type(database.status, DatabaseStatus | str)
    assert_type(await astra.databases.ensure("orders", cloud_provider="AWS", region="us-east-2"), AsyncOperation[Database])
    assert_type(await astra.wait_all(creation, astra.keyspaces.ensure(database.id, "sales"), timeout=60), list[Database])
    assert_type(await astra.wait_all(creation, astra.databases.terminate(database.id)), list[Database | None])
    async for operation, event in astra.watch(creation, changes_only=True):
        assert_type(operation.resource_id, str | None)
        assert_type(event.error, Exception | None)

    assert_type(astra.databases.list(), AsyncPager[Database])
    assert_type(await astra.databases.list().collect(), Page[Database])
    async for page in astra.databases.list(page_size=10).pages():
        assert_type(page, Page[Database])
    async for listed in astra.databases.list():
        assert_type(listed, Database)

    assert_type(await astra.databases.find("orders"), Database | None)
    assert_type(await astra.databases.terminate(database.id), AsyncOperation[None])
    assert_type(await astra.keyspaces.list(database.id), list[str])
    assert_type(await astra.keyspaces.create(database.id, "sales"), AsyncOperation[Database])
    assert_type(await astra.datacenters.list(database.id), list[Datacenter])
    assert_type(await astra.regions.list(), list[ServerlessRegion])
    assert_type(await astra.secure_bundles.urls(database.id), list[SecureBundle])
    assert_type(await astra.secure_bundles.download(database.id, "bundle.zip"), Path)


async def networks(astra: AsyncAstraDevOps, network: AmazonVpc) -> None:
    listed = await astra.access_lists.get("id")
    assert_type(await astra.access_lists.list(), list[AccessList])
    entry = AccessListEntry(address="10.0.0.0/8", enabled=True, description="office")
    replacement = await astra.access_lists.replace("id", ["203.0.113.7", entry, *(listed.addresses or [])], enabled=True, calling_from=None)
    assert_type(replacement, AsyncOperation[AccessList])
    assert_type(await astra.access_lists.delete("id"), AsyncOperation[None])
    assert_type(await astra.access_lists.validate([entry]), AccessListValidation)
    assert_type(await astra.devops_access_lists.add([entry], calling_from="203.0.113.7"), DevOpsAccessList)
    assert_type(await astra.devops_access_lists.delete(), AsyncOperation[None])
    assert_type(await astra.private_links.list(), list[PrivateLinkCluster])
    assert_type(await astra.private_links.add_principals("id", "id-1", ["arn"]), PrivateLinkService)
    assert_type(await astra.private_links.accept_endpoint("id", "id-1", "vpce-1"), AsyncOperation[PrivateLinkEndpoint])
    assert_type(await astra.custom_domains.list(), list[str])
    assert_type(await astra.custom_domains.add(["a.example.com"]), AsyncOperation[None])
    assert_type(await astra.vpc_peerings.create("id", network), AsyncOperation[VpcPeering])
    assert_type(await astra.vpc_peerings.get("aws", "id"), VpcPeering)


async def identity(astra: AsyncAstraDevOps) -> None:
    organization = await astra.organizations.current()
    assert_type(organization, Organization)
    assert_type(organization.name, str | None)
    assert_type(await astra.can("org-db-create", "org-db-view", resource=drn(organization.id)), bool | None)
    assert_type(policy("reading", READ, [drn(organization.id)]), Policy)
    role = await astra.roles.create("reader", policy("reading", [*READ, "org-db-view"], [drn(organization.id)]))
    assert_type(role, Role)
    assert_type(await astra.roles.list(), list[Role])
    assert_type(await astra.roles.find("reader"), Role | None)
    assert_type(await astra.users.list(), list[User])
    assert_type(await astra.users.find("ann@example.com"), User | None)
    await astra.users.invite("ann@example.com", [role, "RO User"])
    made = await astra.tokens.create(["RO User"], family="client_id_secrets")
    assert_type(made, Token)
    assert_type(made.secret, Secret)
    assert_type(await astra.tokens.list(), list[TokenInfo])
    assert_type(await astra.tokens.rotate(made.client_id, on_new=[made].append), Token)
    assert_type(await astra.tokens.rotate(on_new=keep), Token)
    assert_type(astra.scim.list_users(filter=scim_filter("userName", "eq", "ann")), AsyncPager[ScimUser])
    change = ScimPatchOperation(op="replace", path="displayName", value="readers")
    assert_type(await astra.scim.patch_group("id", [change]), ScimGroup)


async def keep(new: Token) -> None: ...


def blocking(astra: AstraDevOps) -> None:
    creation = astra.databases.create("orders", cloud_provider="AWS", region="us-east-2")
    assert_type(creation, Operation[Database])
    for event in creation.events(timeout=60):
        assert_type(event, OperationEvent)
    assert_type(creation.wait(), Database)
    assert_type(astra.wait_all(creation, lambda: astra.keyspaces.ensure("id", "sales")), list[Database])
    for operation, event in astra.watch(creation):
        assert_type(operation.done, bool)
        assert_type(event.error, Exception | None)

    assert_type(astra.databases.list(), Pager[Database])
    assert_type(astra.databases.list().collect(), Page[Database])
    for page in astra.databases.list(page_size=10).pages():
        assert_type(page, Page[Database])
    for listed in astra.databases.list():
        assert_type(listed, Database)

    assert_type(astra.databases.terminate("id"), Operation[None])
    assert_type(astra.keyspaces.list("id"), list[str])
    assert_type(astra.can("org-db-view"), bool | None)
    assert_type(astra.organizations.current(), Organization)
    assert_type(astra.roles.list(), list[Role])
    assert_type(astra.tokens.rotate(on_new=keep), Token)
    assert_type(astra.scim.list_groups(), Pager[ScimGroup])
    assert_type(astra.secure_bundles.download("id", Path("bundle.zip")), Path)
    assert_type(astra.access_lists.add("id", ["10.0.0.0/8"], calling_from=None), Operation[AccessList])
    assert_type(astra.custom_domains.list(), list[str])


async def capacity(astra: AsyncAstraDevOps, blocking: AstraDevOps) -> None:
    creation = await astra.pcu_groups.create("analytics", cloud_provider="aws", region="us-east-2", min=1, max=3)
    assert_type(creation, AsyncOperation[PcuGroup])
    assert_type((await creation.wait()).id, str)
    assert_type(await astra.pcu_groups.list(), list[PcuGroup])
    assert_type(await astra.pcu_groups.find_by_datacenter("id-1"), PcuGroup | None)
    assert_type(await astra.pcu_groups.update("id", max=3), PcuGroup)
    assert_type(await astra.pcu_groups.list_types(), list[PcuType])
    for association in await astra.pcu_groups.list_associations("id"):
        moving = await astra.pcu_groups.transfer(association.datacenter_id, from_group_id="a", to_group_id="b")
        assert_type(moving, AsyncOperation[PcuAssociation])
    assert_type(blocking.pcu_groups.park("id"), Operation[PcuGroup])
    assert_type(blocking.pcu_groups.list(["id"]), list[PcuGroup])


async def keys(astra: AsyncAstraDevOps, blocking: AstraDevOps) -> None:
    await astra.customer_keys.create(AwsKey("arn", "us-east-1"), classic=True)
    assert_type(await astra.customer_keys.list(), list[CustomerKeySummary])
    assert_type(await astra.customer_keys.get("aws", "us-east-1"), CustomerKey)
    assert_type(await astra.cloud_accounts.list("aws", "us-east-1"), list[CloudAccount])
    assert_type(blocking.customer_keys.list(), list[CustomerKeySummary])


async def enterprise(astra: AsyncAstraDevOps, blocking: AstraDevOps, start: datetime, end: datetime) -> None:
    made = await astra.enterprises.create_organization("acme", email="a@example.com", admin_user_id="ann", enterprise_id="e")
    assert_type(made, EnterpriseOrganization)
    assert_type(made.organization_id, str)
    consumption = await astra.enterprises.consumption(start, end)
    assert_type(consumption, EnterpriseConsumption)
    for cost in consumption.costs or []:
        assert_type(cost.cost, Decimal | None)
    report = await (await astra.enterprises.create_billing_report(3, 2026)).wait()
    assert_type(report, BillingReport)
    if report.report_details:
        assert_type(report.report_details.csv_download_url, Secret | None)
    assert_type(blocking.enterprises.create_billing_report(3, 2026), Operation[BillingReport])


async def copies(astra: AsyncAstraDevOps, blocking: AstraDevOps, start: datetime) -> None:
    for snapshot in await astra.snapshots.list("id", start=start):
        assert_type(snapshot, Snapshot)
        assert_type(snapshot.time, datetime | None)
    assert_type(await astra.clones.create("id", source_database_id="other", snapshot_id="s"), AsyncOperation[CloneStatus])
    assert_type(await astra.restores.create("id", snapshot_id="s"), AsyncOperation[RestoreStatus])
    assert_type(blocking.clones.get("id", "operation"), CloneStatus)


async def migrations(astra: AsyncAstraDevOps, blocking: AstraDevOps, node: MigrationProxyMapping) -> None:
    migration = await (await astra.migrations.initialize("id", concurrency=2, target_subset_size_gb=5)).wait()
    assert_type(migration, Migration)
    credentials = await astra.migrations.credentials("id", "migration")
    assert_type(credentials, UploadCredentials | None)
    if credentials and credentials.keys:
        assert_type(credentials.keys.session_token, Secret | None)
    assert_type(await astra.migrations.pause("id", "migration"), Migration)
    assert_type(blocking.migrations.launch("id", "migration"), Operation[Migration])
    proxy = await astra.migration_proxies.launch("id", origin_username="u", origin_password="p", mappings=[node])
    assert_type(proxy, AsyncOperation[Database])


async def exports(astra: AsyncAstraDevOps, blocking: AstraDevOps, region: CdcRegion) -> None:
    assert_type(await astra.cdc.enable("id", tables=[("keyspace", "table")], regions=[region]), AsyncOperation[CdcConfig])
    assert_type(await astra.cdc.config("id"), CdcConfig | None)
    assert_type(await astra.cdc.get("id", "keyspace", "table"), list[TableCdc])
    sink = PrometheusSink(endpoint="https://prometheus.example.com", auth=BearerAuth(Secret("t")))
    assert_type(sink.auth, BasicAuth | BearerAuth)
    PrometheusSink(endpoint="https://prometheus.example.com", auth=TokenAuth("t"))  # type: ignore[arg-type]
    KafkaSink(bootstrap_servers=["b:9092"], topic="t", sasl_mechanism="PLAIN", sasl_username="u", sasl_password="p")
    assert_type(await astra.telemetry.set("id", sink), AsyncOperation[None])
    assert_type(await astra.telemetry.get("id"), TelemetrySink | None)
    assert_type(blocking.telemetry.set("id", sink), Operation[None])
    await astra.audit_logs.set(PulsarSink(endpoint="pulsar://p", topic="t", auth=TokenAuth("t")))
    await astra.audit_logs.set(sink)  # type: ignore[arg-type]
    assert_type(await astra.audit_logs.get(), PulsarSink | None)
    assert_type(blocking.audit_logs.delete(), Operation[None])


async def forgotten_awaits(astra: AsyncAstraDevOps) -> None:
    astra.databases.terminate("id").wait()  # type: ignore[attr-defined]
    astra.roles.list()[0]  # type: ignore[index]
    for _ in astra.roles.list():  # type: ignore[attr-defined]
        pass


async def provide() -> str:
    return "AstraCS:..."


def settings(plain: Callable[[], str]) -> None:
    AsyncAstraDevOps("AstraCS:...", timeout=10, retry=RetryPolicy(), clock=SystemClock())
    AsyncAstraDevOps(Secret("AstraCS:..."))
    AsyncAstraDevOps(plain)
    AsyncAstraDevOps(provide)
    AstraDevOps(plain)
    assert_type(AsyncAstraDevOps().with_options(timeout=300), AsyncAstraDevOps)
    assert_type(AstraDevOps().with_options(headers={"x-team": "data"}), AstraDevOps)


def submodules() -> None:
    assert_type(astra_devops.sinks.BearerAuth("t"), BearerAuth)
    assert_type(astra_devops.keys.AwsKey("arn", "us-east-1"), AwsKey)
    assert_type(astra_devops.policies.drn("id"), str)
    assert_type(astra_devops.scim.scim_filter("userName", "pr"), str)
    assert_type(astra_devops.models.Database, type[Database])
    assert_type(astra_devops.emulator.Emulator().url, str)
    assert_type(astra_devops.__version__, str)


def refusal(error: errors.APIStatusError) -> None:
    assert_type(error.status, int)
    assert_type(error.request_id, str | None)
    for detail in error.errors:
        assert_type(detail, errors.ErrorDetail)
