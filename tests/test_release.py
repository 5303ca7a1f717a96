"""What the files for releases promise, and what the check of a release finds."""

import importlib.util
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import pytest
import yaml

ROOT: Final = Path(__file__).parents[1]
WORKFLOWS: Final = sorted([*(ROOT / ".github/workflows").glob("*.yml"), *(ROOT / "examples/workflows").glob("*.yml")])
PROJECT: Final[dict[str, Any]] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
RECIPE: Final[dict[str, Any]] = yaml.safe_load((ROOT / "conda/recipe.yaml").read_text(encoding="utf-8"))
CHANGELOG: Final = """\
## [Unreleased]

## [1.2.0] - 2026-11-26

### Added

- Something.

## [1.1.0] - 2026-01-01

- Less.
"""


@pytest.fixture(scope="module")
def release() -> ModuleType:
    spec = importlib.util.spec_from_file_location("release", ROOT / ".ci/release.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_release_with_version_and_changelog_in_order_has_no_problem(release: ModuleType) -> None:
    assert list(release.version_problems("1.2.0", CHANGELOG, 'version: "1.2.0"')) == []
    assert release.sections(CHANGELOG)["1.2.0"] == ("2026-11-26", "### Added\n\n- Something.")


@pytest.mark.parametrize(
    ("version", "changelog", "word"),
    [
        ("1.2", CHANGELOG.replace("1.2.0", "1.2"), "must be like"),
        ("1.3.0", CHANGELOG, "needs a section"),
        ("1.2.0", CHANGELOG.replace(" - 2026-11-26", ""), "needs a section"),
        ("1.1.0", CHANGELOG, "right after Unreleased"),
        ("1.2.0", CHANGELOG.replace("## [Unreleased]\n", "## [Unreleased]\n\n- More.\n"), "under Unreleased must move"),
    ],
)
def test_a_release_with_another_version_or_changelog_is_refused(release: ModuleType, version: str, changelog: str, word: str) -> None:
    (problem,) = release.version_problems(version, changelog, f'version: "{version}"')
    assert word in problem


def test_a_recipe_of_another_version_is_refused(release: ModuleType) -> None:
    assert list(release.version_problems("1.2.0", CHANGELOG, 'version: "1.1.0"')) == ["conda/recipe.yaml must have the version 1.2.0"]


@pytest.mark.parametrize("origin", ["git@github.com:a/b.git", "https://github.com/a/b", "https://token@github.com/A/b.git/"])
def test_addresses_of_the_same_repository_are_equal(release: ModuleType, origin: str) -> None:
    assert list(release.repository_problems("1.2.0", ["v1.2.0"], "", origin, "https://github.com/a/b")) == []


def test_tag_changes_and_address_are_checked(release: ModuleType) -> None:
    changes, tag, address = release.repository_problems("1.2.0", ["v1.1.0"], " M a.py", "", "https://github.com/a/b")
    assert "without a commit" in changes
    assert "git tag -s v1.2.0" in tag
    assert "'origin' is not set" in address


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build a wheel of a small project with our hook, as the backend does."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "astra_devops").mkdir()
    for name in ("pyproject.toml", "hatch_build.py", "README.md", "LICENSE", "astra_devops/_version.py"):
        (folder / name).write_bytes((ROOT / name).read_bytes())
    (folder / "astra_devops/__init__.py").touch()
    for target in ("one", "two"):
        command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder / target)]
        subprocess.run(command, cwd=folder, check=True, capture_output=True)
    (one,), (two,) = ((folder / target).glob("*.whl") for target in ("one", "two"))
    assert one.read_bytes() == two.read_bytes()
    return one


def test_the_wheel_lists_what_it_needs(wheel: Path) -> None:
    archive = zipfile.ZipFile(wheel)
    (name,) = (name for name in archive.namelist() if "/sboms/" in name)
    listed = yaml.safe_load(archive.read(name))
    assert (listed["bomFormat"], listed["specVersion"]) == ("CycloneDX", "1.6")
    required = {found["name"] for found in listed["components"] if found["scope"] == "required"}
    assert required == {re.split(r"[>=]", requirement)[0] for requirement in PROJECT["project"]["dependencies"]}
    references = [found["bom-ref"] for found in listed["components"]]
    assert len(references) == len(set(references))
    assert listed["dependencies"][0]["dependsOn"] == references
    ranges = {found["name"]: found["properties"][0]["value"] for found in listed["components"]}
    assert ranges["aiohttp"] == ">=3.12"
    assert {found["properties"][1]["value"] for found in listed["components"] if found["scope"] == "optional"} == set(
        PROJECT["project"]["optional-dependencies"]
    )


def test_the_wheel_has_the_addresses_of_the_project(wheel: Path) -> None:
    archive = zipfile.ZipFile(wheel)
    (metadata,) = (archive.read(name).decode() for name in archive.namelist() if name.endswith("/METADATA"))
    assert {name.partition(",")[0] for name in re.findall("^Project-URL: (.*)$", metadata, re.MULTILINE)} == {
        "Changelog",
        "Documentation",
        "Issues",
        "Source",
    }


def test_the_recipe_for_conda_needs_what_the_wheel_needs() -> None:
    needed = {requirement.replace(" ", "") for requirement in RECIPE["requirements"]["run"] if not requirement.startswith("python")}
    assert needed == set(PROJECT["project"]["dependencies"])


def steps(workflow: Path) -> Iterator[dict[str, Any]]:
    for job in yaml.safe_load(workflow.read_text(encoding="utf-8"))["jobs"].values():
        yield from job.get("steps", ())


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_actions_are_pinned_by_hash_and_no_command_contains_an_expression(workflow: Path) -> None:
    for step in steps(workflow):
        assert "${{" not in step.get("run", "")
        used = step.get("uses", "./")
        assert used.startswith("./") or re.search(r"@[0-9a-f]{40}$", used), used
        if used.startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False


def test_the_matrix_has_each_python_of_the_classifiers() -> None:
    checks = yaml.safe_load((ROOT / ".github/workflows/checks.yml").read_text(encoding="utf-8"))
    pythons = checks["jobs"]["tests"]["strategy"]["matrix"]["python"]
    classified = re.findall(r"Python :: (3\.\d+)", "\n".join(PROJECT["project"]["classifiers"]))
    assert set(classified) <= set(pythons)


def test_what_workflows_install_is_pinned_by_hash() -> None:
    for path in (ROOT / ".github/requirements").glob("*.txt"):
        pinned = [line for line in path.read_text(encoding="utf-8").splitlines() if re.match(r"\w", line)]
        assert pinned
        assert [line for line in pinned if "==" not in line or not line.endswith("\\")] == []
    for workflow in WORKFLOWS:
        installs = [step["run"] for step in steps(workflow) if "pip install" in step.get("run", "")]
        assert [run for run in installs if "--require-hashes" not in run and "examples" not in workflow.parts] == []


@pytest.mark.parametrize("form", ["problem", "service", "wish"])
def test_forms_of_issues_ask_in_unique_fields(form: str) -> None:
    read = yaml.safe_load((ROOT / f".github/ISSUE_TEMPLATE/{form}.yml").read_text(encoding="utf-8"))
    assert read["name"]
    assert read["description"]
    fields = [field["id"] for field in read["body"] if field["type"] != "markdown"]
    assert len(fields) == len(set(fields)) > 0
