"""Every operation that changes something says which call shows its effect, and that call exists."""

import re
from typing import Any

import pytest

from astra_devops import AsyncAstraDevOps
from astra_devops._rest import index

WRITES = [operation for operation in index.OPERATIONS.values() if operation.retry != "read"]


@pytest.mark.parametrize("operation", WRITES, ids=lambda operation: operation.id)
def test_the_named_call_exists(operation: Any) -> None:
    assert operation.how_to_check
    calls = re.findall(r"([a-z_]+)\.([a-z_]+)\(\)", operation.how_to_check)
    assert calls
    client = AsyncAstraDevOps("AstraCS:" + "a" * 24 + ":" + "b" * 64)
    for noun, method in calls:
        assert callable(getattr(getattr(client, noun), method))


def test_reads_need_no_check() -> None:
    assert [operation.id for operation in index.OPERATIONS.values() if operation.retry == "read" and operation.how_to_check] == []
