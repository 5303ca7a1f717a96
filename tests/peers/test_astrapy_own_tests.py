"""The vendor's own tests of its administration, as published in its sdist, against the emulator."""

import subprocess
import sys
import tarfile
from collections import Counter
from importlib.metadata import version
from os import environ, pathsep
from pathlib import Path
from xml.etree import ElementTree

import pytest

from astra_devops.emulator import Emulator

HERE = Path(__file__).parent
VERSION = version("astrapy")
CHOSEN = [
    "tests/admin/integration/test_admin.py",
    "tests/base/integration/misc/test_admin_ops_sync.py",
    "tests/base/integration/misc/test_admin_ops_async.py",
]

TOURS = ["test_astra_db_database_admin_sync", "test_astra_db_admin_sync", "test_astra_db_database_admin_async", "test_astra_db_admin_async"]
EXPECTED = {
    # The other two environments need tokens that only the vendor has.
    **{f"{tour}[{environment}]": f"{environment} token not available" for tour in TOURS for environment in ("dev", "test")},
    **{f"{tour}[prod]": "passed" for tour in TOURS},
    "test_astra_updatedbkeyspace_sync": "passed",
    "test_astra_updatedbkeyspace_async": "passed",
    "test_findavailableregions_sync": "passed",
    "test_findavailableregions_async": "passed",
}


@pytest.fixture(scope="session")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Fetch the sdist of astrapy, which has its tests, and unpack it."""
    directory = tmp_path_factory.mktemp("sdist")
    fetch = [
        sys.executable,
        "-m",
        "pip",
        "-q",
        "download",
        "--no-deps",
        "--no-binary",
        "astrapy",
        "-d",
        str(directory),
        f"astrapy=={VERSION}",
    ]
    done = subprocess.run(fetch, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    with tarfile.open(directory / f"astrapy-{VERSION}.tar.gz") as archive:
        archive.extractall(directory, filter="data")
    return directory / f"astrapy-{VERSION}"


@pytest.mark.timeout(300)
def test_the_vendors_own_tests_pass(sources: Path, emulator: Emulator, tmp_path: Path) -> None:
    database_id = emulator.add_database("shared", cloud_provider="AWS", region="us-east-2")
    report = tmp_path / "report.xml"
    # What a developer of astrapy may have set must not lead them elsewhere.
    settings = {
        name: value for name, value in environ.items() if not name.startswith(("DEV_ADMIN_", "TEST_ADMIN_", "LOCAL_", "DOCKER_"))
    } | {
        "ASTRA_EMULATOR_URL": emulator.url,
        "ASTRA_DB_API_ENDPOINT": f"https://{database_id}-us-east-2.apps.astra.datastax.com",
        "ASTRA_DB_APPLICATION_TOKEN": emulator.token,
        "PROD_ADMIN_TEST_ASTRA_DB_APPLICATION_TOKEN": emulator.token,
        "PROD_ADMIN_TEST_ASTRA_DB_PROVIDER": "aws",
        "PROD_ADMIN_TEST_ASTRA_DB_REGION": "us-east-2",
        # Else the tests under tests/base first look for tables and types, of the Data API.
        "TOLERATE_POPULATED_DATABASE": "yes",
        "PYTHONPATH": pathsep.join([str(HERE), *environ.get("PYTHONPATH", "").split(pathsep)]),
    }
    # Their options ask for coverage of astrapy and for a way to print; the rest of their
    # configuration stands.
    command = [sys.executable, "-m", "pytest", "-o", "addopts=", "-p", "astrapy_plugin", f"--junitxml={report}", *CHOSEN]
    done = subprocess.run(command, cwd=sources, env=settings, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
    assert outcomes(report) == EXPECTED
    # They spoke to the emulator all along: it has done, and refused nothing of, what they have
    # reported done.
    changes = [exchange for exchange in emulator.journal if exchange.method != "GET"]
    assert Counter((exchange.operation, exchange.status) for exchange in changes) == {
        ("createDatabase", 201): 6,
        ("terminateDatabase", 202): 6,
        ("addKeyspace", 201): 11,
        ("removeKeyspace", 202): 8,
    }
    assert [database.id for database in emulator.databases.values() if database.status != "TERMINATED"] == [database_id]


def outcomes(report: Path) -> dict[str, str]:
    """Read by the name of each test that it passed, or why it was skipped."""
    cases = ElementTree.parse(report).getroot().iter("testcase")
    return {case.attrib["name"]: "passed" if not len(case) else case[0].attrib["message"] for case in cases}
