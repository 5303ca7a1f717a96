"""The command line, as a subprocess."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from astra_devops._codegen.banner import banner
from astra_devops._codegen.format import RUFF, FormatError, format_files
from astra_devops._codegen.write import ForeignDirectoryError, differences, write


def codegen(*arguments: object, cwd: Path | None = None) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "astra_devops._codegen", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd)


def tree(directory: Path) -> dict[str, bytes]:
    return {path.relative_to(directory).as_posix(): path.read_bytes() for path in directory.rglob("*") if path.suffix in (".py", ".json")}


@pytest.fixture(scope="session")
def column_out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The output of the command for column.yaml with its overlay."""
    out = tmp_path_factory.mktemp("column") / "out"
    here = Path(__file__).parent / "fixtures"
    process = codegen("--spec", here / "column.yaml", "--overlay", here / "column.overlay.yaml", "--out", out)
    assert (process.returncode, process.stdout, process.stderr) == (0, "", "")
    return out


@pytest.fixture
def stale(column_out: Path, tmp_path: Path) -> tuple[Path, list[object]]:
    """A copy of that output to change, and the arguments that it was made with."""
    out = tmp_path / "out"
    shutil.copytree(column_out, out)
    here = Path(__file__).parent / "fixtures"
    return out, ["--spec", here / "column.yaml", "--overlay", here / "column.overlay.yaml", "--out", out]


def test_the_output_is_the_golden_one(column_out: Path) -> None:
    golden = Path(__file__).parent / "golden"
    assert tree(column_out) == tree(golden), f"read the difference; if it is intended, generate {golden} again"


