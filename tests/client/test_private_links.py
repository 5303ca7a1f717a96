"""Private links: endpoints that appear late, other ids on Azure, and errors in plain text."""

from datetime import UTC, datetime
from typing import Any

import pytest

from astra_devops import AsyncAstraDevOps, errors
from astra_devops.emulator import Emulator, Quirks, VirtualClock
from astra_devops.models import PrivateLinkEndpoint
from astra_devops.operations.conditions.private_links import find_endpoints

pytestmark = pytest.mark.anyio

ME = "arn:aws:iam::123456789012:root"
ENDPOINT = "vpce-0123456789abcdef0"
AZURE = "/subscriptions/0a/resourceGroups/net/providers/Microsoft.Network/privateEndpoints/Orders-pe"


@pytest.fixture
async def place(emulator: Emulator, astra: AsyncAstraDevOps) -> Any:
    """A datacenter with an allowed principal, as the first two arguments of every method."""
    database_id = emulator.add_database("orders")
    await astra.private_links.add_principals(database_id, f"{database_id}-1", [ME])
    return database_id, f"{database_id}-1"


@pytest.fixture
async def azure(emulator: Emulator, astra: AsyncAstraDevOps) -> Any:
    database_id = emulator.add_database("orders", cloud_provider="AZURE", region="eastus")
    await astra.private_links.add_principals(database_id, f"{database_id}-1", ["0a"])
    return database_id, f"{database_id}-1"


