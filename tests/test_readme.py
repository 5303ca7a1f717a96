"""The snippets of README and guide run as they stand, and the commands are those of CI.

A block is a complete program that would talk to the service. Here the two clients that it imports
go to an emulator unless it says where; nothing else is changed. A block that defines tests is a
complete test file, and pytest runs it.
"""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = (
    "README.md",
    "docs/desired.md",
    "docs/diagnosis.md",
    "docs/emulator.md",
    "docs/fleets.md",
    "docs/short_lived.md",
    "docs/smallest_role.md",
)

BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
TEST = re.compile(r"^(async )?def test_", re.MULTILINE)


def read_blocks(page: str) -> list[tuple[str, str, str]]:
    """Return language, name and text of each block of a page, at its own line numbers."""
    text = (ROOT / page).read_text(encoding="utf-8")
    lines = [(match, text.count("\n", 0, match.start(2))) for match in BLOCK.finditer(text)]
    return [(match[1], f"{page}-line-{line + 1}", "\n" * line + match[2]) for match, line in lines]


BLOCKS = [block for page in PAGES for block in read_blocks(page)]
COMMANDS = [text.strip() for language, name, text in BLOCKS if language == "sh" and name.startswith("README.md")]
PYTHON = {name: text for language, name, text in BLOCKS if language == "python"}
TEST_FILES = {name: text for name, text in PYTHON.items() if TEST.search(text)}
PROGRAMS = {name: text for name, text in PYTHON.items() if name not in TEST_FILES}

RUNNER = """
import functools, sys
import astra_devops
from astra_devops.emulator import Emulator

def redirect(client, emulator):
    there = {"base_url": emulator.url, "clock": emulator.clock}
    return lambda *token, **settings: client(*(token or [emulator.token]), **(there | settings))

with Emulator.running() as emulator:
    for name in ("AsyncAstraDevOps", "AstraDevOps"):
        setattr(astra_devops, name, redirect(getattr(astra_devops, name), emulator))
    exec(compile(sys.stdin.read(), "README.md", "exec"), {"__name__": "__main__"})
"""


def test_the_first_command_is_one_line_and_runs_both_clients() -> None:
    assert "\n" not in COMMANDS[0]
    assert COMMANDS[0].startswith("python3.11 -m venv ")
    assert re.findall(r"examples/\S+", COMMANDS[0]) == ["examples/database_lifecycle.py", "examples/database_lifecycle_blocking.py"]


def test_the_second_command_is_what_ci_runs() -> None:
    assert "\n" not in COMMANDS[1]
    ci = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert COMMANDS[1] in [line.strip() for line in ci.splitlines()]


def test_the_readme_shows_async_concurrent_and_blocking_use_in_a_screen_each() -> None:
    readme = {name: text for name, text in PYTHON.items() if name.startswith("README.md")}
    assert len(readme) >= 8
    assert [name for name, text in readme.items() if len(text.strip().splitlines()) > 40] == []


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_block_runs_as_it_stands(name: str, tmp_path: Path) -> None:
    command = [sys.executable, "-W", "error", "-c", RUNNER]
    done = subprocess.run(command, cwd=tmp_path, input=PROGRAMS[name], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""


@pytest.fixture(scope="module")
def output_of_tests(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Run all blocks of tests in one pytest, which takes longer to start than to run them."""
    directory = tmp_path_factory.mktemp("blocks")
    for name, text in TEST_FILES.items():
        (directory / file_of(name)).write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-rA", "-W", "error", "-p", "no:asyncio"]
    return subprocess.run(command, cwd=directory, capture_output=True, text=True).stdout


@pytest.mark.parametrize("name", TEST_FILES)
def test_a_block_of_tests_passes_as_it_stands(name: str, output_of_tests: str) -> None:
    outcomes = re.findall(rf"^([A-Z]+) {re.escape(file_of(name))}\b", output_of_tests, re.MULTILINE)
    assert outcomes == ["PASSED"] * len(TEST.findall(TEST_FILES[name])), output_of_tests


def file_of(name: str) -> str:
    """Return the name of the test file for a block."""
    return f"test_{re.sub(r'[^0-9A-Za-z]', '_', name)}.py"


def test_the_first_program_prints_what_the_readme_shows(tmp_path: Path) -> None:
    first = next(text for name, text in PROGRAMS.items() if name.startswith("README.md"))
    shown = next(text for language, name, text in BLOCKS if language == "text" and name.startswith("README.md"))
    done = subprocess.run([sys.executable, "-W", "error", "-c", first], cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, shown.strip(), "")
