"""docs/operations.md has a row for every operation, and each call in it exists in both clients."""

import re
from importlib import import_module
from pathlib import Path

import pytest

from astra_devops import AstraDevOps, AsyncAstraDevOps
from astra_devops._codegen.pages.marks import replace_between_marks
from astra_devops._codegen.pages.operations_table import pagers, table, with_table
from astra_devops._rest import index

ROW = re.compile(r"\| (?P<method>[A-Z]+) (?P<path>\S+) \| `(?P<id>\w+)` \| `astra\.(?P<call>[^(]+)\(.*\)` \|")
# The operations that no method sends.
WITHOUT_METHOD = {"AddAllowedPrincipal", "createServerlessKeyAlternate", "listServerlessKeysAlternate"}


def rows(package: Path) -> list[dict[str, str]]:
    matches = [ROW.fullmatch(line) for line in table(package).splitlines()[2:]]
    return [match.groupdict() for match in matches if match is not None]


def method(client: type, call: str) -> object:
    """Return the method of a client's resource class."""
    resource, _, name = call.partition(".")
    returned = getattr(client, resource).func.__annotations__["return"]
    folder = "blocking" if client is AstraDevOps else "resources"
    return getattr(getattr(import_module(f"astra_devops.{folder}.{resource}"), returned), name)


def test_the_page_is_fresh(root: Path) -> None:
    page = (root / "docs/operations.md").read_text(encoding="utf-8")
    assert with_table(page, root / "astra_devops") == page


def test_every_operation_has_its_row_and_every_call_exists(root: Path) -> None:
    listed = rows(root / "astra_devops")
    assert len(listed) == len(table(root / "astra_devops").splitlines()) - 2
    operations = [(operation.id, operation.method, operation.path) for operation in index.OPERATIONS.values()]
    assert sorted((row["id"], row["method"], row["path"]) for row in listed) == sorted(operations)
    assert {row["id"] for row in listed if row["call"] == "request"} == WITHOUT_METHOD
    for call in {row["call"] for row in listed} - {"request"}:
        assert callable(method(AsyncAstraDevOps, call))
        assert callable(method(AstraDevOps, call))


def test_rows_are_ordered_by_noun(root: Path) -> None:
    nouns = [row["call"].partition(".")[0] for row in rows(root / "astra_devops") if row["call"] != "request"]
    assert nouns == sorted(nouns)


def test_the_calls_that_are_listed_as_pagers_return_one(root: Path) -> None:
    calls = {line.split("astra.")[1].partition("(")[0] for line in pagers(root / "astra_devops").splitlines()}
    assert "databases.list" in calls
    for call in {row["call"] for row in rows(root / "astra_devops")} - {"request"}:
        returned = str(method(AsyncAstraDevOps, call).__annotations__["return"])
        assert ("AsyncPager" in returned) == (call in calls)


def test_a_page_without_the_marks_is_refused(root: Path) -> None:
    with pytest.raises(ValueError, match="must have the marks"):
        with_table("# Hello", root / "astra_devops")


def test_text_around_the_marks_stays() -> None:
    begin, end = "<!-- x: written by python -m astra_devops._codegen -->", "<!-- end of x -->"
    assert replace_between_marks(f"a{begin}old{end}b", "x", "new") == f"a{begin}\n\nnew\n{end}b"
