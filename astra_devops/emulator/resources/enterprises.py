"""The enterprise above the organizations: new organizations, costs and billing reports."""

import re
import uuid
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import attrs

from astra_devops.emulator import replies
from astra_devops.emulator.resources._default_roles import DEFAULT_ROLES
from astra_devops.emulator.state.databases import Database, Organization
from astra_devops.emulator.state.stores import store
from astra_devops.emulator.state.tokens import Token
from astra_devops.emulator.state.transitions import Progress
from astra_devops.emulator.world import Handler, Platform, Request, World, as_object, plain_refusal

REPORTS_PATH: Final = "/billing-reports/"
_MONTH: Final = re.compile(r"0?[1-9]|1[0-2]")
_YEAR: Final = re.compile(r"[12][0-9]{3}")
_CENTS_PER_HOUR: Final = 12.3456789


@attrs.define
class Report:
    """One billing report. Its state follows from the time since it was requested."""

    id: str
    month: str
    year: str
    progress: Progress
    requested_at: datetime


@store("reports")
@attrs.define
class Reports:
    """The billing reports of the enterprise, by id."""

    by_id: dict[str, Report] = attrs.field(factory=dict)


def create_organization(world: World, request: Request) -> replies.Reply:
    """Create an empty organization.

    The answer has the service's own casing of names, and nanoseconds.
    """
    body, platform = as_object(request.body), world.platform
    enterprise_id = body.get("enterpriseID", platform.enterprise_id)
    if enterprise_id != platform.enterprise_id:
        raise plain_refusal(world, 403, f"The token may not create organizations in enterprise {enterprise_id}.")
    organization = add_organization(platform, body["name"], body["email"], body["adminUserID"]).organization
    created = f"{organization.created:%Y-%m-%dT%H:%M:%S}.395919529Z"
    document = {
        "OrganizationName": organization.name,
        "OrganizationID": organization.id,
        "OrganizationEmail": organization.owner_email,
        "MarketplaceData": None,
        "CreatedAt": created,
        "LastModified": created,
        "OrgType": "organization",
        "EnterpriseId": platform.enterprise_id,
        "OrganizationGroupId": str(uuid.uuid5(uuid.UUID(platform.enterprise_id), "organizations")),
    }
    return replies.json(document, 201)


def add_organization(platform: Platform, name: str, email: str, owner_id: str) -> World:
    """Create an organization.

    The default roles have the same ids in every organization, because the tests of astra-cli rely
    on that.
    """
    roles = dict(platform.worlds[platform.enterprise_id].organization.roles)
    return platform.add_world(Organization(platform.new_id(), name, owner_id, email, platform.clock.now(), roles))


def populate(platform: Platform) -> Token:
    """Create the enterprise, its first organization and the emulator's own token.

    Returns the token.
    """
    now, roles = platform.clock.now(), {name: platform.new_id() for name in DEFAULT_ROLES}
    platform.enterprise_id = platform.new_id()
    platform.add_world(Organization(platform.enterprise_id, "Emulated Enterprise", platform.new_id(), "enterprise@example.com", now, roles))
    first = add_organization(platform, "Emulated Organization", "owner@example.com", platform.new_id()).organization
    return platform.token_store.issue(platform.rng, now, first.id, unlimited=True, enterprise=True)


def get_consumption(world: World, request: Request) -> replies.Reply:
    """Return the costs of each datacenter within a window, for either form of the request."""
    body = as_object(request.body)
    is_old_form = "startDate" in body
    start, end = (_read_time(body, name) for name in (("startDate", "endDate") if is_old_form else ("fromDate", "toDate")))
    days = 90 if is_old_form else 31
    if not timedelta() < end - start <= timedelta(days=days):
        raise replies.refusal(422, f"The window must be of at most {days} days.")
    database_ids = body.get("clusterIDs" if is_old_form else "resourceIDs")
    costs: list[dict[str, object]] = []
    for member in world.platform.organizations:
        if not body.get("orgIDs") or member.organization.id in body["orgIDs"]:
            databases = [database for database in member.organization.databases.values() if not database_ids or database.id in database_ids]
            for database in databases:
                costs += _costs(member, member.refresh(database), start, end)
    total = sum(float(str(cost["cost"])) for cost in costs) if costs else None
    return replies.json({"costs": costs, "totalCost": total})


