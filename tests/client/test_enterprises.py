"""Enterprises: organizations that cannot be read back, costs in either form, reports that take a while."""

from datetime import UTC, datetime, timedelta

import aiohttp
import pytest

from astra_devops import AsyncAstraDevOps, Secret, errors, models
from astra_devops.emulator import Emulator, Quirks, VirtualClock

pytestmark = pytest.mark.anyio


async def test_an_organization_is_created(emulator, astra):
    enterprise_id = emulator.enterprise_id
    made = await astra.enterprises.create_organization("acme", email="a@example.com", admin_user_id="ann", enterprise_id=enterprise_id)
    assert (made.organization_name, made.organization_email, made.enterprise_id) == ("acme", "a@example.com", enterprise_id)
    assert made.organization_id
    assert made.created_at is not None
    assert made.created_at.microsecond == 395919
    assert emulator.journal[0].body == {"name": "acme", "email": "a@example.com", "adminUserID": "ann", "enterpriseID": enterprise_id}


async def test_a_lost_answer_to_create_organization_is_told_and_not_repeated(emulator, astra):
    emulator.faults.reset_after_effect("createOrganizationInEnterprise")
    with pytest.raises(errors.OutcomeUnknownError):
        await astra.enterprises.create_organization(
            "acme", email="a@example.com", admin_user_id="ann", enterprise_id=emulator.enterprise_id
        )
    assert emulator.journal.count("createOrganizationInEnterprise") == 1


@pytest.mark.parametrize("argument", ["name", "email", "admin_user_id", "enterprise_id"])
async def test_nothing_about_an_organization_may_be_empty(emulator, astra, argument):
    arguments = {"name": "acme", "email": "a@example.com", "admin_user_id": "ann", "enterprise_id": "e-1", argument: ""}
    with pytest.raises(ValueError, match=argument):
        await astra.enterprises.create_organization(**arguments)
    assert len(emulator.journal) == 0


@pytest.mark.parametrize("costs_are_strings", [False, True])
async def test_costs_stay_as_the_service_writes_them(costs_are_strings):
    async with (
        Emulator(clock=VirtualClock(), quirks=Quirks(costs_are_strings=costs_are_strings)) as emulator,
        AsyncAstraDevOps(emulator.token, base_url=emulator.url, clock=emulator.clock) as astra,
    ):
        ids = [emulator.add_database(name) for name in ("orders", "stock")]
        start = emulator.clock.now()
        await emulator.clock.sleep(86_400)
        found = await astra.enterprises.consumption(start, emulator.clock.now())
        assert found.costs is not None
        assert [cost.cluster_id for cost in found.costs] == ids
        assert {type(cost.cost) for cost in found.costs} == {str if costs_are_strings else float}
        assert found.total_cost == pytest.approx(sum(float(cost.cost) for cost in found.costs))


async def test_consumption_of_a_selection(emulator, astra):
    ids = [emulator.add_database(name) for name in ("orders", "stock")]
    start = emulator.clock.now()
    await emulator.clock.sleep(3600)
    end = emulator.clock.now().astimezone()
    found = await astra.enterprises.consumption(start, end, resource_ids=ids[:1], organization_ids=[emulator.organization_id])
    assert [cost.cluster_id for cost in found.costs or ()] == ids[:1]
    sent = emulator.journal[0].body
    assert set(sent) == {"fromDate", "toDate", "resourceIDs", "orgIDs"}
    assert sent["toDate"].endswith("Z")
    other = await astra.enterprises.consumption(start, end, organization_ids=["another"])
    assert (other.costs, other.total_cost) == ([], None)


async def test_usage_takes_the_form_of_the_earlier_edition_and_a_longer_window(emulator, astra):
    database_id = emulator.add_database("orders")
    start = emulator.clock.now()
    await emulator.clock.sleep(89 * 86_400)
    found = await astra.enterprises.usage(start, emulator.clock.now(), cluster_ids=[database_id])
    assert [cost.region for cost in found.costs or ()] == ["us-east-2"]
    assert set(emulator.journal[0].body) == {"startDate", "endDate", "clusterIDs"}


NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize(("method", "days"), [("consumption", 31), ("usage", 90)])
async def test_a_window_is_checked(emulator, astra, method, days):
    ask = getattr(astra.enterprises, method)
    await ask(NOW, NOW + timedelta(days=days))
    with pytest.raises(ValueError, match=f"end must be at most {days} days"):
        await ask(NOW, NOW + timedelta(days=days, microseconds=1))
    with pytest.raises(ValueError, match="end must be after start"):
        await ask(NOW, NOW)
    with pytest.raises(ValueError, match="start must have a time zone"):
        await ask(NOW.replace(tzinfo=None), NOW)
    with pytest.raises(TypeError, match="end must be a datetime"):
        await ask(NOW, "2026-03-02")
    with pytest.raises(TypeError, match="organization_ids"):
        await ask(NOW, NOW + timedelta(days=1), organization_ids="one")
    with pytest.raises(ValueError, match="organization_ids"):
        await ask(NOW, NOW + timedelta(days=1), organization_ids=[])
    assert len(emulator.journal) == 1


async def test_a_report_is_waited_for_and_downloaded(emulator, astra):
    emulator.add_database("orders")
    await emulator.clock.sleep(3600)
    now = emulator.clock.now()
    operation = await astra.enterprises.create_billing_report(now.month, now.year)
    assert emulator.journal[0].body == {"month": str(now.month), "year": str(now.year)}
    assert operation.resource_id is not None
    pending = await astra.enterprises.get_billing_report(operation.resource_id)
    assert (pending.status, pending.report_details) == (models.BillingReportStatus.INITIATED, None)
    statuses = [event.status async for event in operation.events()]
    assert list(dict.fromkeys(statuses)) == ["INITIATED", "PENDING", "COMPLETED"]
    report = await (await astra.resume(operation.resume_token)).wait()
    assert report.report_details is not None
    assert isinstance(report.report_details.csv_download_url, Secret)
    assert "X-Amz-Signature" not in repr(report)
    async with aiohttp.ClientSession() as session, session.get(report.report_details.csv_download_url.reveal()) as answer:
        assert (await answer.text()).startswith("organization,database,region,cost\n" + emulator.organization_id)


async def test_a_report_that_fails(emulator, astra):
    emulator.faults.fail_state("generateReport")
    operation = await astra.enterprises.create_billing_report(3, 2026)
    with pytest.raises(errors.OperationFailedError, match="FAILED"):
        await operation.wait()


async def test_a_lost_answer_to_create_billing_report_is_told_and_not_repeated(emulator, astra):
    emulator.faults.reset_after_effect("generateReport")
    with pytest.raises(errors.OutcomeUnknownError):
        await astra.enterprises.create_billing_report(3, 2026)
    assert emulator.journal.count("generateReport") == 1


@pytest.mark.parametrize(("month", "year", "named"), [(0, 2026, "month"), (13, 2026, "month"), (3, 26, "year")])
async def test_a_month_that_there_is_not(emulator, astra, month, year, named):
    with pytest.raises(ValueError, match=named):
        await astra.enterprises.create_billing_report(month, year)
    with pytest.raises(TypeError, match="month"):
        await astra.enterprises.create_billing_report("3", 2026)
    assert len(emulator.journal) == 0


async def test_a_report_that_nobody_asked_for(astra):
    with pytest.raises(errors.NotFoundError):
        await astra.enterprises.get_billing_report("00000000-0000-0000-0000-000000000000")