def test_two_runs_give_the_same_bytes(column_out: Path, tmp_path: Path, fixtures: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONHASHSEED", "7")
    codegen("--spec", fixtures / "column.yaml", "--overlay", fixtures / "column.overlay.yaml", "--out", tmp_path / "other")
    assert tree(tmp_path / "other") == tree(column_out)


def test_a_fresh_tree_passes_the_check(stale: tuple[Path, list[object]]) -> None:
    process = codegen("--check", *stale[1])
    assert (process.returncode, process.stdout, process.stderr) == (0, "", "")


def test_the_check_names_what_differs_and_the_command_that_updates_it(stale: tuple[Path, list[object]]) -> None:
    out, arguments = stale
    (out / "_rest/models/orphan.py").write_text("")
    (out / "_rest/index.py").write_bytes((out / "_rest/index.py").read_bytes() + b"\n")
    (out / "_contract/effective.json").unlink()
    before = tree(out)
    process = codegen("--check", *arguments)
    assert process.returncode == 1
    assert process.stdout.splitlines() == [
        f"changed: {out / '_rest/index.py'}",
        f"stale:   {out / '_rest/models/orphan.py'} (no longer generated)",
        f"missing: {out / '_contract/effective.json'}",
        f"to update them, run: python -m astra_devops._codegen {' '.join(map(str, arguments))}",
    ]
    assert tree(out) == before
    assert codegen(*arguments).returncode == 0
    assert not (out / "_rest/models/orphan.py").exists()
    assert codegen("--check", *arguments).returncode == 0


def test_a_missing_tree_fails_the_check(tmp_path: Path, fixtures: Path) -> None:
    process = codegen("--check", "--spec", fixtures / "column.yaml", "--out", tmp_path / "nothing")
    assert process.returncode == 1
    assert not (tmp_path / "nothing").exists()


def test_the_defective_document_succeeds_with_warnings(tmp_path: Path, fixtures: Path) -> None:
    process = codegen("--spec", fixtures / "defective.yaml", "--out", tmp_path)
    assert process.returncode == 0
    lines = process.stderr.splitlines()
    assert "warning: /components/schemas/Error/required/0: 'id' is not a property; treated as 'ID'" in lines
    assert all(line.startswith("warning: /") for line in lines)


def test_a_refusal_is_one_line_with_a_pointer(tmp_path: Path) -> None:
    spec = tmp_path / "spec.json"
    spec.write_text('{"openapi": "3.0.0", "info": {"title": "", "version": ""}, "paths": {"/a\\nb": {"get": {"parameters": 3}}}}')
    process = codegen("--spec", spec, "--out", tmp_path / "out")
    assert process.returncode == 2
    assert process.stderr.splitlines()[-1].startswith("error: /paths/~1a\\nb/get")
    assert not (tmp_path / "out").exists()


def test_files_that_cannot_be_read_are_an_error_without_traceback(tmp_path: Path) -> None:
    process = codegen("--spec", tmp_path / "gone.yaml", "--out", tmp_path / "out")
    assert (process.returncode, "Traceback" in process.stderr) == (2, False)


def test_a_directory_that_was_not_generated_is_not_deleted(tmp_path: Path, fixtures: Path) -> None:
    precious = tmp_path / "_rest" / "thesis.txt"
    precious.parent.mkdir()
    precious.write_text("ten years of work")
    process = codegen("--spec", fixtures / "column.yaml", "--out", tmp_path)
    assert (process.returncode, precious.read_text()) == (2, "ten years of work")


@pytest.mark.parametrize("arguments", [["--spec", "x"], ["--out", "x"], ["--overlay", "x"], ["--unknown"]])
def test_arguments_that_do_not_fit_together_are_refused(arguments: list[str]) -> None:
    assert codegen(*arguments).returncode == 2


@pytest.fixture(scope="session")
def trees(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with packages that were generated from other documents."""
    directory = tmp_path_factory.mktemp("trees")
    for name in ("defective", "hostile", "foreign"):
        process = codegen("--spec", Path(__file__).parent / f"fixtures/{name}.yaml", "--out", directory / name)
        assert process.returncode == 0
    return directory


@pytest.mark.parametrize("name", ["defective", "hostile", "foreign"])
def test_the_generated_code_imports(trees: Path, root: Path, name: str) -> None:
    modules = [".".join(path.relative_to(trees).with_suffix("").parts) for path in sorted((trees / name).rglob("[a-z]*.py"))]
    lines = "\n".join(f"import {module}" for module in modules)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(trees), str(root)])}
    process = subprocess.run([sys.executable, "-c", lines], env=environment, capture_output=True, text=True, check=False)
    assert (process.returncode, process.stderr) == (0, "")


@pytest.mark.timeout(180)
def test_the_generated_code_passes_mypy_strict(trees: Path, root: Path) -> None:
    command = [sys.executable, "-m", "mypy", "--strict", "--follow-imports=silent", "--cache-dir", str(root / ".mypy_cache")]
    environment = {**os.environ, "MYPYPATH": str(root)}
    packages = [f"{name}/{part}" for name in ("defective", "hostile", "foreign") for part in ("_rest", "_contract")]
    for pair in (packages[:2], packages[2:4], packages[4:]):  # mypy takes one package of a name at a time
        process = subprocess.run([*command, *pair], cwd=trees, env=environment, capture_output=True, text=True, check=False)
        assert process.returncode == 0, process.stdout


def test_the_formatter_is_the_pinned_one(root: Path) -> None:
    assert f'"ruff=={RUFF}"' in (root / "pyproject.toml").read_text()
    with pytest.raises(FormatError):
        format_files({"a.py": "def"})


def test_writing_leaves_a_fresh_directory_untouched(tmp_path: Path) -> None:
    files = {"__init__.py": banner("a test"), "a/b.py": "x = 1\n"}
    write(tmp_path / "d", files)
    inode = (tmp_path / "d/a/b.py").stat().st_ino
    write(tmp_path / "d", files)
    assert (tmp_path / "d/a/b.py").stat().st_ino == inode
    assert differences(tmp_path / "d", files) == []
    (tmp_path / "link").symlink_to(tmp_path / "d")
    with pytest.raises(ForeignDirectoryError):
        write(tmp_path / "link", files)
