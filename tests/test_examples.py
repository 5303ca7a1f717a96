"""Every example runs to its end on the embedded emulator, and shows what it promises."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "examples"

LIFECYCLE = [
    "Running on the embedded emulator",
    "creating database 'orders'",
    "accepted as ",
    "PENDING",
    "ACTIVE",
    "adding keyspace 'sales'",
    "keyspaces: inventory, sales",
    "listed: ",
    "downloaded secure-connect-orders.zip",
    "dropping keyspace 'sales'",
    "keyspaces: inventory",
    "terminating it",
    "TERMINATING",
    "done",
]

EXPECTED = {
    "database_lifecycle.py": LIFECYCLE,
    "database_lifecycle_blocking.py": LIFECYCLE,
    "fleet_status.py": ["Running on the embedded emulator", "shop-00", "shop-11", "12 databases"],
}


def test_every_example_is_listed_here() -> None:
    assert {path.name for path in EXAMPLES.glob("*.py")} == EXPECTED.keys()


@pytest.mark.parametrize("name", EXPECTED)
def test_an_example_shows_its_steps_in_order(name: str) -> None:
    done = subprocess.run([sys.executable, "-W", "error", str(EXAMPLES / name)], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    lines = iter(done.stdout.splitlines())
    missing = [step for step in EXPECTED[name] if not any(step in line for line in lines)]
    assert missing == [], done.stdout
    assert done.stderr == ""


def test_the_blocking_life_is_the_asynchronous_one_without_await() -> None:
    blocking = (EXAMPLES / "database_lifecycle_blocking.py").read_text(encoding="utf-8")
    source = (EXAMPLES / "database_lifecycle.py").read_text(encoding="utf-8")
    for before, after in {
        "asynchronous client": "blocking client",
        "import asyncio\n": "",
        "asyncio.run(main())": "main()",
        "AsyncIterator, Callable": "Callable, Iterator",
        "Emulator(clock": "Emulator.running(clock",
        "asynccontextmanager": "contextmanager",
        "async ": "",
        "await ": "",
        "Async": "",
    }.items():
        source = source.replace(before, after)
    assert blocking == source
