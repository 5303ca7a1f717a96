"""Customer keys: one class per cloud, one key per region, and no way to delete one."""

from typing import Any

import pytest

from astra_devops import AsyncAstraDevOps, errors
from astra_devops.emulator import Emulator, Quirks, VirtualClock
from astra_devops.keys import AwsKey, AzureKey, GcpKey

pytestmark = pytest.mark.anyio

AWS = AwsKey("arn:aws:kms:us-east-1:111122223333:key/1234", "us-east-1")
GCP = GcpKey("projects/p/locations/us-east1/keyRings/r/cryptoKeys/k", "us-east1")
AZURE = AzureKey("https://vault.vault.azure.net/keys/k/1", "westeurope")


@pytest.mark.parametrize(("key", "provider"), [(AWS, "aws"), (GCP, "gcp"), (AZURE, "azure")])
@pytest.mark.parametrize("classic", [False, True])
async def test_a_key_is_registered_listed_and_fetched(
    emulator: Emulator, astra: AsyncAstraDevOps, key: Any, provider: str, classic: bool
) -> None:
    await astra.customer_keys.create(key, classic=classic)
    operation = "CreateClassicKey" if classic else "CreateServerlessKey"
    (exchange,) = emulator.journal.of(operation)
    assert exchange.body == {"orgId": emulator.organization_id, provider: {"keyID": key.key_id, "region": key.region}}
    (summary,) = await astra.customer_keys.list(classic=classic)
    assert (summary.organization_id, summary.cloud_provider) == (emulator.organization_id, provider)
    assert (summary.key_id, summary.region) == (key.key_id, key.region)
    registration = await astra.customer_keys.get(provider.upper(), key.region, classic=classic)
    assert getattr(registration, provider).key_id == key.key_id
    assert await astra.customer_keys.list(classic=not classic) == []


@pytest.mark.parametrize("created_key_is_201", [False, True])
async def test_either_status_is_success(created_key_is_201: bool) -> None:
    async with (
        Emulator(clock=VirtualClock(), quirks=Quirks(created_key_is_201=created_key_is_201)) as emulator,
        AsyncAstraDevOps(emulator.token, base_url=emulator.url, clock=emulator.clock) as astra,
    ):
        await astra.customer_keys.create(AWS)
        assert emulator.journal.of("CreateServerlessKey")[0].status == (201 if created_key_is_201 else 200)


async def test_a_second_key_for_the_same_region_is_refused(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    await astra.customer_keys.create(AWS)
    with pytest.raises(errors.BadRequestError, match="already"):
        await astra.customer_keys.create(AwsKey("arn:aws:kms:us-east-1:111122223333:key/5678", "us-east-1"))
    await astra.customer_keys.create(AWS, classic=True)


async def test_lost_answers_are_reconciled(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    emulator.faults.reset_after_effect("CreateServerlessKey")
    await astra.customer_keys.create(AWS)
    assert emulator.journal.count("CreateServerlessKey") == 1
    emulator.faults.reset_before_effect("CreateServerlessKey")
    await astra.customer_keys.create(GCP)
    assert emulator.journal.count("CreateServerlessKey") == 3
    assert len(await astra.customer_keys.list()) == 2


async def test_a_missing_key_is_not_found(astra: AsyncAstraDevOps) -> None:
    with pytest.raises(errors.NotFoundError):
        await astra.customer_keys.get("aws", "us-east-1")
    with pytest.raises(ValueError, match="provider"):
        await astra.customer_keys.get("ibm", "us-east-1")


@pytest.mark.parametrize("kind", [AwsKey, GcpKey, AzureKey])
async def test_an_incomplete_key_cannot_be_built(kind: Any) -> None:
    with pytest.raises(TypeError):
        kind("key")
    with pytest.raises(ValueError, match="key_id"):
        kind("", "us-east-1")
    with pytest.raises(TypeError, match="region"):
        kind("key", None)
    assert kind("key", "r") == kind(key_id="key", region="r")


async def test_other_objects_are_refused_before_anything_is_sent(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    with pytest.raises(TypeError, match="key must be an AwsKey, GcpKey or AzureKey, not dict"):
        await astra.customer_keys.create({"aws": {"keyID": "k", "region": "r"}})
    assert len(emulator.journal) == 0


async def test_a_missing_permission_is_named(emulator: Emulator) -> None:
    token = emulator.add_token({"org-db-view"})
    async with AsyncAstraDevOps(token, base_url=emulator.url, clock=emulator.clock) as astra:
        with pytest.raises(errors.PermissionDeniedError, match="org-cmk-write"):
            await astra.customer_keys.create(AWS)


async def test_the_inferred_second_form_is_reached_by_its_id(astra: AsyncAstraDevOps) -> None:
    body = {"aws": {"keyID": AWS.key_id, "region": AWS.region}}
    await astra.request("createServerlessKeyAlternate", body=body)
    answer = await astra.request("listServerlessKeysAlternate")
    assert answer.value == await astra.customer_keys.list()
