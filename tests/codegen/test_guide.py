"""The guide to the emulator lists every fault and every quirk, and is fresh."""

from pathlib import Path
from typing import Any

import attrs
import pytest

from astra_devops._codegen.pages.emulator_guide import faults_table, quirks_table, with_tables
from astra_devops.emulator import Faults, Quirks


def first_cells(table: Any) -> Any:
    return [line.split("`")[1] for line in table.splitlines()[2:]]


def test_the_guide_is_fresh(root: Path) -> None:
    guide = (root / "docs/emulator.md").read_text(encoding="utf-8")
    assert with_tables(guide, root / "astra_devops") == guide


def test_every_quirk_has_its_row_with_its_default(root: Path) -> None:
    table = quirks_table(root / "astra_devops")
    assert sorted(first_cells(table)) == sorted(field.name for field in attrs.fields(Quirks))
    assert "| `null_keyspaces` | on |" in table
    assert "| `numbered_from_two` | off |" in table
    assert "| `access_list_lag` | `0.25` |" in table


def test_a_fault_is_shown_as_it_is_called(root: Path) -> None:
    calls = first_cells(faults_table(root / "astra_devops"))
    assert "status(operation, status, [body=], [headers=], [content_type=], [after_effect=], ...)" in calls
    assert "list_lag(seconds)" in calls
    assert all(callable(getattr(Faults, call.partition("(")[0])) for call in calls)


def test_a_guide_without_the_marks_is_refused(root: Path) -> None:
    with pytest.raises(ValueError, match="must have the marks"):
        with_tables("# Hello", root / "astra_devops")
