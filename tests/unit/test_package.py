"""The distribution: its public names, its content, and that it is the one under test."""

import ast
import os
import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

import astra_devops

PACKAGE = Path(astra_devops.__file__).parent
installed = pytest.mark.skipif("ASTRA_DEVOPS_TEST_INSTALLED" not in os.environ, reason="only nox tests an installed wheel")


def test_every_public_name_exists_and_is_listed() -> None:
    assert astra_devops.__all__ == sorted(astra_devops.__all__)
    assert [name for name in astra_devops.__all__ if not hasattr(astra_devops, name)] == []
    assert set(astra_devops.__all__) <= set(dir(astra_devops))


def test_type_checkers_see_the_same_names() -> None:
    tree = ast.parse((PACKAGE / "__init__.py").read_text(encoding="utf-8"))
    (checked,) = (node for node in tree.body if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING")
    imports = [node for node in checked.body if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("astra_devops")]
    homes = {}
    for node in imports:
        for alias in node.names:
            assert alias.asname == alias.name, "without 'as', type checkers take a name for private"
            homes[alias.name] = (node.module or "").removeprefix("astra_devops").removeprefix(".") or alias.name
    assert homes == astra_devops._HOMES


@pytest.mark.parametrize(
    "expression",
    [
        "emulator.Emulator",
        "errors.AstraDevOpsError",
        "keys.AwsKey",
        "models.Database",
        "policies.drn",
        "scim.scim_filter",
        "sinks.KafkaSink",
    ],
)
def test_submodules_need_no_import_of_their_own(root: Path, expression: str) -> None:
    program = f"import astra_devops; {expression.partition('.')[0]!r} in dir(astra_devops) or 1 / 0; astra_devops.{expression}"
    process = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True)
    assert (process.returncode, process.stderr) == (0, "")


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="Databaze"):
        astra_devops.Databaze  # noqa: B018


def test_star_import_gives_the_public_names() -> None:
    names: dict[str, object] = {}
    exec("from astra_devops import *", names)
    assert set(astra_devops.__all__) <= names.keys()


def test_the_package_is_typed_and_has_its_contract() -> None:
    assert (PACKAGE / "py.typed").is_file()
    assert (PACKAGE / "_contract" / "effective.json").is_file()


def test_the_version_is_that_of_the_installed_package() -> None:
    assert astra_devops.__version__ == metadata.version("astra-devops")


def test_the_changelog_has_a_place_for_what_comes_next(root: Path) -> None:
    headings = re.findall(r"^## \[(.+?)\]", (root / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert headings[0] == "Unreleased"


@installed
def test_what_is_tested_is_the_installed_wheel(root: Path) -> None:
    assert "site-packages" in PACKAGE.parts


@installed
def test_what_subprocesses_import_is_the_installed_wheel(root: Path) -> None:
    program = "import astra_devops; print(astra_devops.__file__)"
    process = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True)
    assert process.returncode == 0, process.stderr
    assert Path(process.stdout.strip()).parent == PACKAGE


@installed
def test_the_wheel_leaves_the_generators_out() -> None:
    files = metadata.files("astra-devops") or []
    assert {file.parts[1] for file in files if file.parts[0] == "astra_devops"}.isdisjoint({"_codegen", "_spec"})
    assert any(file.name == "LICENSE" for file in files)
