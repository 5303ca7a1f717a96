"""Declarations: what is refused, and how errors name the place."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from astra_devops.desired import Database, Declaration, Plan, Role, load

DATABASE = '[[databases]]\nname = "orders"\ncloud_provider = "aws"\nregion = "us-east-2"\n'


def test_a_file_is_a_declaration(tmp_path: Path) -> None:
    path = tmp_path / "databases.toml"
    path.write_text(DATABASE + 'keyspaces = ["sales"]\nregions = ["us-east-1"]\n', encoding="utf-8")
    declared = Database("orders", cloud_provider="AWS", region="us-east-2", regions=["us-east-1"], keyspaces=["sales"])
    assert load(path) == Declaration([declared])


YAML = "databases:\n- name: orders\n  cloud_provider: aws\n  region: us-east-2\n"


def test_a_yaml_file_is_a_declaration(tmp_path: Path) -> None:
    path = tmp_path / "databases.yaml"
    path.write_text(YAML + "  keyspaces: [sales]\n  protected: false\n", encoding="utf-8")
    assert load(path) == Declaration([Database("orders", cloud_provider="aws", region="us-east-2", keyspaces=["sales"], protected=False)])
    path.write_text("", encoding="utf-8")
    assert load(path) == Declaration()
    path.write_text("databases:\nroles:\ndevops_access_list:\n", encoding="utf-8")
    assert load(path) == Declaration()
    path.write_text(YAML + "  keyspaces:\n  # - sales\n", encoding="utf-8")
    assert load(path) == Declaration([Database("orders", cloud_provider="aws", region="us-east-2")])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (YAML + "  keyspaces: [a-b]", r"databases\[0\]\.keyspaces\[0\]: must be 1 to 48 letters"),
        (YAML + "  keyspaces: [1]", r"databases\[0\]\.keyspaces\[0\]: must be a string"),
        (YAML + "  protected: 0", r"databases\[0\]\.protected: must be True or False"),
        (YAML + "  name:", r"databases\[0\]\.name: must be given"),
        ("databases: [null]", r"databases\[0\]: must not be empty"),
        (YAML + "  keyspaces: [sales, ]\n  regions: [null]", r"databases\[0\]\.regions\[0\]: must not be empty"),
        ("captures: [{database: x, tables: [a.b], streams: [{region:}]}]", r"captures\[0\]\.streams\[0\]\.region: must not be empty"),
        ("1: 2", "1: is not a setting"),
        ("- databases", "path must be a YAML file with a mapping, not list"),
        ("databases: [", "path must be a YAML file: "),
        ("databases: !!python/object:os.system {}", "path must be a YAML file: "),
    ],
)
def test_an_error_in_yaml_names_the_place(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "databases.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises((TypeError, ValueError), match=message):
        load(path)


def test_yaml_without_pyyaml_is_an_error_with_the_command(tmp_path: Path) -> None:
    path = tmp_path / "databases.yaml"
    path.write_text(YAML, encoding="utf-8")
    program = f"import sys; sys.modules['yaml'] = None; from astra_devops import desired; desired.load({str(path)!r})"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert "ImportError: path is a YAML file, which needs PyYAML: pip install pyyaml" in done.stderr


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "databases.toml"
    declared = Declaration([Database("orders", cloud_provider="aws", region="us-east-2", protected=False)])
    path.write_text(declared.to_toml(), encoding="utf-8")
    assert "protected = false" in declared.to_toml()
    assert load(path) == declared


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (DATABASE * 2, "databases must not have 'orders' twice"),
        (DATABASE + 'regions = [""]', r"databases\[0\]\.regions\[0\]: must"),
        (DATABASE + 'keyspaces = ["a-b"]', r"databases\[0\]\.keyspaces\[0\]: must be 1 to 48 letters"),
        (DATABASE + 'keyspaces = ["a", "a"]', r"databases\[0\]\.keyspaces: must not have 'a' twice"),
        (DATABASE + 'keyspaces = "a"', r"databases\[0\]\.keyspaces: must be a list of strings, not a single string"),
        (DATABASE + 'regions = ["us-east-2"]', r"databases\[0\]\.regions: must not have 'us-east-2' twice"),
        (
            DATABASE + 'keyspace = "a"',
            r"databases\[0\]\.keyspace: is not a setting; it must be one of name, .*; did you mean 'keyspaces'\?",
        ),
        ("database = []", r"database: is not a setting; .*; did you mean 'databases'\?"),
        (DATABASE + 'tier = ""', r"databases\[0\]\.tier: must"),
        ('[[databases]]\nname = "orders"', r"databases\[0\]\.cloud_provider: must be given"),
        ("databases = [1]", r"databases\[0\] must be a table, not int"),
        ("rules = []", "rules: is not a setting"),
        ("databases = ", "path must be a TOML file: "),
    ],
)
def test_an_error_names_the_place(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "databases.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises((TypeError, ValueError), match=message):
        load(path)


def test_one_table_in_place_of_a_list_is_an_error_with_the_brackets(tmp_path: Path) -> None:
    path = tmp_path / "databases.toml"
    path.write_text(DATABASE.replace("[[databases]]", "[databases]"), encoding="utf-8")
    with pytest.raises(TypeError, match=r"databases must be a list of tables, not one table: write \[\[databases\]\] in TOML"):
        load(path)


def test_a_file_may_leave_out_what_a_program_may(tmp_path: Path) -> None:
    path = tmp_path / "telemetry.toml"
    path.write_text('[[telemetry]]\ndatabase = "orders"\nsink = "datadgo"\nsecrets = { api_key = "KEY" }\n', encoding="utf-8")
    with pytest.raises(ValueError, match=r"telemetry\[0\]\.sink: must be one of .*, not 'datadgo'"):
        load(path)


def test_any_character_of_a_name_is_written_so_that_it_is_read_again(tmp_path: Path) -> None:
    name = "".join(map(chr, range(1, 0x180)))
    declared = Declaration(roles=[Role(name, actions=["org-db-view"], resources=["drn:astra:org:__ORG_ID__"])])
    path = tmp_path / "roles.toml"
    path.write_text(declared.to_toml(), encoding="utf-8")
    assert load(path) == declared


STATE = {"cloud_provider": "AWS", "region": "us-east-2", "regions": [], "keyspaces": [], "tier": "serverless", "db_type": None}
LIST = {"kind": "access_list", "key": "access_list:orders", "after": {"enabled": True, "addresses": []}}
ADDRESS = {"address": "203.0.113.7/32", "description": "", "enabled": True}
SINK = {"kind": "telemetry", "key": "telemetry:orders"}


@pytest.mark.parametrize(
    ("edit", "problem"),
    [
        ({"after": "orders"}, "changes[0].after: must be a table, not a text"),
        ({"after": [1]}, "changes[0].after: must be a table, not a list"),
        ({"after": None}, "changes[0]: must have the states before and after that 'create' has"),
        ({"action": "remove", "after": None}, "changes[0]: must have the states before and after that 'remove' has"),
        ({"action": "update"}, "changes[0]: must have the states before and after that 'update' has"),
        ({"action": "destroy"}, "changes[0].action: "),
        ({"after": {**STATE, "keyspaces": None}}, "changes[0].after.keyspaces: must be a list, not null"),
        ({"after": {**STATE, "keyspaces": "sales"}}, "changes[0].after.keyspaces: must be a list, not a text"),
        ({"after": {**STATE, "keyspaces": ["sales", 1]}}, "changes[0].after.keyspaces[1]: must be a text, not a whole number"),
        ({"after": {**STATE, "tier": 4}}, "changes[0].after.tier: must be a text, not a whole number"),
        ({"after": {**STATE, "keyspace": "sales"}}, "changes[0].after: must not have 'keyspace'"),
        ({"before": {"region": "us-east-2"}}, "changes[0].before.cloud_provider: is missing"),
        ({"kind": "cluster"}, "changes[0]: must not be of the kind 'cluster', which does not exist"),
        ({"kind": None}, "changes[0]: must be a text, not null"),
        ({"needs": "role:reader"}, "changes[0].needs: must be a list, not a text"),
        ({"id": 7}, "changes[0].id: must be a text, not a whole number"),
        ({**LIST, "after": {"enabled": 1, "addresses": []}}, "changes[0].after.enabled: must be true or false, not a whole number"),
        (
            {**LIST, "after": {"enabled": True, "addresses": [{**ADDRESS, "address": None}]}},
            "changes[0].after.addresses[0].address: must be a text, not null",
        ),
        ({**SINK, "after": {"sink": "datadog", "settings": [], "secrets": {}}}, "changes[0].after.settings: must be a table, not a list"),
        (
            {**SINK, "after": {"sink": "datadog", "settings": {}, "secrets": {"api_key": {"variable": "hidden7"}}}},
            "changes[0].after.secrets['api_key']: variable must be the name of an environment variable in capital letters",
        ),
        (
            {**SINK, "after": {"sink": "datadog", "settings": {}, "secrets": {"api_key": {"name": 1}}}},
            "changes[0].after.secrets['api_key']",
        ),
    ],
)
def test_an_error_in_a_saved_plan_names_the_place(tmp_path: Path, edit: dict[str, object], problem: str) -> None:
    path = tmp_path / "plan.json"
    names = {"kind": "database", "action": "create", "name": "orders", "label": "orders", "key": "orders", "note": ""}
    change = {**names, "id": None, "before": None, "after": STATE, "needs": [], "follows": [], **edit}
    path.write_text(json.dumps({"format": 3, "id": "1", "organization_id": None, "changes": [change]}), encoding="utf-8")
    with pytest.raises(ValueError, match=re.escape(f"plan.json is damaged: {problem}")) as caught:
        Plan.load(path)
    assert "hidden7" not in str(caught.value)
