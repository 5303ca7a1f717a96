"""The smallest role: which permissions requests needed, and a role with exactly those."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pytest

from astra_devops import AsyncAstraDevOps, errors, policies
from astra_devops.emulator import Emulator
from astra_devops.emulator.recording.file import Recorded, heading, line

ROOT: Final = Path(__file__).parents[2]
INI: Final = """
[pytest]
addopts = --strict-markers -p no:cacheprovider -p no:schemathesis -p no:hypothesispytest
asyncio_default_fixture_loop_scope = function
filterwarnings = error
"""

# The clients of the tests get a token of a role with the policy.
LIMITED: Final = """
import pytest
from astra_devops import policies

POLICY = {policy!r}

@pytest.fixture
def limited_token(astra_emulator):
    with astra_emulator.client() as admin:
        role = admin.roles.create("smallest", policies.load(POLICY, astra_emulator.organization_id))
        token = admin.tokens.create([role.id]).token
    astra_emulator.journal.clear()
    return token

@pytest.fixture
def anyio_backend():
    return "asyncio"

@pytest.fixture
def astra(astra_emulator, limited_token):
    with astra_emulator.client(token=limited_token) as astra:
        yield astra

@pytest.fixture
async def async_astra(astra_emulator, limited_token):
    async with astra_emulator.async_client(token=limited_token) as astra:
        yield astra
