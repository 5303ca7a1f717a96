"""The enterprise above the organisation: new organisations, costs, and billing reports that take a while."""

import re
import uuid
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs

from astra_devops.emulator import replies
from astra_devops.emulator.resources._default_roles import ACTIONS
from astra_devops.emulator.state.databases import Database, Organization
from astra_devops.emulator.state.stores import store
from astra_devops.emulator.state.tokens import Token
from astra_devops.emulator.state.transitions import Progress
from astra_devops.emulator.world import Handler, Platform, Request, World, as_object, plain_refusal

REPORTS = "/billing-reports/"
MONTH = re.compile(r"0?[1-9]|1[0-2]")
YEAR = re.compile(r"[12][0-9]{3}")
CENTS_PER_HOUR = 12.3456789


@attrs.define
class Report:
    """One billing report. Its state follows from the time since it was asked for."""

    id: str
    month: str
    year: str
    progress: Progress
    asked_for: datetime


@store("reports")
@attrs.define
class Reports:
    """The billing reports of the enterprise, by id."""

    by_id: dict[str, Report] = attrs.field(factory=dict)


def create_organization(world: World, request: Request) -> replies.Reply:
    """Make an organisation without anything in it.

    Answered in the wire's own casing, with nanoseconds.
    """
    body, platform = as_object(request.body), world.platform
    enterprise_id = body.get("enterpriseID", platform.enterprise_id)
    if enterprise_id != platform.enterprise_id:
        raise plain_refusal(world, 403, f"The token may not make organizations in enterprise {enterprise_id}.")
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
    """Make an organisation.

    The roles of the service have the same ids in each: the tests of astra-cli count on it, whoever
    runs them.
    """
    roles = dict(platform.worlds[platform.enterprise_id].organization.roles)
    return platform.add_world(Organization(platform.new_id(), name, owner_id, email, platform.clock.now(), roles))


def populate(platform: Platform) -> Token:
    """Make the enterprise, its first organisation, and the emulator's own token."""
    now, roles = platform.clock.now(), {name: platform.new_id() for name in ACTIONS}
    platform.enterprise_id = platform.new_id()
    platform.add_world(Organization(platform.enterprise_id, "Emulated Enterprise", platform.new_id(), "enterprise@example.com", now, roles))
    first = add_organization(platform, "Emulated Organization", "owner@example.com", platform.new_id()).organization
    return platform.token_store.issue(platform.rng, now, first.id, unlimited=True, enterprise=True)


def get_consumption(world: World, request: Request) -> replies.Reply:
    """Give the costs of each datacenter within a window, by either form of the request."""
    body = as_object(request.body)
    earlier = "startDate" in body
    start, end = (_moment(body, name) for name in (("startDate", "endDate") if earlier else ("fromDate", "toDate")))
    days = 90 if earlier else 31
    if not timedelta() < end - start <= timedelta(days=days):
        raise replies.refusal(422, f"The window must be of at most {days} days.")
    wanted = body.get("clusterIDs" if earlier else "resourceIDs")
    costs: list[dict[str, object]] = []
    for member in world.platform.organizations:
        if not body.get("orgIDs") or member.organization.id in body["orgIDs"]:
            databases = [database for database in member.organization.databases.values() if not wanted or database.id in wanted]
            for database in databases:
                costs += _costs(member, member.refresh(database), start, end)
    total = sum(float(str(cost["cost"])) for cost in costs) if costs else None
    return replies.json({"costs": costs, "totalCost": total})


def generate_report(world: World, request: Request) -> replies.Reply:
    """Start to make a report. Every request makes another one."""
    body = as_object(request.body)
    if not (MONTH.fullmatch(body["month"]) and YEAR.fullmatch(body["year"])):
        raise replies.refusal(400, "month must be from 1 to 12, and year one of four digits")
    stuck_in, ends_in = world.faults.state_fault_of(request.operation.id, "generate report")
    progress = Progress("generate report", world.clock.monotonic(), "", stuck_in=stuck_in, ends_in=ends_in)
    report = Report(world.new_id(), body["month"], body["year"], progress, world.clock.now())
    _reports(world.platform)[report.id] = report
    return replies.json(_report(world, report))


def get_report(world: World, request: Request) -> replies.Reply:
    """Give a report, and where to download it once it is there."""
    report = _reports(world.platform).get(request.arguments["reportId"])
    if report is None:
        raise replies.refusal(404, f"Report {request.arguments['reportId']} could not be found.")
    document = _report(world, report)
    details: dict[str, object] = {}
    if document["status"] == "COMPLETED":
        now = world.clock.now()
        details = {
            "csvDownloadUrl": world.platform.signer.sign(world.platform.edge_url, f"{REPORTS}{report.id}.csv", "us-east-1", now),
            "generatedAt": replies.timestamp(report.asked_for + timedelta(seconds=report.progress.ends() - report.progress.began)),
            "expirationAt": replies.timestamp(now + timedelta(minutes=5)),
            "isStale": False,
        }
    return replies.json({**document, "reportDetails": details or None})


def csv_of(platform: Platform, path: str) -> bytes | None:
    """Give the file behind a report's download address; None if there is no such report."""
    report = _reports(platform).get(path.removeprefix(REPORTS).removesuffix(".csv"))
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


def _report(world: World, report: Report) -> dict[str, object]:
    status = report.progress.state(world.clock.monotonic())
    return {"reportId": report.id, "status": status, "month": report.month, "year": report.year}


def _costs(world: World, database: Database, start: datetime, end: datetime) -> Iterator[dict[str, object]]:
    """Reckon what the datacenters of a database cost within a window."""
    until = min(end, database.terminated or world.clock.now())
    for datacenter in database.datacenters:
        hours = (until - max(start, datacenter.created)).total_seconds() / 3600
        if hours > 0:
            cost = hours * CENTS_PER_HOUR / 100
            yield {
                "orgId": world.organization.id,
                "clusterID": database.id,
                "region": datacenter.region,
                "cost": str(cost) if world.quirks.costs_are_strings else cost,
            }


def _moment(body: Mapping[str, Any], name: str) -> datetime:
    try:
        moment = datetime.fromisoformat(body[name])
    except (KeyError, ValueError):
        raise replies.refusal(400, f"{name} must be a time after RFC 3339") from None
    if moment.tzinfo is None:
        raise replies.refusal(400, f"{name} must be a time after RFC 3339, with a zone")
    return moment


OPERATIONS: dict[str, Handler] = {
    "createOrganizationInEnterprise": create_organization,
    "GetEnterpriseConsumption": get_consumption,
    "generateReport": generate_report,
    "getReportDetails": get_report,
}
