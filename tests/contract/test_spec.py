"""The contract and its overlay are valid and complete, and every overlay action has a target."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import jsonpath_rfc9535 as jsonpath
import pytest
from openapi_spec_validator import OpenAPIV30SpecValidator

from astra_devops._codegen.rest.load import load
from astra_devops._codegen.rest.overlay import apply

Document = dict[str, Any]

GROUPS: Final = """
    databases keyspaces datacenters secure_bundles regions snapshots clones restores migrations migration_proxies cdc telemetry
    organizations audit_logs enterprises roles users tokens scim access_lists devops_access_lists private_links custom_domains
    vpc_peerings customer_keys cloud_accounts pcu_groups
"""
INFERRED: Final = {"deleteToken", "restoreDB", "restoreStatus"}
DEPRECATED: Final = {"parkDatabase", "unparkDatabase", "launchMigrationProxy", "removeMigrationProxy"}
SCHEMAS: Final = """
    AWS-KMS AZURE-KMS AccessListConfigurations AccessListRequest AccessListResponse AddressRequest AddressResponse AllowedPrincipals
    AmazonVPC AvailableRegionCombination AzureVPC BackupParameters CapacityUnits ClientRole ClientRoleList CloneStatus
    CloudProviderAccountDetails CloudWatchTelemetryRequest CloudWatchTelemetryRequestBlock CostBreakdown Costs CreateOrgInEnterpriseRequest
    CreateOrgInEnterpriseResponse CreateRoleRequest CreateTokenBody CredsURL CredsURLList CurrentMonthEnterpriseUsageRequest
    CurrentMonthOrganizationUsageRequest CurrentMonthUsageResponse Database DatabaseInfo DatabaseInfoCreate Datacenter
    DatadogTelemetryRequest DatadogTelemetryRequestBlock DeleteCDCRequest DevOpsAccessListResponse DevOpsAclAddress DevOpsIpAddress
    EnableCDCRequest EngineType EnterpriseConsumptionRequest EnterpriseConsumptionResponse EnterpriseGenerateReportRequest
    EnterpriseGenerateReportResponse EnterpriseReportStatusResponse Error Errors ExternalKMS ExternalKMSResponse GCP-KMS GenerateTokenBody
    GenerateTokenResponse GetAllCustomerKeys GetCDCResponse GetCloudProviderAccounts GetParticularCustomerKey GoogleVPC
    KafkaBootstrapServer KafkaTelemetryRequest KafkaTelemetryRequestBlock ListCDCResponse MigrationProxyConfiguration
    MigrationProxyMapping MigrationStatus Organization OrganizationUsers PCUAssociation PCUAssociationTransferRequest PCUGroup
    PCUGroupCreateRequest PCUGroupGetRequest PCUGroupType PCUGroupTypeDetails PCUGroupTypeResponse PCUGroupTypesRequest
    PCUGroupUpdateRequest Policy PrivateLinkClusterOutput PrivateLinkCreateConfigInput PrivateLinkCreateConfigOutput
    PrivateLinkCreateEndpointInput PrivateLinkDatacenterOutput PrivateLinkDeleteConfigInput PrivateLinkEndpoint PrivateLinkOrgOutput
    PrivateLinkUpdateEndpointInput PulsarAuthRequest PulsarOAuth2TelemetryRequest PulsarTelemetryRequest PulsarTelemetryRequestBlock
    PulsarTokenAuthTelemetryRequest RegionCombination RemotePrometheusAuthRequest RemotePrometheusBasicAuthTelemetryRequest
    RemotePrometheusBearerAuthTelemetryRequest RemotePrometheusTelemetryRequest RemotePrometheusTelemetryRequestBlock Role
    RoleInviteRequest Roles SCIMAttribute SCIMAuthenticationScheme SCIMGroup SCIMGroupListResponse SCIMGroupMember SCIMGroupMeta
    SCIMPatchOperation SCIMPatchRequest SCIMResourceType SCIMResourceTypeMeta SCIMResourceTypesListResponse SCIMSchema SCIMSchemaMeta
    SCIMSchemasListResponse SCIMServiceProviderConfig SCIMServiceProviderMeta SCIMUser SCIMUserListResponse SCIMUserMeta ServerlessRegion
    ServiceAccountTokenInput ServiceAccountTokenResponse ServiceName SnapshotList SplunkTelemetryRequest SplunkTelemetryRequestBlock
    StatusEnum Storage UpdateRoleRequest UserInvite UserPassword UserResponse VPC VPCConnection ValidationResponse
