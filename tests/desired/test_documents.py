"""Declarations: what is refused, and how errors name the place."""

from pathlib import Path

import pytest

from astra_devops.desired import Database, Declaration, load

DATABASE = '[[databases]]\nname = "orders"\ncloud_provider = "aws"\nregion = "us-east-2"\n'


def test_a_file_is_a_declaration(tmp_path: Path) -> None:
    path = tmp_path / "databases.toml"
    path.write_text(DATABASE + 'keyspaces = ["sales"]\nregions = ["us-east-1"]\n', encoding="utf-8")
    declared = Database("orders", cloud_provider="AWS", region="us-east-2", regions=["us-east-1"], keyspaces=["sales"])
    assert load(path) == Declaration([declared])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (DATABASE * 2, "databases must not have 'orders' twice"),
        (DATABASE + 'regions = [""]', r"databases\[0\]\.regions\[0\]: must"),
        (DATABASE + 'keyspaces = ["a-b"]', r"databases\[0\]\.keyspaces\[0\]: must be 1 to 48 letters"),
        (DATABASE + 'keyspaces = ["a", "a"]', r"databases\[0\]\.keyspaces: must not have 'a' twice"),
        (DATABASE + 'keyspaces = "a"', r"databases\[0\]\.keyspaces: must be a list of strings, not a single string"),
        (DATABASE + 'regions = ["us-east-2"]', r"databases\[0\]\.regions: must not have 'us-east-2' twice"),
        (DATABASE + 'keyspace = "a"', r"databases\[0\]\.keyspace: is not a setting; it must be one of name, "),
        (DATABASE + 'tier = ""', r"databases\[0\]\.tier: must"),
        ('[[databases]]\nname = "orders"', r"databases\[0\]\.cloud_provider: must be given"),
        ("databases = [1]", r"databases\[0\] must be a table, not int"),
        ("roles = []", "roles: is not a setting"),
        ("databases = ", "path must be a TOML file: "),
    ],
)
def test_an_error_names_the_place(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "databases.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises((TypeError, ValueError), match=message):
        load(path)
