"""Habits of other documents: each was refused, or made code that broke a rule of the project."""

import subprocess
import sys
from pathlib import Path

import pytest

from astra_devops._codegen.format import format_files
from astra_devops._codegen.rest.load import load
from astra_devops._codegen.rest.pipeline import generate
from astra_devops._codegen.rest.verbs import begins_with_verb, imperative

Warnings = list[tuple[str, str, str]]


@pytest.fixture(scope="module")
def foreign(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Warnings]:
    """The directory with what was generated from foreign.yaml, and the warnings."""
    warnings: Warnings = []
    document = load(Path(__file__).parent / "fixtures/foreign.yaml")
    files = generate(document, None, lambda *warning: warnings.append(warning), package=None, source="a test")
    directory = tmp_path_factory.mktemp("foreign")
    for name, text in format_files(files).items():
        (directory / name).parent.mkdir(parents=True, exist_ok=True)
        (directory / name).write_text(text, encoding="utf-8")
    return directory, warnings


def test_each_habit_is_repaired_with_one_warning(foreign: tuple[Path, Warnings]) -> None:
    schema = "/components/schemas/Orchard/properties"
    assert foreign[1] == [
        (f"{schema}/name/pattern", "a pattern that Python cannot read", "dropped, since models do not check it"),
        (f"{schema}/trees/tye", "unknown keyword 'tye' with the type integer", "treated as type"),
        ("/paths/~1orchards/post/responses", "only errors and redirects are declared", "200 without content added"),
    ]


def test_the_code_keeps_the_rules_of_the_project(foreign: tuple[Path, Warnings], root: Path) -> None:
    command = [sys.executable, "-m", "ruff", "check", "--no-cache", "--config", str(root / "pyproject.toml"), str(foreign[0])]
    process = subprocess.run(command, capture_output=True, text=True, check=False)
    assert process.returncode == 0, process.stdout


def test_summaries_of_functions_begin_with_a_verb(foreign: tuple[Path, Warnings]) -> None:
    text = "".join((foreign[0] / f"_rest/endpoints/{name}.py").read_text() for name in ("orchards", "seasons"))
    assert '"""Return the orchards of a farm.' in text
    assert '"""Call plantOrchard.\n\n    plantOrchard makes a new orchard.' in text
    assert '"""Call getSeason.\n\n    Customer\'s present season.' in text
    assert '"""Modify the season.' in text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Creates one", "Create one"),
        ("passes it on", "passes it on"),  # not a verb of the list
        ("verifies it", "Verify it"),
        ("pushes it", "Push it"),
        ("Get it", "Get it"),
        ("Databases of it", "Databases of it"),
        ("", ""),
    ],
)
def test_a_verb_in_the_third_person_becomes_an_imperative(text: str, expected: str) -> None:
    assert imperative(text) == expected


def test_a_noun_or_a_name_is_no_verb() -> None:
    assert [begins_with_verb(text) for text in ("Create it", "get it", "getThing it", "Creation", "A key", "")] == [True, True] + 4 * [
        False
    ]