"""
OUR_SCHEMAS: Final = {"DatacenterCreate", "EnterpriseUsageRequest", "RestoreStatus"}


@pytest.fixture(scope="module")
def contract(root: Path) -> Document:
    return load(root / "astra_devops/_spec/openapi.yaml")


@pytest.fixture(scope="module")
def overlay(root: Path) -> Document:
    return load(root / "astra_devops/_spec/overlay.yaml")


@pytest.fixture(scope="module")
def wire(contract: Document, overlay: Document) -> Document:
    """Return the contract with the overlay applied."""
    return apply(contract, overlay)


def operations(document: Document) -> dict[str, Document]:
    """Return all operations by their ids."""
    return {operation["operationId"]: operation for _, _, operation in routes(document)}


def routes(document: Document) -> Iterator[tuple[str, str, Document]]:
    """List method, path and operation of each route."""
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield method, path, operation


def resolve(document: Document, node: Document) -> Document:
    """Return the node that a reference leads to."""
    while "$ref" in node:
        target: Any = document
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = target
    return node


def validation_errors(document: Document) -> list[str]:
    return [str(error.message) for error in OpenAPIV30SpecValidator(document).iter_errors()]


def answer(document: Document, operation: str, code: str) -> Document:
    """Return the schema of the JSON that an operation answers with."""
    schema: Document = operations(document)[operation]["responses"][code]["content"]["application/json"]["schema"]
    return schema


class TestContract:
    def test_is_valid_openapi(self, contract: Document) -> None:
        assert validation_errors(contract) == []

    def test_has_every_operation_once(self, contract: Document) -> None:
        names = Counter(operation["operationId"] for _, _, operation in routes(contract))
        assert names.total() == 132
        assert [name for name, times in names.items() if times > 1] == []

    def test_has_every_schema(self, contract: Document) -> None:
        assert set(contract["components"]["schemas"]) == OUR_SCHEMAS.union(SCHEMAS.split())

    def test_describes_everything(self, contract: Document) -> None:
        described = [*operations(contract).values(), *contract["components"]["schemas"].values()]
        described += [resolve(contract, parameter) for _, _, operation in routes(contract) for parameter in operation.get("parameters", ())]
        assert [item for item in described if not item.get("description")] == []
        assert [name for name, operation in operations(contract).items() if not operation.get("summary")] == []

    def test_every_operation_has_a_known_tag_and_group_and_can_succeed(self, contract: Document) -> None:
        tags = {tag["name"] for tag in contract["tags"]}
        for name, operation in operations(contract).items():
            assert set(operation["tags"]) <= tags, name
            assert operation["tags"], name
            assert operation["x-astra-group"] in GROUPS.split(), name
            assert any(code.startswith("2") for code in operation["responses"]), name

    def test_every_group_is_used(self, contract: Document) -> None:
        assert {operation["x-astra-group"] for operation in operations(contract).values()} == set(GROUPS.split())

    def test_path_variables_are_declared_and_required(self, contract: Document) -> None:
        for method, path, operation in routes(contract):
            parameters = [resolve(contract, parameter) for parameter in operation.get("parameters", ())]
            variables = [parameter for parameter in parameters if parameter["in"] == "path"]
            assert sorted(variable["name"] for variable in variables) == sorted(re.findall(r"\{(.+?)\}", path)), (method, path)
            assert all(variable["required"] for variable in variables), (method, path)

    def test_says_what_is_inferred_and_what_is_deprecated(self, contract: Document) -> None:
        by_id = operations(contract)
        inferred = {name for name, operation in by_id.items() if operation.get("x-astra-confidence") == "inferred"}
        assert inferred == INFERRED
        assert all("inferred" in by_id[name]["description"] for name in inferred)
        assert {name for name, operation in by_id.items() if operation.get("deprecated")} == DEPRECATED

    def test_required_names_properties(self, contract: Document) -> None:
        for name, schema in contract["components"]["schemas"].items():
            assert set(schema.get("required", ())) <= set(schema.get("properties", {})), name

    @pytest.mark.parametrize("family", ["tokens", "clientIdSecrets"])
    def test_tokens_carry_both_of_their_tags(self, contract: Document, family: str) -> None:
        for _, path, operation in routes(contract):
            if path.startswith(f"/v2/{family}"):
                assert operation["tags"] == ["Authentication", "Token"]

    def test_every_documented_error_is_an_envelope_of_errors(self, contract: Document) -> None:
        for _, _, operation in routes(contract):
            for code, response in operation["responses"].items():
                if code[0] in "45":
                    content = resolve(contract, response)["content"]
                    assert content == {"application/json": {"schema": {"$ref": "#/components/schemas/Errors"}}}


class TestOverlay:
    def test_extends_the_contract(self, overlay: Document) -> None:
        assert overlay["overlay"] == "1.0.0"
        assert overlay["extends"] == "./openapi.yaml"

    def test_every_action_has_all_of_its_targets(self, contract: Document, overlay: Document) -> None:
        document = contract
        for action in overlay["actions"]:
            targets = jsonpath.find(action["target"], document)
            assert len(targets) >= named_targets(action["target"]), action["target"]
            document = apply(document, {**overlay, "actions": [action]})

    def test_every_action_has_a_description(self, overlay: Document) -> None:
        assert [action["target"] for action in overlay["actions"] if not action.get("description")] == []

    def test_result_is_valid_openapi(self, wire: Document) -> None:
        assert validation_errors(wire) == []

    def test_every_operation_has_a_retry_class_and_permissions(self, wire: Document) -> None:
        for name, operation in operations(wire).items():
            assert operation["x-astra-retry"] in {"read", "repeatable", "check_first", "once"}, name
            assert isinstance(operation["x-astra-permissions"], list), name
            assert len(set(operation["x-astra-permissions"])) == len(operation["x-astra-permissions"]), name

    def test_get_only_reads(self, wire: Document) -> None:
        assert {operation["x-astra-retry"] for method, _, operation in routes(wire) if method == "get"} == {"read"}

    @pytest.mark.parametrize("name", ["createToken", "generateTokenForClient", "inviteUserToOrganization", "pcuCreate", "cloneFromDB"])
    def test_what_must_not_happen_twice_is_sent_once(self, wire: Document, name: str) -> None:
        assert operations(wire)[name]["x-astra-retry"] == "once"

    @pytest.mark.parametrize(
        ("name", "codes"),
        [
            ("removeKeyspace", {"202", "204"}),
            ("CreateServerlessKey", {"200", "201"}),
            ("deleteToken", {"200", "204"}),
            ("deleteTokenForClient", {"200", "204"}),
            ("updateCDC", {"201", "204"}),
        ],
    )
    def test_success_has_more_codes_than_documented(self, wire: Document, name: str, codes: set[str]) -> None:
        assert {code for code in operations(wire)[name]["responses"] if code.startswith("2")} == codes

    def test_some_answers_have_an_undocumented_body(self, wire: Document) -> None:
        assert answer(wire, "pcuUpdate", "200")["type"] == "array"
        assert answer(wire, "pcuAssociationCreate", "201")["type"] == "array"

    def test_no_enumeration_names_a_value_twice(self, wire: Document) -> None:
        for node in jsonpath.find("$..enum", wire):
            if isinstance(node.value, list):
                assert len(set(node.value)) == len(node.value), node.path()

    def test_only_strings_are_secret(self, wire: Document) -> None:
        secrets = jsonpath.find("$..[?@['x-astra-secret'] == true]", wire)
        assert len(secrets) > 30
        assert [node.path() for node in secrets if node.value.get("type") != "string"] == []

    @pytest.mark.parametrize("word", ["password", "token", "secret", "api_key", "clientSecret", "originPassword", "csvDownloadUrl"])
    def test_what_sounds_secret_is_secret(self, wire: Document, word: str) -> None:
        fields = jsonpath.find(f"$.components.schemas..properties['{word}']", wire)
        assert fields
        assert [field.path() for field in fields if field.value.get("x-astra-secret") is not True] == []


def named_targets(target: str) -> int:
    """Count the nodes that a target names: operations in a filter, names in brackets."""
    count = max(1, target.count("operationId =="))
    for names in re.findall(r"\[('[^\]?@]*')\]", target):
        count *= names.count("'") // 2
    return count
