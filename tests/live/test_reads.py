"""Every operation that only reads. Nothing is changed, and nothing costs money.

See ``conftest.py`` for what to set.
"""

import contextlib
import re
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest

from astra_devops import AsyncAstraDevOps, errors
from astra_devops._rest.index import OPERATIONS
from astra_devops._runtime.call import Operation

pytestmark = [pytest.mark.live, pytest.mark.anyio]

READS: Final = [operation for operation in OPERATIONS.values() if operation.retry == "read"]
PLACEHOLDER: Final = "00000000-0000-4000-8000-000000000000"
NOW: Final = datetime.now(UTC)
BODIES: Final[dict[str, Any]] = {
    "GetEnterpriseConsumption": {"fromDate": f"{NOW - timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}", "toDate": f"{NOW:%Y-%m-%dT%H:%M:%SZ}"},
    "ValidateAccessList": {"addresses": [], "configurations": {"accessListEnabled": False}},
    "pcuGet": {},
    "pcuGetTypes": {},
}
REFUSALS: Final = (
    errors.BadRequestError,
    errors.AuthenticationError,
    errors.PermissionDeniedError,
    errors.NotFoundError,
    errors.ConflictError,
    errors.UnprocessableError,
)
ARGUMENTS: Final = {"provider": "aws", "region": "us-east-2", "keyspaceName": "default_keyspace", "tableName": "none"}


@pytest.mark.parametrize("operation", READS, ids=lambda operation: operation.id)
async def test_an_answer_can_be_read(astra: AsyncAstraDevOps, known: dict[str, str], operation: Operation) -> None:
    """A refusal is an answer, too: the account may lack what is asked for, or the permission."""
    names = re.findall(r"{([^}]*)}", operation.path)
    found = {**ARGUMENTS, **known, **{name: known[f"{operation.group}.{name}"] for name in names if f"{operation.group}.{name}" in known}}
    with contextlib.suppress(*REFUSALS):
        await astra.request(operation.id, path={name: found.get(name, PLACEHOLDER) for name in names}, body=BODIES.get(operation.id))
