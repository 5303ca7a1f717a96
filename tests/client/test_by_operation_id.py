"""Any operation can be called by its id, as safely as through its resource."""

import pytest

from astra_devops import AsyncAstraDevOps, errors, models
from astra_devops.emulator import Emulator

pytestmark = pytest.mark.anyio


async def test_an_operation_by_its_id(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    database_id = emulator.add_database("orders")
    answer = await astra.request("getDatabase", path={"databaseID": database_id})
    assert isinstance(answer.value, models.Database)
    answer = await astra.request("listDatabases", query={"include": "all", "limit": 1, "starting_after": None})
    assert emulator.journal[-1].query == {"include": "all", "limit": "1"}
    assert "X-Amz-Signature" not in repr(answer)


async def test_a_body_of_plain_values(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    body = {"name": "orders", "cloudProvider": "AWS", "region": "us-east-2", "tier": "serverless", "capacityUnits": 1}
    answer = await astra.request("createDatabase", body=body)
    assert answer.headers["location"] in emulator.databases
    emulator.faults.reset_after_effect("createDatabase")
    with pytest.raises(errors.OutcomeUnknownError):
        await astra.request("createDatabase", body=body)
    assert emulator.journal.count("createDatabase") == 2


async def test_arguments_that_do_not_match_the_contract_are_refused(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    with pytest.raises(ValueError, match="similar ids: getDatabase"):
        await astra.request("getDatabse")
    with pytest.raises(ValueError, match=r"path must have the variables of .* \(databaseID\), not none"):
        await astra.request("getDatabase")
    with pytest.raises(ValueError, match="databaseID"):
        await astra.request("getDatabase", path={"databaseID": ".."})
    with pytest.raises(ValueError, match=r"path must have the variables of /v2/databases \(none\), not databaseID"):
        await astra.request("listDatabases", path={"databaseID": "x"})
    with pytest.raises(TypeError, match="body"):
        await astra.request("createDatabase", body=object())
    assert len(emulator.journal) == 0
