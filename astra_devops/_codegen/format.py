"""Formatting generated files with the pinned version of ruff."""

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from astra_devops._codegen.text import WIDTH

RUFF: Final = "0.17.6"
"""The only version that is used: another may format differently, and all files would look stale."""
_COMMON: Final = ("--isolated", "--quiet", "--no-cache", "--config", f"line-length = {WIDTH}", "--config", 'target-version = "py311"')
_IMPORTS: Final = ("--select", "I", "--fix", "--config", 'lint.isort.known-first-party = ["astra_devops"]')


class FormatError(Exception):
    """The installed ruff is not the pinned version, or it rejected its input."""


def format_files(files: dict[str, str]) -> dict[str, str]:
    """Return the files with sorted imports and formatted source. Only Python files change."""
    version = _ruff("--version").split()[-1]
    if version != RUFF:
        raise FormatError(f"the generated files must be formatted by ruff {RUFF}, but {version} is installed: pip install ruff=={RUFF}")
    with tempfile.TemporaryDirectory() as directory:
        root = Path(directory)
        for name, text in files.items():
            target = root / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8", newline="\n")
        _ruff("check", *_COMMON, *_IMPORTS, directory)
        _ruff("format", *_COMMON, directory)
        return {name: (root / name).read_text(encoding="utf-8") for name in files}


def _ruff(*arguments: str) -> str:
    process = subprocess.run([sys.executable, "-m", "ruff", *arguments], capture_output=True, text=True, check=False)
    if process.returncode:
        raise FormatError(f"ruff {arguments[0]} failed: {process.stdout}{process.stderr}")
    return process.stdout
