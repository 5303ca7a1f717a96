"""The tests in examples/suite, run by pytest as their user would."""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

SUITE: Final = Path(__file__).parents[2] / "examples/suite"


def test_the_suite_of_a_user_passes(tmp_path: Path) -> None:
    suite = shutil.copytree(SUITE, tmp_path / "suite", ignore=shutil.ignore_patterns("__pycache__", ".pytest_cache"))
    # The plugin for asyncio is for others; without its setting it warns.
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:asyncio", "-p", "no:cacheprovider", "-W", "error", str(suite)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert " passed" in done.stdout
    assert "skipped" not in done.stdout
