"""Writing a generated directory, and comparing one with what would be written."""

import shutil
from pathlib import Path

from astra_devops._codegen.banner import MARK


class ForeignDirectoryError(Exception):
    """A directory that would have to be deleted has content that was not generated."""


def write(directory: Path, files: dict[str, str]) -> None:
    """Replace a generated directory, unless it is fresh already.

    Raises:
        ForeignDirectoryError: The directory has content, and its ``__init__.py`` does not begin
            with the banner of generated modules.
    """
    if directory.is_symlink() or (directory.exists() and not directory.is_dir()):
        raise ForeignDirectoryError(f"{directory} is not a directory")
    if directory.exists():
        if not differences(directory, files):
            return
        if any(directory.iterdir()) and not _is_generated(directory):
            raise ForeignDirectoryError(f"{directory} was not generated: its __init__.py does not begin with {MARK!r}. Delete it first.")
        shutil.rmtree(directory)
    directory.mkdir(parents=True)
    for name, text in files.items():
        target = directory / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text.encode())


def differences(directory: Path, files: dict[str, str]) -> list[str]:
    """Return one line for each file that is missing, stale or changed, ordered by path."""
    present = {
        path.relative_to(directory).as_posix(): path
        for path in sorted(directory.rglob("*"))
        if path.is_file() and "__pycache__" not in path.relative_to(directory).parts
    }
    lines = []
    for name in sorted(present.keys() | files.keys()):
        if name not in present:
            lines.append(f"missing: {directory / name}")
        elif name not in files:
            lines.append(f"stale:   {directory / name} (no longer generated)")
        elif present[name].read_bytes() != files[name].encode():
            lines.append(f"changed: {directory / name}")
    return lines


def _is_generated(directory: Path) -> bool:
    init = directory / "__init__.py"
    return init.is_file() and init.read_text(encoding="utf-8", errors="replace").startswith(MARK)
