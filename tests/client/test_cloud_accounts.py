"""Cloud accounts: the accounts that need access to a key."""

import pytest

from astra_devops import AsyncAstraDevOps, errors
from astra_devops.emulator import Emulator

pytestmark = pytest.mark.anyio


async def test_serverless_databases_have_an_account_at_once(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    (account,) = await astra.cloud_accounts.list("AWS", "us-east-1")
    assert (account.organization_id, account.provider) == (emulator.organization_id, "aws")
    assert account.provider_id
    assert emulator.journal[0].path == "/v2/kms/provider/aws/region/us-east-1/accounts"


async def test_classic_databases_have_the_assigned_account(astra: AsyncAstraDevOps) -> None:
    assert await astra.cloud_accounts.list("aws", "us-east-1", classic=True) == []
    await astra.cloud_accounts.assign("AWS")
    (account,) = await astra.cloud_accounts.list("aws", "us-east-1", classic=True)
    assert len(account.provider_id) == 12


async def test_an_assignment_whose_answer_is_lost_is_reported_and_not_repeated(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    emulator.faults.reset_after_effect("AssignCloudAccount")
    with pytest.raises(errors.OutcomeUnknownError):
        await astra.cloud_accounts.assign("aws")
    assert emulator.journal.count("AssignCloudAccount") == 1


async def test_bad_arguments_are_named_and_nothing_is_sent(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    with pytest.raises(ValueError, match="provider"):
        await astra.cloud_accounts.list("ibm", "us-east-1")
    with pytest.raises(ValueError, match="region"):
        await astra.cloud_accounts.list("aws", "")
    with pytest.raises(ValueError, match="provider"):
        await astra.cloud_accounts.assign("ibm")
    assert len(emulator.journal) == 0