async def test_principals_are_added_and_removed(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    database_id = emulator.add_database("orders")
    place = (database_id, f"{database_id}-1")
    assert (await astra.private_links.get(*place)).allowed_principals == []
    service = await astra.private_links.add_principals(*place, [ME])
    assert service.service_name.startswith("com.amazonaws.vpce.us-east-2.vpce-svc-")
    service = await astra.private_links.add_principals(*place, ["arn:aws:iam::1:root"])
    assert service.allowed_principals == [ME, "arn:aws:iam::1:root"]
    await astra.private_links.remove_principal(*place, ME)
    assert (await astra.private_links.get(*place)).allowed_principals == ["arn:aws:iam::1:root"]
    with pytest.raises(errors.NotFoundError, match="is not allowed"):
        await astra.private_links.remove_principal(*place, ME)


async def test_links_are_listed_by_database(emulator: Emulator, astra: AsyncAstraDevOps, place: Any) -> None:
    emulator.add_database("bare")
    assert [cluster.cluster_id for cluster in await astra.private_links.list()] == [place[0]]
    (cluster,) = await astra.private_links.list(database_id=place[0])
    assert [(link.datacenter_id, link.allowed_principals) for link in cluster.datacenters] == [(place[1], [ME])]
    await (await astra.databases.terminate(place[0])).wait()
    assert await astra.private_links.list() == []
    with pytest.raises(errors.NotFoundError):
        await astra.private_links.list(database_id=place[0])


async def test_an_endpoint_is_accepted_described_and_rejected(astra: AsyncAstraDevOps, place: Any) -> None:
    operation = await astra.private_links.accept_endpoint(*place, ENDPOINT, description="billing")
    assert operation.resource_id == ENDPOINT
    endpoint = await operation.wait()
    assert (endpoint.endpoint_id, endpoint.status, endpoint.description) == (ENDPOINT, "Accepted", "billing")
    assert endpoint.created_date_time == datetime(2026, 1, 1, tzinfo=UTC)
    assert await astra.private_links.get_endpoint(*place, ENDPOINT) == endpoint
    assert (await astra.private_links.describe_endpoint(*place, ENDPOINT, "")).description == ""
    with pytest.raises(errors.ConflictError):
        await astra.private_links.accept_endpoint(*place, ENDPOINT)
    await astra.private_links.reject_endpoint(*place, ENDPOINT)
    assert (await astra.private_links.get(*place)).endpoints == []


async def test_an_endpoint_that_shows_late_is_waited_for() -> None:
    async with (
        Emulator(clock=VirtualClock(), quirks=Quirks(private_link_lag=10.0)) as emulator,
        AsyncAstraDevOps(emulator.token, base_url=emulator.url, clock=emulator.clock) as astra,
    ):
        database_id = emulator.add_database("orders")
        place = (database_id, f"{database_id}-1")
        await astra.private_links.add_principals(*place, [ME])
        operation = await astra.private_links.accept_endpoint(*place, ENDPOINT)
        assert not (await operation.refresh()).done
        assert (await operation.wait()).status == "Accepted"


async def test_on_azure_an_endpoint_is_stored_under_another_id(astra: AsyncAstraDevOps, azure: Any) -> None:
    operation = await astra.private_links.accept_endpoint(*azure, AZURE)
    assert operation.resource_id.startswith("Orders-pe.")
    endpoint = await operation.wait()
    assert endpoint.endpoint_id == operation.resource_id
    with pytest.raises(errors.NotFoundError):
        await astra.private_links.get_endpoint(*azure, "Orders-pe")
    await astra.private_links.reject_endpoint(*azure, endpoint.endpoint_id)


async def test_on_azure_a_wait_finds_the_endpoint_by_its_registered_id(emulator: Emulator, astra: AsyncAstraDevOps, azure: Any) -> None:
    emulator.faults.body("AcceptEndpointToService", {"endpointID": AZURE, "status": "Accepted"})
    endpoint = await (await astra.private_links.accept_endpoint(*azure, AZURE)).wait()
    assert endpoint.endpoint_id.startswith("Orders-pe.")


def test_an_endpoint_is_found_by_its_exact_id_or_by_a_derived_one() -> None:
    guid = "0f8fad5b-d9cb-469f-a165-70867728950e"
    endpoints = [PrivateLinkEndpoint(endpoint_id=text) for text in ("pe", f"pe-2.{guid}", f"other.{guid}", f"{ENDPOINT}0", None)]
    assert [endpoint.endpoint_id for endpoint in find_endpoints(endpoints, "pe")] == ["pe"]
    assert [endpoint.endpoint_id for endpoint in find_endpoints(endpoints, "PE-2")] == [f"pe-2.{guid}"]
    assert [endpoint.endpoint_id for endpoint in find_endpoints(endpoints, "/subscriptions/0a/privateEndpoints/Other")] == [f"other.{guid}"]
    assert find_endpoints(endpoints, ENDPOINT) == find_endpoints(endpoints, "oth") == []


async def test_a_rejected_endpoint_ends_the_wait(emulator: Emulator, astra: AsyncAstraDevOps, place: Any) -> None:
    emulator.faults.fail_state("AcceptEndpointToService")
    operation = await astra.private_links.accept_endpoint(*place, ENDPOINT)
    with pytest.raises(errors.OperationFailedError, match="Rejected"):
        await operation.wait()


async def test_an_unknown_state_means_not_yet(emulator: Emulator, astra: AsyncAstraDevOps, place: Any) -> None:
    emulator.faults.stuck("AcceptEndpointToService", "PendingApproval")
    operation = await astra.private_links.accept_endpoint(*place, ENDPOINT)
    with pytest.raises(errors.OperationTimeoutError, match="PendingApproval"):
        await operation.wait(timeout=60)


async def test_a_wait_can_be_resumed_elsewhere(astra: AsyncAstraDevOps, place: Any) -> None:
    operation = await astra.private_links.accept_endpoint(*place, ENDPOINT)
    assert (await (await astra.resume(operation.resume_token)).wait()).endpoint_id == ENDPOINT


async def test_errors_in_plain_text_are_read(astra: AsyncAstraDevOps, place: Any) -> None:
    with pytest.raises(errors.NotFoundError) as caught:
        await astra.private_links.get_endpoint(*place, "vpce-none")
    assert caught.value.body.reveal() == b'"endpoint vpce-none not found"'
    assert [detail.message for detail in caught.value.errors] == ["endpoint vpce-none not found"]
    with pytest.raises(errors.NotFoundError) as caught:
        await astra.private_links.get(place[0], f"{place[0]}-9")
    assert [detail.message for detail in caught.value.errors] == [f"datacenter {place[0]}-9 not found"]


async def test_errors_in_the_usual_format_are_read_too() -> None:
    async with (
        Emulator(clock=VirtualClock(), quirks=Quirks(private_link_errors_in_text=False, renamed_azure_endpoints=False)) as emulator,
        AsyncAstraDevOps(emulator.token, base_url=emulator.url, clock=emulator.clock) as astra,
    ):
        database_id = emulator.add_database("orders", cloud_provider="AZURE", region="eastus")
        place = (database_id, f"{database_id}-1")
        await astra.private_links.add_principals(*place, ["0a"])
        assert (await (await astra.private_links.accept_endpoint(*place, "pe")).wait()).endpoint_id == "pe"
        with pytest.raises(errors.NotFoundError, match="endpoint other not found"):
            await astra.private_links.get_endpoint(*place, "other")


@pytest.mark.parametrize("fault", ["reset_after_effect", "reset_before_effect"])
async def test_lost_answers_are_reconciled(emulator: Emulator, astra: AsyncAstraDevOps, place: Any, fault: str) -> None:
    for operation in ("AddAllowedPrincipalToService", "RemoveAllowedPrincipalFromService", "UpdateEndpointDescription", "RejectEndpoint"):
        getattr(emulator.faults, fault)(operation)
    service = await astra.private_links.add_principals(*place, ["arn:aws:iam::1:root"])
    assert service.allowed_principals == [ME, "arn:aws:iam::1:root"]
    assert service.service_name
    await astra.private_links.remove_principal(*place, ME)
    await (await astra.private_links.accept_endpoint(*place, ENDPOINT)).wait()
    await astra.private_links.describe_endpoint(*place, ENDPOINT, "billing")
    await astra.private_links.reject_endpoint(*place, ENDPOINT)
    link = await astra.private_links.get(*place)
    assert (link.allowed_principals, link.endpoints) == (["arn:aws:iam::1:root"], [])


async def accept_and_lose_the_answer(emulator: Emulator, astra: AsyncAstraDevOps, place: Any, endpoint_id: str) -> None:
    emulator.faults.reset_after_effect("AcceptEndpointToService")
    endpoint = await (await astra.private_links.accept_endpoint(*place, endpoint_id)).wait()
    assert endpoint.status == "Accepted"
    assert emulator.journal.count("AcceptEndpointToService") == 1


async def test_an_endpoint_whose_acceptance_was_lost_is_found(emulator: Emulator, astra: AsyncAstraDevOps, place: Any) -> None:
    await accept_and_lose_the_answer(emulator, astra, place, ENDPOINT)


async def test_an_endpoint_on_azure_whose_acceptance_was_lost_is_found(emulator: Emulator, astra: AsyncAstraDevOps, azure: Any) -> None:
    await accept_and_lose_the_answer(emulator, astra, azure, AZURE)


async def test_an_acceptance_that_cannot_be_found_is_not_repeated(emulator: Emulator, astra: AsyncAstraDevOps, azure: Any) -> None:
    await (await astra.private_links.accept_endpoint(*azure, "pe")).wait()
    emulator.faults.reset_before_effect("AcceptEndpointToService")
    with pytest.raises(errors.OutcomeUnknownError, match="1 listed endpoints match the id") as caught:
        await astra.private_links.accept_endpoint(*azure, "/other/group/privateEndpoints/pe")
    assert len(caught.value.candidates) == 1
    assert emulator.journal.count("AcceptEndpointToService") == 2


async def test_bad_arguments_are_refused_before_anything_is_sent(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    links = astra.private_links
    for call, name, error in (
        (links.add_principals("d", "d-1", ME), "principals", TypeError),
        (links.add_principals("d", "d-1", []), "principals", ValueError),
        (links.add_principals("d", "d-1", [""]), "principals", ValueError),
        (links.remove_principal("d", "d-1", ""), "principal", ValueError),
        (links.accept_endpoint("d", "d-1", ""), "endpoint_id", ValueError),
        (links.describe_endpoint("d", "d-1", "e", None), "description", TypeError),
        (links.get("d", ""), "datacenter_id", ValueError),
    ):
        with pytest.raises(error, match=name):
            await call
    assert len(emulator.journal) == 0
