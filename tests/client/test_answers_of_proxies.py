"""A proxy in front of the service answers in its place, which says nothing about a resource."""

import pytest

from astra_devops import AsyncAstraDevOps, errors
from astra_devops.emulator import Emulator

PAGE = ("<html><title>404 Not Found</title></html>", "text/html")
WORDS = ("default backend - 404", "text/plain")
JSON = ({"message": "no Route matched with those values"}, "application/json")
PROXIES = pytest.mark.parametrize(("body", "content_type"), [PAGE, WORDS, JSON], ids=["page", "words", "json"])
PLACE = {"cloud_provider": "AWS", "region": "us-east-2"}


def answer_404(emulator: Emulator, operation: str, body: object, content_type: str, *, times: int | None = None) -> None:
    emulator.faults.status(operation, 404, body=body, content_type=content_type, times=times)


@PROXIES
async def test_a_404_of_a_proxy_is_not_the_absence_of_a_resource(
    emulator: Emulator, astra: AsyncAstraDevOps, body: object, content_type: str
) -> None:
    database_id = emulator.add_database("orders")
    answer_404(emulator, "getDatabase", body, content_type)
    with pytest.raises(errors.APIStatusError, match="the answer of a proxy in front of the service") as caught:
        await astra.databases.get(database_id)
    assert type(caught.value) is errors.APIStatusError


@PROXIES
@pytest.mark.parametrize("read", ["audit_logs", "devops_access_lists"])
async def test_settings_are_not_taken_for_absent(
    emulator: Emulator, astra: AsyncAstraDevOps, body: object, content_type: str, read: str
) -> None:
    operation = {"audit_logs": "getAuditLogExporterConfig", "devops_access_lists": "getDevOpsAccessList"}[read]
    answer_404(emulator, operation, body, content_type)
    with pytest.raises(errors.APIStatusError):
        await getattr(astra, read).get()


@PROXIES
async def test_it_does_not_switch_off_the_guard_against_a_lock_out(
    emulator: Emulator, astra: AsyncAstraDevOps, body: object, content_type: str
) -> None:
    await astra.devops_access_lists.add(["127.0.0.0/8", "10.0.0.0/8"], calling_from=None)
    answer_404(emulator, "getDevOpsAccessList", body, content_type)
    with pytest.raises(errors.APIStatusError):
        await astra.devops_access_lists.update("127.0.0.0/8", enabled=False, calling_from="127.0.0.1")
    assert emulator.journal.count("updateDevOpsAccessListAddress") == 0


@PROXIES
async def test_a_rotation_does_not_take_it_for_a_revocation(
    emulator: Emulator, astra: AsyncAstraDevOps, body: object, content_type: str
) -> None:
    old = await astra.tokens.create(["UI View Only"])
    answer_404(emulator, "deleteTokenForClient", body, content_type)
    with pytest.raises(errors.APIStatusError) as caught:
        await astra.tokens.rotate(old.client_id, on_new=lambda token: None)
    assert "proxy" in str(caught.value)
    assert old.client_id in [info.client_id for info in await astra.tokens.list()]


@PROXIES
async def test_a_look_after_a_lost_write_goes_on(emulator: Emulator, astra: AsyncAstraDevOps, body: object, content_type: str) -> None:
    database_id = emulator.add_database("orders")
    emulator.faults.status("terminateDatabase", 502)
    answer_404(emulator, "getDatabase", body, content_type, times=1)
    await astra.databases.terminate(database_id)
    assert [exchange.own_status for exchange in emulator.journal.of("terminateDatabase")][-1] == 202


@PROXIES
async def test_a_second_delete_is_not_taken_for_done(emulator: Emulator, astra: AsyncAstraDevOps, body: object, content_type: str) -> None:
    token = await astra.tokens.create(["UI View Only"])
    emulator.faults.status("deleteTokenForClient", 502, times=1)
    answer_404(emulator, "deleteTokenForClient", body, content_type)
    with pytest.raises(errors.AstraDevOpsError):
        await astra.tokens.delete(token.client_id)


@pytest.mark.parametrize("status", [507, 520, 522, 524, 530, 598])
async def test_any_5xx_may_have_taken_effect(emulator: Emulator, astra: AsyncAstraDevOps, status: int) -> None:
    emulator.faults.status("createDatabase", status, after_effect=True)
    operation = await astra.databases.create("orders", **PLACE)
    assert operation.ids["database_id"] in {database.id async for database in astra.databases.list()}
    assert emulator.journal.count("createDatabase") == 1


@pytest.mark.parametrize("status", [501, 505, 511])
async def test_some_5xx_are_refusals(emulator: Emulator, astra: AsyncAstraDevOps, status: int) -> None:
    emulator.faults.status("createDatabase", status)
    with pytest.raises(errors.ServerError):
        await astra.databases.create("orders", **PLACE)


@pytest.mark.parametrize("body", ["", "null"])
async def test_an_empty_answer_does_not_say_that_a_token_was_created(emulator: Emulator, astra: AsyncAstraDevOps, body: str) -> None:
    emulator.faults.body("createToken", body)
    with pytest.raises(errors.OutcomeUnknownError) as caught:
        await astra.tokens.create(["UI View Only"])
    assert len(caught.value.candidates) == 1, "the emulator did create it"