"""
ANYIO: Final = 'import pytest\n\n@pytest.fixture\ndef anyio_backend():\n    return "asyncio"\n'


def readme_tests() -> str:
    """Return the test file of the README."""
    (block,) = (text for text in re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL) if "\ndef test_" in text)
    return str(block)


def run(directory: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    (directory / "pytest.ini").write_text(INI)
    command = [sys.executable, "-m", "pytest", "-q", "-rA", *words]
    return subprocess.run(command, cwd=directory, capture_output=True, text=True)


@pytest.fixture(scope="module")
def policy_of_readme(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    directory = tmp_path_factory.mktemp("measured")
    (directory / "test_readme.py").write_text(readme_tests())
    (directory / "conftest.py").write_text(ANYIO)
    done = run(directory, "--astra-emulator-policy", "policy.json")
    assert done.returncode == 0, done.stdout
    assert "4 permissions written to" in done.stdout
    return json.loads((directory / "policy.json").read_text())  # type: ignore[no-any-return]


def run_with(directory: Path, policy: dict[str, Any]) -> "subprocess.CompletedProcess[str]":
    path = directory / "policy.json"
    path.write_text(json.dumps(policy))
    (directory / "test_readme.py").write_text(readme_tests())
    (directory / "conftest.py").write_text(LIMITED.format(policy=str(path)))
    return run(directory)


def test_the_tests_of_the_readme_pass_with_the_policy_that_they_needed(policy_of_readme: dict[str, Any], tmp_path: Path) -> None:
    assert policy_of_readme == {
        "description": "Needed by a test run",
        "actions": ["db-keyspace-create", "org-db-create", "org-db-terminate", "org-db-view"],
        "resources": ["drn:astra:org:__ORG_ID__", "drn:astra:org:__ORG_ID__:db:*", "drn:astra:org:__ORG_ID__:db:*:keyspace:sales"],
        "effect": "allow",
    }
    done = run_with(tmp_path, policy_of_readme)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("permission", "call"),
    [
        ("db-keyspace-create", "astra.keyspaces.create"),
        ("org-db-create", "astra.databases.create"),
        ("org-db-terminate", "async_astra.databases.terminate"),
        ("org-db-view", "astra.databases.create"),
    ],
)
def test_without_any_one_permission_the_call_that_needs_it_fails(
    policy_of_readme: dict[str, Any], tmp_path: Path, permission: str, call: str
) -> None:
    actions = [action for action in policy_of_readme["actions"] if action != permission]
    assert len(actions) == len(policy_of_readme["actions"]) - 1
    done = run_with(tmp_path, {**policy_of_readme, "actions": actions})
    assert done.returncode == 1, done.stdout
    failing = re.findall(r"^(?:>\s+|test_readme\.py:\d+: in provision\n\s+)(.*)$", done.stdout, re.MULTILINE)
    assert any(call in text for text in failing), done.stdout


def test_workers_of_xdist_join_what_they_have_collected(policy_of_readme: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "test_readme.py").write_text(readme_tests())
    (tmp_path / "conftest.py").write_text(ANYIO)
    done = run(tmp_path, "-n", "2", "--astra-emulator-policy", "policy.json")
    assert done.returncode == 0, done.stdout
    assert json.loads((tmp_path / "policy.json").read_text()) == policy_of_readme


def test_a_directory_that_does_not_exist_is_refused_before_the_tests(tmp_path: Path) -> None:
    done = run(tmp_path, "--astra-emulator-policy", "no/such/policy.json")
    assert done.returncode == 4
    assert "--astra-emulator-policy must be in a directory that exists" in done.stderr


@pytest.mark.anyio
async def test_the_journal_says_what_is_not_documented(async_astra: AsyncAstraDevOps, astra_emulator: Emulator) -> None:
    await async_astra.organizations.current()
    await async_astra.databases.list().collect()
    permissions = astra_emulator.journal.permissions()
    assert (permissions.actions, permissions.unknown) == (["org-db-view", "org-user-read"], ["getCurrentOrganization"])
    assert permissions.policy("Mine.")["description"] == (
        "Mine. Not documented, and so not included: the permissions of getCurrentOrganization."
    )


@pytest.mark.anyio
async def test_a_refused_request_needs_nothing_and_reading_a_role_needs_more(
    async_astra: AsyncAstraDevOps, astra_emulator: Emulator
) -> None:
    role, *_ = await async_astra.roles.list()
    await async_astra.roles.get(role.id)
    async with astra_emulator.async_client(token=astra_emulator.add_token({"org-db-view"})) as limited:
        with pytest.raises(errors.PermissionDeniedError):
            await limited.databases.create("orders", cloud_provider="aws", region="us-east-2")
    actions = astra_emulator.journal.permissions().actions
    assert "org-db-create" not in actions
    assert {"org-read", "org-role-read"} <= set(actions)


@pytest.mark.parametrize("creates", [False, True])
def test_the_policy_of_a_recording(tmp_path: Path, creates: bool) -> None:
    exchanges = [
        Recorded(method="GET", path="/v2/databases/4d1a", query=[], status=200),
        Recorded(method="POST", path="/v2/databases/4d1a/keyspaces/sales", query=[], status=201),
        Recorded(method="DELETE", path="/v2/users/7", query=[], status=403),
        Recorded(method="GET", path="/v2/nothing", query=[], status=404),
    ]
    if creates:
        exchanges.append(Recorded(method="POST", path="/v2/databases", query=[], status=201))
    path = tmp_path / "program.jsonl"
    path.write_bytes(b"\n".join([heading("https://api.astra.datastax.com"), *map(line, exchanges)]))
    command = [sys.executable, "-m", "astra_devops.emulator", "policy", str(path)]
    done = subprocess.run(command, capture_output=True, text=True)
    policy = json.loads(done.stdout)
    database = "drn:astra:org:__ORG_ID__:db:" + ("*" if creates else "4d1a")
    organization = ["drn:astra:org:__ORG_ID__"] if creates else []
    assert policy["resources"] == [*organization, database, f"{database}:keyspace:sales"]
    assert policy["actions"] == ["db-keyspace-create", *(["org-db-create"] if creates else []), "org-db-view"]
    assert "GET /v2/nothing" in policy["description"]
    assert done.stderr == "The service does not document the permissions of: GET /v2/nothing\n"


def test_what_is_not_a_recording_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("{}")
    done = subprocess.run([sys.executable, "-m", "astra_devops.emulator", "policy", "x"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 2
    assert "Cannot read the recording: x is not a recording" in done.stderr


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "is not JSON"),
        ("[]", "must be an object with description, actions, resources"),
        ('{"actions": [], "resources": [], "effect": "deny"}', "effect 'allow'"),
        ('{"actions": "org-db-view", "resources": []}', "actions must be a list of strings"),
        ('{"actions": ["org-db-view"]}', "resources must be a list of strings"),
        ('{"actions": [], "resources": ["drn:astra:org:x"]}', "actions"),
    ],
)
def test_a_file_that_is_no_policy_is_refused(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "policy.json").write_text(text)
    with pytest.raises(ValueError, match=message):
        policies.load(tmp_path / "policy.json", "0f1e")
