"""The distribution: what is in it, what it is called, and that it is the one under test."""

import importlib
import os
import re
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest

import astra_devops

PACKAGE = Path(astra_devops.__file__).parent
installed = pytest.mark.skipif("ASTRA_DEVOPS_TEST_INSTALLED" not in os.environ, reason="only nox tests an installed wheel")


def test_every_public_name_is_there_and_listed() -> None:
    assert astra_devops.__all__ == sorted(astra_devops.__all__)
    assert [name for name in astra_devops.__all__ if not hasattr(astra_devops, name)] == []
    assert set(astra_devops.__all__) <= set(dir(astra_devops))


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="Databaze"):
        astra_devops.Databaze  # noqa: B018


def test_star_import_gives_the_public_names() -> None:
    names: dict[str, object] = {}
    exec("from astra_devops import *", names)
    assert set(astra_devops.__all__) <= names.keys()


def test_models_come_from_the_generated_layer() -> None:
    models = importlib.import_module("astra_devops.models")
    assert [name for name in models.__all__ if not hasattr(models, name)] == []


def test_the_package_is_typed_and_brings_its_contract() -> None:
    assert (PACKAGE / "py.typed").is_file()
    assert (PACKAGE / "_contract" / "effective.json").is_file()


def test_the_version_is_told_once(root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert astra_devops.__version__ == project["version"]


def test_the_changelog_has_a_place_for_what_comes_next(root: Path) -> None:
    headings = re.findall(r"^## \[(.+?)\]", (root / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert headings[0] == "Unreleased"


@installed
def test_what_is_tested_is_the_installed_wheel(root: Path) -> None:
    assert "site-packages" in PACKAGE.parts


@installed
def test_what_subprocesses_import_is_the_installed_wheel(root: Path) -> None:
    program = "import astra_devops; print(astra_devops.__file__)"
    done = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert Path(done.stdout.strip()).parent == PACKAGE


@installed
def test_the_wheel_leaves_the_generators_out() -> None:
    files = metadata.files("astra-devops") or []
    assert {file.parts[1] for file in files if file.parts[0] == "astra_devops"}.isdisjoint({"_codegen", "_spec"})
    assert any(file.name == "LICENSE" for file in files)
