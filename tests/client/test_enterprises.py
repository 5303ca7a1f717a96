"""Enterprises: organizations, costs in either format, and billing reports that take a while."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import aiohttp
import pytest

from astra_devops import AsyncAstraDevOps, Secret, errors, models
from astra_devops.emulator import Emulator, Quirks, VirtualClock

pytestmark = pytest.mark.anyio


async def test_an_organization_is_created(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    enterprise_id = emulator.enterprise_id
    organization = await astra.enterprises.create_organization(
        "acme", email="a@example.com", admin_user_id="ann", enterprise_id=enterprise_id
    )
    assert (organization.organization_name, organization.organization_email, organization.enterprise_id) == (
        "acme",
        "a@example.com",
        enterprise_id,
    )
    assert organization.organization_id
    assert organization.created_at is not None
    assert organization.created_at.microsecond == 395919
    assert emulator.journal[0].body == {"name": "acme", "email": "a@example.com", "adminUserID": "ann", "enterpriseID": enterprise_id}


async def test_a_creation_whose_answer_is_lost_is_reported_and_not_repeated(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    emulator.faults.reset_after_effect("createOrganizationInEnterprise")
    with pytest.raises(errors.OutcomeUnknownError):
        await astra.enterprises.create_organization(
            "acme", email="a@example.com", admin_user_id="ann", enterprise_id=emulator.enterprise_id
        )
    assert emulator.journal.count("createOrganizationInEnterprise") == 1


@pytest.mark.parametrize("argument", ["name", "email", "admin_user_id", "enterprise_id"])
async def test_no_field_of_an_organization_may_be_empty(emulator: Emulator, astra: AsyncAstraDevOps, argument: str) -> None:
    arguments = {"name": "acme", "email": "a@example.com", "admin_user_id": "ann", "enterprise_id": "e-1", argument: ""}
    with pytest.raises(ValueError, match=argument):
        await astra.enterprises.create_organization(**arguments)
    assert len(emulator.journal) == 0


@pytest.mark.parametrize("costs_are_strings", [False, True])
async def test_costs_are_decimals_whether_the_service_writes_numbers_or_strings(costs_are_strings: bool) -> None:
    async with (
        Emulator(clock=VirtualClock(), quirks=Quirks(costs_are_strings=costs_are_strings)) as emulator,
        AsyncAstraDevOps(emulator.token, base_url=emulator.url, clock=emulator.clock) as astra,
    ):
        ids = [emulator.add_database(name) for name in ("orders", "stock")]
        start = emulator.clock.now()
        await emulator.clock.sleep(86_400)
        consumption = await astra.enterprises.consumption(start, emulator.clock.now())
        assert consumption.costs is not None
        assert [cost.cluster_id for cost in consumption.costs] == ids
        amounts = [cost.cost for cost in consumption.costs if cost.cost is not None]
        assert {type(amount) for amount in amounts} == {Decimal}
        assert consumption.total_cost == pytest.approx(sum(amounts, Decimal(0)))


async def test_consumption_can_be_filtered(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    ids = [emulator.add_database(name) for name in ("orders", "stock")]
    start = emulator.clock.now()
    await emulator.clock.sleep(3600)
    end = emulator.clock.now().astimezone()
    consumption = await astra.enterprises.consumption(start, end, resource_ids=ids[:1], organization_ids=[emulator.organization_id])
    assert [cost.cluster_id for cost in consumption.costs or ()] == ids[:1]
    body = emulator.journal[0].body
    assert set(body) == {"fromDate", "toDate", "resourceIDs", "orgIDs"}
    assert body["toDate"].endswith("Z")
    other = await astra.enterprises.consumption(start, end, organization_ids=["another"])
    assert (other.costs, other.total_cost) == ([], None)


async def test_usage_sends_the_earlier_request_and_allows_a_longer_period(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    database_id = emulator.add_database("orders")
    start = emulator.clock.now()
    await emulator.clock.sleep(89 * 86_400)
    consumption = await astra.enterprises.usage(start, emulator.clock.now(), cluster_ids=[database_id])
    assert [cost.region for cost in consumption.costs or ()] == ["us-east-2"]
    assert set(emulator.journal[0].body) == {"startDate", "endDate", "clusterIDs"}


NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize(("method", "days"), [("consumption", 31), ("usage", 90)])
async def test_the_period_is_checked(emulator: Emulator, astra: AsyncAstraDevOps, method: str, days: int) -> None:
    fetch = getattr(astra.enterprises, method)
    await fetch(NOW, NOW + timedelta(days=days))
    with pytest.raises(ValueError, match=f"end must be at most {days} days"):
        await fetch(NOW, NOW + timedelta(days=days, microseconds=1))
    with pytest.raises(ValueError, match="end must be after start"):
        await fetch(NOW, NOW)
    with pytest.raises(ValueError, match="start must have a time zone"):
        await fetch(NOW.replace(tzinfo=None), NOW)
    with pytest.raises(TypeError, match="end must be a datetime"):
        await fetch(NOW, "2026-03-02")
    with pytest.raises(TypeError, match="organization_ids"):
        await fetch(NOW, NOW + timedelta(days=1), organization_ids="one")
    with pytest.raises(ValueError, match="organization_ids"):
        await fetch(NOW, NOW + timedelta(days=1), organization_ids=[])
    assert len(emulator.journal) == 1


async def test_a_report_is_waited_for_and_downloaded(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    emulator.add_database("orders")
    await emulator.clock.sleep(3600)
    now = emulator.clock.now()
    operation = await astra.enterprises.create_billing_report(now.month, now.year)
    assert emulator.journal[0].body == {"month": str(now.month), "year": str(now.year)}
    assert operation.resource_id is not None
    pending = await astra.enterprises.get_billing_report(operation.resource_id)
    assert (pending.status, pending.report_details) == (models.BillingReportStatus.INITIATED, models.BillingReportDetails())
    statuses = [event.status async for event in operation.events()]
    assert list(dict.fromkeys(statuses)) == ["INITIATED", "PENDING", "COMPLETED"]
    report = await (await astra.resume(operation.resume_token)).wait()
    assert isinstance(report.report_details.csv_download_url, Secret)
    assert "X-Amz-Signature" not in repr(report)
    async with aiohttp.ClientSession() as session, session.get(report.report_details.csv_download_url.reveal()) as answer:
        assert (await answer.text()).startswith("organization,database,region,cost\n" + emulator.organization_id)


async def test_a_report_is_saved_as_a_file(emulator: Emulator, astra: AsyncAstraDevOps, tmp_path: Path) -> None:
    emulator.add_database("orders")
    await emulator.clock.sleep(3600)
    now = emulator.clock.now()
    operation = await astra.enterprises.create_billing_report(now.month, now.year)
    report_id = operation.ids["report_id"]
    with pytest.raises(ValueError, match=f"report {report_id} has no file to download: its status is INITIATED"):
        await astra.enterprises.download_billing_report(report_id, tmp_path)
    assert not list(tmp_path.iterdir())

    await operation.wait()
    path = await astra.enterprises.download_billing_report(report_id, tmp_path)
    assert path == tmp_path / f"billing-report-{report_id}.csv"
    assert path.read_text().startswith("organization,database,region,cost\n")
    assert path.stat().st_mode & 0o077 == 0

    with pytest.raises(ValueError, match="report_id must not contain a path separator"):
        await astra.enterprises.download_billing_report("../r", tmp_path)
    with pytest.raises(errors.NotFoundError):
        await astra.enterprises.download_billing_report("00000000-0000-0000-0000-000000000000", tmp_path)


async def test_a_report_that_fails(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    emulator.faults.fail_state("generateReport")
    operation = await astra.enterprises.create_billing_report(3, 2026)
    with pytest.raises(errors.OperationFailedError, match="FAILED"):
        await operation.wait()


async def test_a_report_whose_answer_is_lost_is_not_started_twice(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    emulator.faults.reset_after_effect("generateReport")
    with pytest.raises(errors.OutcomeUnknownError):
        await astra.enterprises.create_billing_report(3, 2026)
    assert emulator.journal.count("generateReport") == 1


@pytest.mark.parametrize(("month", "year", "argument"), [(0, 2026, "month"), (13, 2026, "month"), (3, 26, "year")])
async def test_an_invalid_month_is_refused(emulator: Emulator, astra: AsyncAstraDevOps, month: int, year: int, argument: str) -> None:
    with pytest.raises(ValueError, match=argument):
        await astra.enterprises.create_billing_report(month, year)
    with pytest.raises(TypeError, match="month"):
        await astra.enterprises.create_billing_report("3", 2026)
    assert len(emulator.journal) == 0


async def test_a_missing_report_is_not_found(astra: AsyncAstraDevOps) -> None:
    with pytest.raises(errors.NotFoundError):
        await astra.enterprises.get_billing_report("00000000-0000-0000-0000-000000000000")
