"""vcrpy records what the client sends and receives, and replays it without a service."""

from pathlib import Path

import pytest
import vcr

from astra_devops import AsyncAstraDevOps, errors
from astra_devops.emulator import Emulator


def test_a_cassette_answers_instead_of_the_service(tmp_path: Path) -> None:
    cassette = str(tmp_path / "orders.yaml")
    with Emulator.running() as emulator:
        for mode in ("once", "none"):
            emulator.journal.clear()
            with vcr.use_cassette(cassette, record_mode=mode, filter_headers=["authorization"]) as played, emulator.client() as astra:
                database = astra.databases.create("orders", cloud_provider="AWS", region="us-east-2").wait()
                assert (database.info.name, database.status) == ("orders", "ACTIVE")
            assert (len(emulator.journal) > 0, played.play_count > 0) == (mode == "once", mode == "none")
        assert emulator.token not in Path(cassette).read_text(encoding="utf-8")


@pytest.mark.anyio
async def test_errors_and_attempts_are_replayed_to_the_asynchronous_client(tmp_path: Path) -> None:
    async with Emulator() as emulator:
        emulator.faults.status("listDatabases", 503, times=1)
        missing = "00000000-0000-0000-0000-000000000000"

        async def use(astra: AsyncAstraDevOps) -> None:
            assert await astra.databases.list().collect() == []
            with pytest.raises(errors.NotFoundError):
                await astra.databases.get(missing)

        for mode in ("once", "none"):
            emulator.journal.clear()
            with vcr.use_cassette(str(tmp_path / "errors.yaml"), record_mode=mode, filter_headers=["authorization"]):
                async with emulator.async_client() as astra:
                    await use(astra)
        assert len(emulator.journal) == 0
