"""Every example runs to its end on the embedded emulator, and prints what a user should see."""

import csv
import json
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Final

import pytest

_ROOT: Final = Path(__file__).parents[1]
_EXAMPLES: Final = _ROOT / "examples"

# What both halves of the README's first command print. Times are left out, and so are random ids.
_LIFECYCLE: Final = """
ASTRA_DB_APPLICATION_TOKEN is not set. The clock of the emulator is virtual: it skips all waiting,
so minutes pass in a moment. The times below are on that clock.

creating database 'orders'
accepted as ID
    PENDING
    INITIALIZING
    ACTIVE
adding keyspace 'sales'
    MAINTENANCE
    ACTIVE
keyspaces: inventory, sales
listed: ID  orders  ACTIVE
downloaded secure-connect-orders.zip, SIZE bytes
dropping keyspace 'sales'
    MAINTENANCE
    ACTIVE
keyspaces: inventory
terminating the database
    TERMINATING
    TERMINATED
done
"""

_EXPECTED: Final = {
    "database_lifecycle.py": f"""\
== The asynchronous client, on the embedded emulator =={_LIFECYCLE}
Next: examples/database_lifecycle_blocking.py does the same with the blocking client.

""",
    "database_lifecycle_blocking.py": f"""\
== The blocking client, on the embedded emulator =={_LIFECYCLE}
What to read next:
  README.md                  waiting, errors, testing, and the way to everything else
  examples/fleet_status.py   many databases at once
  docs/emulator.md           the emulator in your own tests

""",
    "add_keyspace.py": """\
Running on the embedded emulator: ASTRA_DB_APPLICATION_TOKEN is not set.
done       has the keyspace
shop-0     has the keyspace
shop-1     has the keyspace
shop-2     has the keyspace
shop-3     has the keyspace
sleeper    skipped: it does not run
6 databases, 0 failed
""",
    "inventory.py": """\
organization,name,status,cloud_provider,regions,tier,keyspaces,created,id
Emulated Organization,shop,ACTIVE,AWS,us-east-2,serverless,orders stock,2026-01-01T00:00:00+00:00,ID
Emulated Organization,users,HIBERNATED,GCP,us-east1,serverless,default_keyspace,2026-01-01T00:00:00+00:00,ID
West,search,ACTIVE,AWS,us-east-2,serverless,default_keyspace,2026-01-01T00:00:00+00:00,ID
""",
    "declared_organization.py": """\
Running on the embedded emulator: ASTRA_DB_APPLICATION_TOKEN is not set.
+ role 'viewer'
    description: See databases
    effect: allow
    + actions: org-db-view
    + resources: drn:astra:org:ID:db:*
+ user 'ann@example.com'
    + roles: viewer
    (the service sends an invitation by e-mail)
+ PCU group 'analytics'
    cloud_provider: AWS
    region: us-east-2
    instance_type: standard
    provision_type: shared
    min: 1
    max: 3
    reserved: 0
    (a group costs money from its creation on)
+ database 'orders'
    cloud_provider: AWS
    region: us-east-2
    + keyspaces: sales
    tier: serverless
+ placement of database 'orders'
    group: analytics
+ access list of database 'orders'
    enabled: True
    + addresses: 203.0.113.0/24 (office)
6 to create, 0 to change, 0 to replace, 0 as declared
6 of 6 changes made
0 to create, 0 to change, 0 to replace, 6 as declared
""",
    "declared_databases.py": """\
Running on the embedded emulator: ASTRA_DB_APPLICATION_TOKEN is not set.
~ database 'orders' (ID)
    + keyspaces: audit
+ database 'events'
    cloud_provider: AWS
    region: us-east-2
    + keyspaces: clicks
    tier: serverless
- database 'test-login' (ID)
    - keyspaces: app
1 to create, 1 to change, 0 to replace, 1 to remove, 0 as declared
3 of 3 changes made
""",
    "nightly_cleanup.py": """\
Running on the embedded emulator: ASTRA_DB_APPLICATION_TOKEN is not set.
After 1 days:
0 databases to terminate; --apply does it
After 20 days:
tmp-login    would be terminated
tmp-search   would be terminated
2 databases to terminate; --apply does it
tmp-login    terminated
tmp-search   terminated
2 databases to terminate, 0 failed
""",
    "fleet_status.py": "\n".join(
        [
            "Running on the embedded emulator: ASTRA_DB_APPLICATION_TOKEN is not set.",
            *(f"shop-{number:02}       ACTIVE        datacenters: 1  keyspaces: 1" for number in range(12)),
            "12 databases\n",
        ]
    ),
}

