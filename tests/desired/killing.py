"""The program that applies a saved plan: run, and killed in the middle."""

import subprocess
import sys
from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import Final

from astra_devops.emulator import Emulator
from tests.fleet.test_crashes import let_minutes_pass

_PROGRAM: Final = Path(__file__).with_name("crash_program.py")


def program(emulator: Emulator, directory: Path, speed: float) -> list[str]:
    """Return the command that applies ``plan.json`` with the journal ``apply.db``."""
    paths = [str(directory / "plan.json"), str(directory / "apply.db")]
    return [sys.executable, str(_PROGRAM), emulator.url, emulator.token, *paths, str(speed)]


def kill_after(command: list[str], changes: int) -> None:
    """Run the program, and kill it when so many changes were answered."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        sent = list(islice(process.stdout, changes))
        process.kill()
    assert len(sent) == changes, "it ended by itself"


def run(command: list[str]) -> str:
    """Run the program to its end, and return what it prints."""
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def apply_killed(emulator: Emulator, directory: Path, speed: float, kills: Iterable[int]) -> str:
    """Apply a saved plan, killed after so many changes each; return what the last run prints."""
    command = program(emulator, directory, speed)
    for changes in kills:
        kill_after(command, changes)
    # A creation of which nothing is listed is certain to be without effect only minutes later.
    let_minutes_pass(directory / "apply.db")
    return run(command)
