"""The README tells the truth: its commands are those of CI, and each Python block runs as it stands.

A block is a complete program that would talk to the service. Here the two clients that it imports go to an emulator unless it says where;
nothing else is changed.
"""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")

BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
BLOCKS = [(match[1], match[2], README.count("\n", 0, match.start(2))) for match in BLOCK.finditer(README)]
COMMANDS = [text.strip() for language, text, _ in BLOCKS if language == "sh"]
PROGRAMS = {f"line-{line + 1}": "\n" * line + text for language, text, line in BLOCKS if language == "python"}

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
    assert len(PROGRAMS) >= 7
    assert [name for name, program in PROGRAMS.items() if len(program.strip().splitlines()) > 40] == []


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_block_runs_as_it_stands(name: str, tmp_path: Path) -> None:
    command = [sys.executable, "-W", "error", "-c", RUNNER]
    done = subprocess.run(command, cwd=tmp_path, input=PROGRAMS[name], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
