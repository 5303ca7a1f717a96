"""A document with every known published defect. Each is repaired with one warning."""

from pathlib import Path

import pytest

from astra_devops._codegen.rest.effective import effective
from astra_devops._codegen.rest.load import load
from astra_devops._codegen.rest.model import Model
from astra_devops._codegen.rest.pipeline import understand

EXPECTED = [
    ("/paths/~1v2~1tokens/get/responses/200", "the key 200 is a number"),
    ("/paths/~1v2~1tokens/delete/responses/200", "the key 200 is a number"),
    ("/security/0/BearerAuth", "a scheme of type http cannot have scopes"),
    ("/info/description", "description is null"),
    ("/components/examples", "examples is null"),
    ("/components/schemas/TokenList/properties/note", "the schema of the property is null"),
    ("/components/schemas/TokenList/required", "the list is empty"),
    ("/components/schemas/TokenList", "a schema with properties and without type"),
    ("/components/schemas/TokenList/properties/clientId/required", "required must be a list of property names, not a boolean"),
    ("/components/schemas/TokenList/properties/roles", "an array without items"),
    ("/components/schemas/AWS-KMS/required", "a name is listed twice"),
    ("/components/schemas/AWS-KMS/type", "unknown type 'Object'"),
    ("/components/schemas/AWS-KMS/properties/keyID/maximum", "maximum does not apply to type string"),
    ("/components/schemas/AWS-KMS/properties/region/type", "a list of types, as in later versions of OpenAPI"),
    ("/components/schemas/Report/properties/totalCost/type", "'double' is a format, not a type"),
    ("/components/schemas/Report/properties/additionalKeyspaces/maximum", "maximum does not apply to type array"),
    ("/components/schemas/Report/properties/status/enum/0", "a value that is not a string, in an enumeration of strings"),
    ("/components/schemas/Report/properties/status/enum/1", "a value that is not a string, in an enumeration of strings"),
    ("/components/schemas/Report/properties/kind/enum", "an enumeration without values"),
    (
        "/components/schemas/Report/properties/organizations/items/properties/required",
        "the keyword required is among the properties",
    ),
    ("/components/schemas/Report/properties/organizations/items/properties/orgId/examples", "OpenAPI 3.0 does not allow examples here"),
    ("/components/parameters/KeyspaceNameParam/schema/type", "type is null"),
    ("/components/responses/Failed", "a response without description"),
    ("/paths/~1v2~1tokens/get/responses/200/content/application~1json/schema", "a schema with items and without type"),
    ("/paths/~1v2~1databases~1{databaseID}~1keyspaces~1{keyspaceName}/post/responses/5xx", "the status range '5xx' in lower case"),
    ("/paths/~1v2~1databases~1{databaseID}~1keyspaces~1{keyspaceName}/post/responses/201", "the response is null"),
    (
        "/paths/~1v2~1databases~1{databaseID}~1keyspaces~1{keyspaceName}/post/security/0/BearerAuth",
        "a scheme of type http cannot have scopes",
    ),
    (
        "/paths/~1v2~1databases~1{databaseID}~1keyspaces~1{keyspaceName}/post/parameters/0/required",
        "a path parameter that is not marked as required",
    ),
    ("/paths/~1v2~1databases~1{databaseID}~1snapshots/get/example", "OpenAPI 3.0 does not allow example here"),
    ("/paths/~1v2~1databases~1{databaseID}~1snapshots/get/responses", "no responses"),
    ("/paths/~1v2~1databases~1{databaseID}~1snapshots/get/parameters/1", "a parameter without schema"),
    ("/paths/~1v2~1databases~1{databaseID}~1snapshots/get/parameters/2/required", "the boolean false is quoted"),
    ("/paths/~1v2~1databases~1{databaseID}~1snapshots/get/parameters/2", "a parameter without schema"),
    ("/paths/~1v2~1databases~1{databaseID}~1snapshots/get/parameters/2/schema/maximum", "the number 50 is quoted"),
    ("/paths/~1v2~1kms/get/responses", "only errors are declared"),
    ("/paths/~1v2~1kms/post/responses/200", "a response without description"),
    ("/paths/~1v2~1scim~1groups~1{groupID}/get/responses/200/headers/Location", "a header without schema"),
    ("/components/schemas/Error/required/0", "'id' is not a property"),
    ("/components/schemas/CloudWatch/required/1", "'secret_key' is not a property"),
    ("/paths/~1v2~1tokens/delete/parameters/0", "the path parameter 'clientId' is not in the path"),
    (
        "/paths/~1v2~1databases~1{databaseID}~1keyspaces~1{keyspaceName}/post/parameters/2",
        "the path parameter 'databaseID' is declared twice",
    ),
    ("/paths/~1v2~1databases~1{databaseID}~1snapshots/get/parameters/3/schema/default", "the default does not fit its schema"),
    (
        "/paths/~1v2~1kms~1classic~1provider~1{provider}~1accounts/post/parameters",
        "the path variable {provider} is not declared",
    ),
    ("/paths/~1v2~1kms/get/operationId", "the operationId 'AssignCloudAccount' is used twice"),
    ("/paths/~1v2~1organizations~1{orgId}~1devops-acl/get/operationId", "no operationId"),
    ("/paths/~1v2~1organizations~1{orgId}~1devops-acl/delete/operationId", "no operationId"),
]


