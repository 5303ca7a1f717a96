"""Processes to measure, and the servers that they talk to."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

_FOLDER: Final = Path(__file__).parent


@contextmanager
def serving(program: str, *arguments: str) -> Iterator[str]:
    """Run a server until the block ends, and yield the first line that it prints."""
    command = [sys.executable, str(_FOLDER / program), *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline()
        finally:
            process.kill()


@contextmanager
def canned_answers(*arguments: str) -> Iterator[str]:
    """Run the canned server until the block ends, and yield its URL."""
    with serving("canned_server.py", *arguments) as port:
        yield f"http://127.0.0.1:{int(port)}"


def run_program(program: str, *arguments: str) -> str:
    """Run a program of this folder to its end, and return what it has printed."""
    command = [sys.executable, str(_FOLDER / program), *arguments]
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
