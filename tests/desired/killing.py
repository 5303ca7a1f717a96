"""The program that applies a saved plan: run, and killed in the middle."""

import subprocess
import sys
from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import Final

from astra_devops.emulator import Emulator

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


def kill_repeatedly(emulator: Emulator, directory: Path, speed: float, kills: Iterable[int]) -> None:
    """Apply a saved plan, killed after so many changes each."""
    for changes in kills:
        kill_after(program(emulator, directory, speed), changes)


def apply_finally(emulator: Emulator, directory: Path, speed: float) -> str:
    """Apply a saved plan that was killed until it is through, and return what is printed."""
    return run(program(emulator, directory, speed))
