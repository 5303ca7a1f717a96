"""A resume token that lacks something is refused when it is read, not by a wait."""

import base64
import contextlib
import json
from pathlib import Path

import pytest

from astra_devops import AsyncAstraDevOps
from astra_devops.emulator import Emulator, VirtualClock
from astra_devops.errors import AstraDevOpsError
from astra_devops.operations import resume_token
from astra_devops.operations.handle import AsyncOperation

from .test_arguments import walk
from .wire_arguments import arguments


async def test_every_kind_knows_what_it_needs(tmp_path: Path) -> None:
    async with (
        Emulator(clock=VirtualClock()) as emulator,
        AsyncAstraDevOps(emulator.token, base_url=emulator.url, clock=emulator.clock) as astra,
    ):
        results = await walk(emulator, arguments(emulator, str(tmp_path / "bundle")))
        operations = [result for result in results.values() if isinstance(result, AsyncOperation)]
        assert len(operations) > 30
        for operation in operations:
            assert (await astra.resume(operation.resume_token)).ids == operation.ids
            for name in operation.ids:
                rest = {other: value for other, value in operation.ids.items() if other != name}
                token = resume_token.encode(operation.kind, rest)
                try:
                    resumed = await astra.resume(token)
                except ValueError as error:
                    assert str(error).startswith(f"token is for {operation.kind}, and ")  # noqa: PT017
                else:
                    await look(resumed)


async def look(operation: AsyncOperation[object]) -> None:
    """Look once. The service may refuse by now, but the operation lacks nothing."""
    with contextlib.suppress(AstraDevOpsError):
        await operation.refresh()


@pytest.mark.parametrize("value", ["", " ", "..", "\ud800", "a\nb"])
async def test_an_id_in_a_token_is_checked(value: str) -> None:
    astra = AsyncAstraDevOps("AstraCS:" + "c" * 24 + ":" + "a" * 64)
    with pytest.raises(ValueError, match="token"):
        await astra.resume(token_of(value))


def token_of(database_id: str) -> str:
    document = json.dumps({"v": 2, "kind": "databases.create", "params": {"database_id": database_id}})
    return base64.urlsafe_b64encode(document.encode()).decode()
