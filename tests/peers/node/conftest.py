"""Programs for Node.js, with packages from npm. Both Node.js and npm come from PyPI."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from os import environ, pathsep
from pathlib import Path
from typing import Any

import pytest

Node = Callable[..., Any]


def run(*command: str, directory: Path) -> str:
    """Run a program of the interpreter's environment, such as npm, and return its output."""
    place = Path(sys.executable).parent
    path = pathsep.join([str(place), environ["PATH"]])
    done = subprocess.run(
        [place / command[0], *command[1:]], cwd=directory, env=environ | {"PATH": path}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def node(tmp_path: Path) -> Node:
    """Return a function that runs a program of this directory, and returns what it printed.

    It takes the program's name, the packages that it needs, and its arguments.
    """

    def run_program(name: str, packages: list[str], *arguments: str) -> Any:
        run("npm", "install", "--silent", "--no-audit", "--no-fund", *packages, directory=tmp_path)
        for file in (name, "shared.mjs"):
            shutil.copy(Path(__file__).with_name(file), tmp_path)
        return json.loads(run("node", name, *arguments, directory=tmp_path))

    return run_program