@pytest.fixture
def warnings_and_model(fixtures: Path) -> tuple[list[tuple[str, str]], Model]:
    warnings: list[tuple[str, str]] = []
    _, model = understand(load(fixtures / "defective.yaml"), None, lambda pointer, wrong, done: warnings.append((pointer, wrong)))
    return warnings, model


def test_each_defect_is_repaired_with_one_warning(warnings_and_model: tuple[list[tuple[str, str]], Model]) -> None:
    assert warnings_and_model[0] == EXPECTED


def test_the_repaired_operations(warnings_and_model: tuple[list[tuple[str, str]], Model]) -> None:
    operations = {operation.id: operation for operation in warnings_and_model[1].operations}
    shapes = {
        name: (operation.function, operation.success, [(parameter.name, parameter.wildcard) for parameter in operation.parameters])
        for name, operation in operations.items()
    }
    assert shapes == {
        "getTokensForOrg": ("get_tokens_for_org", (200,), []),
        "deleteToken": ("delete_token", (200,), []),
        "addKeyspace": ("add_keyspace", (201,), [("database_id", None), ("keyspace_name", None)]),
        "listSnapshots": ("list_snapshots", (200,), [("database_id", None), ("from_", None), ("limit", None), ("all", None)]),
        "AssignCloudAccount": ("assign_cloud_account", (201,), [("provider", None)]),
        "AssignCloudAccountGet": ("assign_cloud_account_get", (200,), []),
        "CreateKey": ("create_key", (200,), []),
        "getOrganizationsDevopsAclByOrgId": ("get_organizations_devops_acl_by_org_id", (200,), [("org_id", None)]),
        "deleteOrganizationsDevopsAclByOrgId": ("delete_organizations_devops_acl_by_org_id", (202,), [("org_id", None)]),
        "configureTelemetry": ("configure_telemetry", (202,), []),
        "initializeMigration": ("initialize_migration", (200,), [("option", "option."), ("region_type", None), ("schema", None)]),
        "getSCIMGroup": ("get_scim_group", (200,), [("group_id", None)]),
    }
    assert operations["addKeyspace"].permissions == ("db-keyspace-create",)
    assert operations["addKeyspace"].retry == "once"


def test_a_second_repair_finds_no_defect(fixtures: Path) -> None:
    repaired, _ = understand(load(fixtures / "defective.yaml"), None, lambda *_: None)
    warnings: list[str] = []
    again, _ = understand(repaired, None, lambda pointer, *_: warnings.append(pointer))
    assert (warnings, again) == ([], repaired)


def test_the_repaired_document_has_an_effective_form(fixtures: Path) -> None:
    repaired, _ = understand(load(fixtures / "defective.yaml"), None, lambda *_: None)
    assert effective(repaired)["openapi"] == "3.1.0"
