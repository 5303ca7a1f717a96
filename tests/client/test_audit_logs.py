"""Audit logs: exported to Pulsar only, some time after the service has accepted the request."""

import itertools
from typing import Any

import attrs
import pytest

from astra_devops import AsyncAstraDevOps, errors
from astra_devops.emulator import Emulator
from astra_devops.sinks import BearerAuth, OAuth2, PrometheusSink, PulsarSink, TokenAuth

pytestmark = pytest.mark.anyio

SINK = PulsarSink(endpoint="pulsar+ssl://pulsar.example.com", topic="persistent://audit/astra/log", auth=TokenAuth("hunter2"))


async def test_the_export_is_set_up_and_ended(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    assert await astra.audit_logs.get() is None
    operation = await astra.audit_logs.set(SINK)
    assert operation.resource_id == emulator.organization_id
    assert await astra.audit_logs.get() is None
    await operation.wait()
    assert await astra.audit_logs.get() == SINK
    operation = await astra.audit_logs.delete()
    assert not (await operation.refresh()).done
    await operation.wait()
    assert await astra.audit_logs.get() is None


async def test_the_organization_is_asked_for_only_when_it_is_not_given(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    await astra.audit_logs.get(organization_id=emulator.organization_id)
    await astra.audit_logs.set(SINK, organization_id=emulator.organization_id)
    assert emulator.journal.count("getCurrentOrganization") == 0
    await astra.audit_logs.get()
    assert emulator.journal.count("getCurrentOrganization") == 1


async def test_an_organization_that_does_not_exist(astra: AsyncAstraDevOps) -> None:
    assert await astra.audit_logs.get(organization_id="unknown") is None
    with pytest.raises(errors.NotFoundError):
        await astra.audit_logs.set(SINK, organization_id="unknown")


async def test_the_wait_for_a_new_sink_outlasts_the_old_one(astra: AsyncAstraDevOps) -> None:
    oauth2 = OAuth2(credentials_url="https://keys.example.com", issuer_url="https://issuer.example.com")
    others = [
        attrs.evolve(SINK, topic="persistent://audit/astra/other"),
        attrs.evolve(SINK, endpoint="pulsar+ssl://other.example.com"),
        attrs.evolve(SINK, auth=oauth2),
        attrs.evolve(SINK, auth=attrs.evolve(oauth2, issuer_url="https://other.example.com")),
    ]
    for old, new in itertools.pairwise([SINK, *others, SINK]):
        await (await astra.audit_logs.set(old)).wait()
        operation = await astra.audit_logs.set(new)
        assert not (await operation.refresh()).done, new
        await operation.wait()
        assert await astra.audit_logs.get() == new


@pytest.mark.parametrize("fault", ["reset_after_effect", "reset_before_effect"])
async def test_lost_answers_are_repeated_since_that_does_no_harm(emulator: Emulator, astra: AsyncAstraDevOps, fault: str) -> None:
    getattr(emulator.faults, fault)("setAuditLogExporterConfig")
    await (await astra.audit_logs.set(SINK)).wait()
    assert emulator.journal.count("setAuditLogExporterConfig") == 2
    getattr(emulator.faults, fault)("deleteAuditLogExporterConfig")
    await (await astra.audit_logs.delete()).wait()
    assert await astra.audit_logs.get() is None


async def test_a_deletion_that_took_effect_is_not_sent_again(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    await (await astra.audit_logs.set(SINK)).wait()
    emulator.faults.reset_after_effect("deleteAuditLogExporterConfig")
    emulator.faults.status("getAuditLogExporterConfig", 404)
    await (await astra.audit_logs.delete()).wait()
    assert emulator.journal.count("deleteAuditLogExporterConfig") == 1


async def test_a_sink_that_never_shows(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    emulator.faults.fail_state("setAuditLogExporterConfig")
    with pytest.raises(errors.OperationTimeoutError):
        await (await astra.audit_logs.set(SINK)).wait()


async def test_waits_are_resumed(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    setting = await astra.audit_logs.set(SINK)
    assert "hunter2" not in repr(setting.snapshot)
    async with AsyncAstraDevOps(emulator.token, base_url=emulator.url, clock=emulator.clock) as elsewhere:
        await (await elsewhere.resume(setting.resume_token)).wait()
        deletion = await astra.audit_logs.delete()
        await (await elsewhere.resume(deletion.resume_token)).wait()
    assert await astra.audit_logs.get() is None


async def test_without_the_right_the_needed_permission_is_named(emulator: Emulator) -> None:
    token = emulator.add_token({"org-db-view"})
    async with AsyncAstraDevOps(token, base_url=emulator.url, clock=emulator.clock) as astra:
        with pytest.raises(errors.PermissionDeniedError, match="org-audits-read"):
            await astra.audit_logs.set(SINK)


async def test_nothing_to_delete(astra: AsyncAstraDevOps) -> None:
    with pytest.raises(errors.NotFoundError):
        await astra.audit_logs.delete()


@pytest.mark.parametrize(
    ("sink", "error"),
    [
        (PrometheusSink(endpoint="https://p", auth=BearerAuth("t")), TypeError),
        ({"pulsar": {}}, TypeError),
        (PulsarSink(endpoint="pulsar://p", topic=" ", auth=TokenAuth("t")), ValueError),
    ],
)
async def test_only_a_whole_pulsar_sink_is_taken(emulator: Emulator, astra: AsyncAstraDevOps, sink: Any, error: type[Exception]) -> None:
    with pytest.raises(error, match="sink"):
        await astra.audit_logs.set(sink)
    assert len(emulator.journal) == 0
