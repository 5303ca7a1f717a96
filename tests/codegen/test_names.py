"""Python names for names on the wire."""

import keyword
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from astra_devops._codegen.errors import SpecError
from astra_devops._codegen.rest.names import (
    argument_scope,
    class_scope,
    field_scope,
    group_name,
    group_of_tag,
    member_scope,
    pascal,
    singular,
    snake,
    upper,
)


@pytest.mark.parametrize(
    ("wire", "name"),
    [
        ("orgId", "org_id"),
        ("datacenterID", "datacenter_id"),
        ("downloadURLInternal", "download_url_internal"),
        ("cqlFQDN", "cql_fqdn"),
        ("pcuGroupUUID", "pcu_group_uuid"),
        ("targetSubsetSizeGB", "target_subset_size_gb"),
        ("resourceIDs", "resource_ids"),
        ("fromPCUGroupUUID", "from_pcu_group_uuid"),
        ("GetAllAccessListsForOrganization", "get_all_access_lists_for_organization"),
        ("addCDC", "add_cdc"),
        ("listSCIMUsers", "list_scim_users"),
        ("UpdateRolesForUserInOrganization", "update_roles_for_user_in_organization"),
        ("region-type", "region_type"),
        ("option.cleanupTime", "option_cleanup_time"),
        ("oauth2_credentials_url", "oauth2_credentials_url"),
        ("$ref", "ref"),
        ("__class__", "class"),
        ("2fa", "value_2_fa"),
        ("", "value"),
        ("名前", "value"),
        ("import os; x", "import_os_x"),
    ],
)
def test_snake(wire: str, name: str) -> None:
    assert snake(wire) == name


@pytest.mark.parametrize(
    ("wire", "name"),
    [("PCUGroup", "PcuGroup"), ("AWS-KMS", "AwsKms"), ("SCIMUser", "ScimUser"), ("GetCDCResponse", "GetCdcResponse"), ("2FA", "Model2Fa")],
)
def test_pascal(wire: str, name: str) -> None:
    assert pascal(wire) == name


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("SCRAM-SHA-256", "SCRAM_SHA_256"),
        ("C10", "C10"),
        ("getCreds", "GET_CREDS"),
        ("premium_plus", "PREMIUM_PLUS"),
        ("", "EMPTY"),
        ("!", "VALUE"),
    ],
)
def test_upper(value: str, name: str) -> None:
    assert upper(value) == name


@pytest.mark.parametrize(
    ("plural", "one"),
    [("Tables", "Table"), ("Entries", "Entry"), ("Addresses", "Address"), ("Status", "Status"), ("Address", "Address"), ("Boxes", "Box")],
)
def test_singular(plural: str, one: str) -> None:
    assert singular(plural) == one


def test_reserved_names_get_an_underscore() -> None:
    fields, arguments, classes = field_scope(), argument_scope(), class_scope()
    assert [fields.take(name) for name in ("class", "self", "extra", "list", "str", "type")] == [
        "class_",
        "self_",
        "extra_",
        "list_",
        "str_",
        "type",
    ]
    assert [arguments.take(name) for name in ("caller", "body", "check_outcome", "from")] == ["caller_", "body_", "check_outcome_", "from_"]
    assert [classes.take(name) for name in ("None", "Secret", "Any", "Extra", "Database")] == [
        "None_",
        "Secret_",
        "Any_",
        "Extra_",
        "Database",
    ]


def test_names_that_are_taken_get_a_number() -> None:
    fields, classes = field_scope(), class_scope()
    assert [fields.take("org_id") for _ in range(3)] == ["org_id", "org_id_2", "org_id_3"]
    assert [fields.take("class") for _ in range(2)] == ["class_", "class_2"]
    assert [classes.take("Database") for _ in range(2)] == ["Database", "Database2"]
    assert [classes.take("None") for _ in range(2)] == ["None_", "None_2"]


@pytest.mark.parametrize("name", ["class", "Camel", "_x", "a b", "", "a\n", 3, None, "extra", "__init__", "é", "x;y"])
def test_a_malformed_name_in_a_document_is_refused(name: object) -> None:
    with pytest.raises(SpecError):
        field_scope().claim(name, "/here")


def test_a_taken_name_in_a_document_is_refused() -> None:
    scope = field_scope()
    scope.claim("name", "/a")
    with pytest.raises(SpecError, match="taken") as caught:
        scope.claim("name", "/b")
    assert caught.value.pointer == "/b"


@pytest.mark.parametrize("name", ["common", "import", "a/b", "..", "Databases", "__init__"])
def test_a_group_is_a_module_name(name: str) -> None:
    with pytest.raises(SpecError):
        group_name(name, "/here")


def test_a_tag_becomes_a_module_name() -> None:
    assert [group_of_tag(tag) for tag in ("DevOps Access List", "__class__", "common", "../x", "日本")] == [
        "dev_ops_access_list",
        "class_",
        "common_",
        "x",
        "group",
    ]


@given(st.lists(st.text()))
def test_every_name_is_an_identifier_and_unique(texts: list[str]) -> None:
    for scope, fold in ((field_scope(), snake), (class_scope(), pascal), (member_scope(), upper)):
        names = [scope.take(fold(text)) for text in texts]
        assert len(set(names)) == len(names)
        assert all(re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name) and not keyword.iskeyword(name) for name in names)