def generate_report(world: World, request: Request) -> replies.Reply:
    """Start to generate a report. Every request starts another one."""
    body = as_object(request.body)
    if not (_MONTH.fullmatch(body["month"]) and _YEAR.fullmatch(body["year"])):
        raise replies.refusal(400, "month must be from 1 to 12, and year must have four digits")
    stuck_in, ends_in = world.faults.state_fault_of(request.operation.id, "generate report")
    progress = Progress("generate report", world.clock.monotonic(), "", stuck_in=stuck_in, ends_in=ends_in)
    report = Report(world.new_id(), body["month"], body["year"], progress, world.clock.now())
    _reports(world.platform)[report.id] = report
    return replies.json(_report_document(world, report))


def get_report(world: World, request: Request) -> replies.Reply:
    """Return a report and, once it is complete, the URL to download it from."""
    report = _reports(world.platform).get(request.arguments["reportId"])
    if report is None:
        raise replies.refusal(404, f"Report {request.arguments['reportId']} could not be found.")
    document = _report_document(world, report)
    document["reportDetails"] = {}  # The contract requires it, but no field of it.
    if document["status"] == "COMPLETED":
        now = world.clock.now()
        document["reportDetails"] = {
            "csvDownloadUrl": world.platform.signer.sign(world.platform.edge_url, f"{REPORTS_PATH}{report.id}.csv", "us-east-1", now),
            "generatedAt": replies.timestamp(report.requested_at + timedelta(seconds=report.progress.ends() - report.progress.began)),
            "expirationAt": replies.timestamp(now + timedelta(minutes=5)),
            "isStale": False,
        }
    return replies.json(document)


def report_csv(platform: Platform, path: str) -> bytes | None:
    """Return the file at the download path of a report, or None if there is no such report."""
    report = _reports(platform).get(path.removeprefix(REPORTS_PATH).removesuffix(".csv"))
    if report is None:
        return None
    start = datetime(int(report.year), int(report.month), 1, tzinfo=UTC)
    end = (start + timedelta(days=32)).replace(day=1)
    lines = ["organization,database,region,cost"]
    for member in platform.organizations:
        for database in member.organization.databases.values():
            for cost in _costs(member, member.refresh(database), start, end):
                lines.append(f"{cost['orgId']},{cost['clusterID']},{cost['region']},{cost['cost']}")
    return "\n".join([*lines, ""]).encode()


def _reports(platform: Platform) -> dict[str, Report]:
    return platform.worlds[platform.enterprise_id].store(Reports).by_id


def _report_document(world: World, report: Report) -> dict[str, object]:
    status = report.progress.state(world.clock.monotonic())
    return {"reportId": report.id, "status": status, "month": report.month, "year": report.year}


def _costs(world: World, database: Database, start: datetime, end: datetime) -> Iterator[dict[str, object]]:
    """Yield the costs of a database's datacenters within a window."""
    until = min(end, database.terminated or world.clock.now())
    for datacenter in database.datacenters:
        hours = (until - max(start, datacenter.created)).total_seconds() / 3600
        if hours > 0:
            cost = hours * _CENTS_PER_HOUR / 100
            yield {
                "orgId": world.organization.id,
                "clusterID": database.id,
                "region": datacenter.region,
                "cost": str(cost) if world.quirks.costs_are_strings else cost,
            }


def _read_time(body: Mapping[str, Any], name: str) -> datetime:
    try:
        time = datetime.fromisoformat(body[name])
    except (KeyError, ValueError):
        raise replies.refusal(400, f"{name} must be an RFC 3339 time") from None
    if time.tzinfo is None:
        raise replies.refusal(400, f"{name} must be an RFC 3339 time with an offset")
    return time


OPERATIONS: Final[dict[str, Handler]] = {
    "createOrganizationInEnterprise": create_organization,
    "GetEnterpriseConsumption": get_consumption,
    "generateReport": generate_report,
    "getReportDetails": get_report,
}
