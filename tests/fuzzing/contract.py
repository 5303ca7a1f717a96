"""The contract as schemathesis is to go by it: which checks hold, and where the service itself does not keep to it."""

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
"""How many requests each operation is fuzzed with, and how many journeys are made."""
SEED = os.environ.get("ASTRA_DEVOPS_FUZZ_SEED")
"""Where the requests come from; without one, they are the same in every run."""

CHECKS = {
    # Much that has the right form is refused for what it means: a name that is taken, a database
    # that is busy.
    "positive_data_acceptance": {"enabled": False},
    # Asked of every operation by a test of its own.
    "ignored_auth": {"enabled": False},
}
TOLERANT = {
    "listDatabases": "unknown filters are ignored and limits clamped (docs/evidence.md#database-filters, docs/evidence.md#database-pages)",
    "ValidateAccessList": "it is there to say what is wrong with a list",
}
"""Operations that take what the contract forbids, and why."""
UNFORMATTED = {
    ("AddressResponse", "lastUpdateDateTime"): "a time as Go prints it (docs/evidence.md#access-list-times)",
    ("DevOpsAclAddress", "lastUpdateDateTime"): "a time as Go prints it (docs/evidence.md#devops-access-list-times)",
    ("DevOpsAclAddress", "createdAt"): "a time as Go prints it (docs/evidence.md#devops-access-list-times)",
    ("PrivateLinkEndpoint", "createdDateTime"): "a time without a zone (docs/evidence.md#private-link-times)",
    ("PCUAssociation", "createdAt"): "unsettled, and blank here (docs/evidence.md#pcu-association-fields)",
    ("PCUAssociation", "updatedAt"): "unsettled, and blank here (docs/evidence.md#pcu-association-fields)",
    ("CreateOrgInEnterpriseResponse", "OrganizationEmail"): "what was sent, which may be any text",
}
"""Fields of answers that do not have the format by which the client reads them, and why."""
UNNAMED_PHASES = ("Paused", "Aborted")
"""Phases of a migration for which no source has a name. The list of them is open
(docs/evidence.md#migration-phases)."""


SLOW = settings(
    derandomize=SEED is None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much, HealthCheck.large_base_example],
)
"""Settings for cases that take their time to make, on a busy machine or of a large schema."""


def seeded_alike(test: Test) -> Test:
    """Let a property start from the seed of the run, if it has one."""
    return test if SEED is None else seed(int(SEED))(test)


def cases_of(operation: APIOperation) -> st.SearchStrategy[Case]:
    """Make cases as the contract wants them, others that it forbids, and some of its own examples."""
    return st.one_of(*(operation.as_strategy(mode) for mode in GenerationMode), *operation.get_strategies_from_examples())


def parts_of(operation: APIOperation) -> Iterator[Case]:
    """Make cases that go through the bounds and kinds of each part of a request, one by one."""
    generation = operation.schema.config.generation_for(operation=operation, phase="coverage")
    return operation.schema.iter_coverage_cases(operation, generation_modes=list(GenerationMode), generation_config=generation)


def _loosened(contract: dict[str, Any]) -> dict[str, Any]:
    schemas = contract["components"]["schemas"]
    for name, field in UNFORMATTED:
        del schemas[name]["properties"][field]["format"]
    schemas["MigrationStatus"]["properties"]["status"]["enum"] += UNNAMED_PHASES
    return contract


def _schema() -> schemathesis.BaseSchema:
    tolerant = [{"include-operation-id": name, "checks": {"negative_data_rejection": {"enabled": False}}} for name in TOLERANT]
    # The driver has tokens of its own.
    options = {"generation": {"with-security-parameters": False}, "checks": CHECKS, "operations": tolerant}
    return schemathesis.openapi.from_dict(_loosened(_contract.load()), config=schemathesis.Config.from_dict(options))


OPERATIONS = {found.ok().definition.raw["operationId"]: found.ok() for found in _schema().get_all_operations()}
"""Every operation by the name that it has in the contract."""