# Where the output is a document, the rest goes to standard error.
_ERRORS: Final = {"inventory.py": "Running on the embedded emulator: ASTRA_DB_APPLICATION_TOKEN is not set.\n"}

_TIME: Final = re.compile(r"^ *(\d+\.\d) s  ", re.MULTILINE)


@cache
def run(name: str, *arguments: str) -> str:
    """Run an example once, and return what it printed."""
    program = [sys.executable, "-W", "error", str(_EXAMPLES / name), *arguments]
    result = subprocess.run(program, cwd=_ROOT, capture_output=True, text=True)
    assert (result.returncode, result.stderr) == (0, _ERRORS.get(name, ""))
    return result.stdout


def test_every_example_is_listed_here() -> None:
    assert {path.name for path in _EXAMPLES.glob("*.py")} == _EXPECTED.keys()


def test_every_example_is_on_its_page() -> None:
    page = (_ROOT / "docs/examples.md").read_text(encoding="utf-8")
    listed = re.findall(r"\]\(\.\./examples/([\w./]+)\)", page)
    kinds = {".py", ".ipynb", ".yml", ".ini"}
    assert sorted(listed) == sorted(path.relative_to(_EXAMPLES).as_posix() for path in _EXAMPLES.rglob("*") if path.suffix in kinds)


@pytest.mark.parametrize("name", _EXPECTED)
def test_an_example_prints_its_steps_in_order(name: str) -> None:
    output = _TIME.sub("", run(name))
    output = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "ID", output)
    assert re.sub(r"\d+ bytes", "SIZE bytes", output) == _EXPECTED[name]


def test_the_inventory_has_the_same_rows_as_json() -> None:
    rows = json.loads(run("inventory.py", "--format", "json"))
    assert rows == list(csv.DictReader(run("inventory.py").splitlines()))


def test_the_times_are_those_of_the_service_and_not_of_the_machine() -> None:
    times = [float(time) for time in _TIME.findall(run("database_lifecycle.py"))]
    assert times == sorted(times)
    assert times[0] == 0
    created, done = times[4], times[-1]
    assert 120 < created < 150  # the emulator takes 120 s, and polls are at most 18 s apart
    assert 200 < done < 300


@pytest.mark.parametrize("name", ["database_lifecycle.py", "database_lifecycle_blocking.py"])
def test_the_files_that_an_example_refers_to_exist(name: str) -> None:
    paths = re.findall(r"\S+\.(?:py|md)\b", _EXPECTED[name])
    assert paths
    for path in paths:
        assert (_ROOT / path).is_file(), path


def without_read_next(source: str) -> str:
    return re.sub(r'(?s)READ_NEXT = """.*?"""', "", source)


def test_the_blocking_lifecycle_is_the_asynchronous_one_without_await() -> None:
    blocking = (_EXAMPLES / "database_lifecycle_blocking.py").read_text(encoding="utf-8")
    source = (_EXAMPLES / "database_lifecycle.py").read_text(encoding="utf-8")
    for before, after in {
        "asynchronous client": "blocking client",
        "import asyncio\n": "",
        "asyncio.run(main())": "main()",
        "AsyncIterator, Callable": "Callable, Iterator",
        "Emulator(latency": "Emulator.running(latency",
        "asynccontextmanager": "contextmanager",
        "async ": "",
        "await ": "",
        "async_client": "client",
        "Async": "",
    }.items():
        source = source.replace(before, after)
    assert without_read_next(blocking) == without_read_next(source)
