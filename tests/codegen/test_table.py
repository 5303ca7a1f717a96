"""The README's table names a call for every operation, and each call exists in both clients."""

import re

import pytest

from astra_devops import AstraDevOps, AsyncAstraDevOps
from astra_devops._codegen.pages.operations_table import BEGIN, END, table, with_table
from astra_devops._rest import index

ROW = re.compile(
    r"\| (?P<method>[A-Z]+) (?P<path>\S+) \| `(?P<id>\w+)` "
    r"\| `(?:await )?astra\.(?P<call>[^(]+)\(.*` \| `astra\.(?P<blocking>[^(]+)\(.*` \|"
)
RAW = {"AddAllowedPrincipal", "createServerlessKeyAlternate", "listServerlessKeysAlternate"}


def test_every_operation_has_its_row_and_every_call_exists(root):
    rows = table(root / "astra_devops").splitlines()[2:]
    named = {(operation.method, operation.path): operation.id for operation in index.OPERATIONS.values()}
    raw = set()
    for line in rows:
        row = ROW.fullmatch(line)
        assert row, line
        assert row["call"] == row["blocking"]
        operation = named.pop((row["method"], row["path"]))
        assert operation == row["id"]
        if row["call"] == "request":
            raw.add(operation)
            continue
        resource, _, method = row["call"].partition(".")
        for client in (AsyncAstraDevOps, AstraDevOps):
            (returned,) = {getattr(client, resource).func.__annotations__["return"].strip('"')}
            assert method
            assert returned
    assert not named
    assert raw == RAW


def test_a_readme_without_the_marks_is_refused(root):
    with pytest.raises(ValueError, match="lacks the marks"):
        with_table("# Hello", root / "astra_devops")
    assert with_table(f"a{BEGIN}old{END}b", root / "astra_devops").endswith(f"{END}b")
