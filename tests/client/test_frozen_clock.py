"""Where a test freezes the clock, the name ``datetime`` stands for a subclass.

Values of it are times, also after the freeze, and also if the package was imported during it.
"""

import subprocess
import sys
import textwrap
from typing import Any

import pytest

PROGRAM = """
    from datetime import UTC, datetime, timedelta
    from freezegun import freeze_time

    class Odd(datetime):
        def isoformat(self, *args, **options):
            return "odd"

    def use(astra, database_id):
        assert type(astra.databases.get(database_id).creation_time).__name__ == "datetime"
        assert all(database.creation_time for database in astra.databases.list())
        assert astra.tokens.list()
        role = astra.roles.list()[0].id
        for expiry in (datetime.now(UTC), Odd.now(UTC)):
            assert astra.tokens.create([role], expires_at=expiry + timedelta(days=2000)).client_id
            assert astra.snapshots.list(database_id, start=expiry) is not None
        assert astra.databases.create("payments", cloud_provider="AWS", region="us-east-2").wait().status == "ACTIVE"

    def run(database_id=None):
        with Emulator.running() as emulator, AstraDevOps(emulator.token, base_url=emulator.url, clock=emulator.clock) as astra:
            database_id = emulator.add_database("orders")
            with freeze_time("2026-01-01"):
                use(astra, database_id)
            use(astra, database_id)
            with freeze_time("2026-01-02"):
                use(astra, database_id)

    {imports}
    run()
"""
IMPORTS = "from astra_devops import AstraDevOps; from astra_devops.emulator import Emulator"


@pytest.mark.parametrize("imports", [IMPORTS, f'with freeze_time("2025-01-01"): {IMPORTS}'], ids=["before", "frozen"])
def test_a_frozen_clock_spoils_nothing(imports: Any) -> None:
    program = textwrap.dedent(PROGRAM.replace("{imports}", imports))
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=50, check=False)
    assert (result.returncode, result.stderr) == (0, "")
