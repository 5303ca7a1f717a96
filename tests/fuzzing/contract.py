"""The contract for schemathesis: which checks apply, and where the service deviates from it."""

import os
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import schemathesis
from hypothesis import HealthCheck, seed, settings
from hypothesis import strategies as st
from schemathesis import APIOperation, Case, GenerationMode

from astra_devops import _contract

Test = TypeVar("Test", bound=Callable[..., None])

EXAMPLES = int(os.environ.get("ASTRA_DEVOPS_FUZZ_EXAMPLES", "20"))
"""The number of random requests for each operation, and of sequences."""
SEED = os.environ.get("ASTRA_DEVOPS_FUZZ_SEED")
"""The seed of the requests; if not set, they are the same in every run."""

CHECKS = {
    # Many requests of the right form are refused for their meaning: the name is taken, the database
    # is busy.
    "positive_data_acceptance": {"enabled": False},
    # A test of its own covers this for every operation.
    "ignored_auth": {"enabled": False},
}
TOLERANT = {
    "listDatabases": "unknown filters are ignored and limits clamped (docs/evidence.md#database-filters, docs/evidence.md#database-pages)",
    "ValidateAccessList": "it reports what is wrong with a list",
}
"""Operations that accept what the contract forbids, and why."""
WITHOUT_FORMAT = {
    ("AddressResponse", "lastUpdateDateTime"): "a time in Go's format (docs/evidence.md#access-list-times)",
    ("DevOpsAclAddress", "lastUpdateDateTime"): "a time in Go's format (docs/evidence.md#devops-access-list-times)",
    ("DevOpsAclAddress", "createdAt"): "a time in Go's format (docs/evidence.md#devops-access-list-times)",
    ("PrivateLinkEndpoint", "createdDateTime"): "a time without a zone (docs/evidence.md#private-link-times)",
    ("PCUAssociation", "createdAt"): "not documented, and empty here (docs/evidence.md#pcu-association-fields)",
    ("PCUAssociation", "updatedAt"): "not documented, and empty here (docs/evidence.md#pcu-association-fields)",
    ("CreateOrgInEnterpriseResponse", "OrganizationEmail"): "the value of the request, which may be any string",
}
"""Fields of answers without the format that the client reads, and why."""
UNDOCUMENTED_PHASES = ("Paused", "Aborted")
"""Phases of a migration that no source names. The enumeration is open
(docs/evidence.md#migration-phases)."""


PATIENT = settings(
    derandomize=SEED is None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much, HealthCheck.large_base_example],
)
"""Settings for cases that are slow to generate, on a busy machine or from a large schema."""


def with_run_seed(test: Test) -> Test:
    """Start a property test from the seed of the run, if there is one."""
    return test if SEED is None else seed(int(SEED))(test)


def random_cases(operation: APIOperation) -> st.SearchStrategy[Case]:
    """Return valid cases, invalid ones, and those of the contract's examples."""
    return st.one_of(*(operation.as_strategy(mode) for mode in GenerationMode), *operation.get_strategies_from_examples())


def coverage_cases(operation: APIOperation) -> Iterator[Case]:
    """Yield cases that cover the limits and types of each part of a request, one by one."""
    generation = operation.schema.config.generation_for(operation=operation, phase="coverage")
    return operation.schema.iter_coverage_cases(operation, generation_modes=list(GenerationMode), generation_config=generation)


def _with_known_deviations(contract: dict[str, Any]) -> dict[str, Any]:
    schemas = contract["components"]["schemas"]
    for name, field in WITHOUT_FORMAT:
        del schemas[name]["properties"][field]["format"]
    schemas["MigrationStatus"]["properties"]["status"]["enum"] += UNDOCUMENTED_PHASES
    return contract


def _schema() -> schemathesis.BaseSchema:
    tolerant = [{"include-operation-id": name, "checks": {"negative_data_rejection": {"enabled": False}}} for name in TOLERANT]
    # The sender sends tokens itself.
    options = {"generation": {"with-security-parameters": False}, "checks": CHECKS, "operations": tolerant}
    return schemathesis.openapi.from_dict(_with_known_deviations(_contract.load()), config=schemathesis.Config.from_dict(options))


OPERATIONS = {result.ok().definition.raw["operationId"]: result.ok() for result in _schema().get_all_operations()}
"""Every operation by its id."""
