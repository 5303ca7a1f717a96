"""The contract as schemathesis is to go by it: which checks hold, and where the service itself does not keep to it."""

import os
from typing import Any

import schemathesis

from astra_devops import _contract

EXAMPLES = int(os.environ.get("ASTRA_DEVOPS_FUZZ_EXAMPLES", "20"))
"""How many requests each operation is fuzzed with, and how many journeys are made."""
SEED = os.environ.get("ASTRA_DEVOPS_FUZZ_SEED")
"""Where the requests come from; without one, they are the same in every run."""

CHECKS = {
    # Much that has the right form is refused for what it means: a name that is taken, a database that is busy.
    "positive_data_acceptance": {"enabled": False},
    # Asked of every operation by a test of its own.
    "ignored_auth": {"enabled": False},
}
TOLERANT = {
    "listDatabases": "unknown filters are ignored and limits clamped (rulings, include of listDatabases; ledger C.6)",
    "ValidateAccessList": "it is there to say what is wrong with a list",
}
"""Operations that take what the contract forbids, and why."""
UNFORMATTED = {
    ("AddressResponse", "lastUpdateDateTime"): "a time as Go prints it (wire_facts 20)",
    ("DevOpsAclAddress", "lastUpdateDateTime"): "a time as Go prints it (wire_facts 20)",
    ("DevOpsAclAddress", "createdAt"): "a time as Go prints it (wire_facts 20)",
    ("PrivateLinkEndpoint", "createdDateTime"): "a time without a zone, as its description says",
    ("PCUAssociation", "createdAt"): "unsettled, and blank here (wire_facts 25)",
    ("PCUAssociation", "updatedAt"): "unsettled, and blank here (wire_facts 25)",
    ("CreateOrgInEnterpriseResponse", "OrganizationEmail"): "what was sent, which may be any text",
    ("CreateOrgInEnterpriseResponse", "EnterpriseId"): "what was sent, which may be any text",
}
"""Fields of answers that do not have the format by which the client reads them, and why."""
UNNAMED_PHASES = ("Paused", "Aborted")
"""Phases of a migration for which no source has a name; the list of them is open (rulings, migration status)."""


def schema_of(*phases: str) -> schemathesis.BaseSchema:
    """Read the contract, for some of the phases of a run."""
    settings: dict[str, Any] = {
        "generation": {
            "deterministic": SEED is None,
            "max-examples": EXAMPLES,
            "database": "none",
            "with-security-parameters": False,  # the driver has tokens of its own
        },
        "checks": CHECKS,
        "phases": {name: {"enabled": name in phases} for name in ("examples", "coverage", "fuzzing", "stateful")},
        "operations": [{"include-operation-id": name, "checks": {"negative_data_rejection": {"enabled": False}}} for name in TOLERANT],
    }
    if SEED is not None:
        settings["seed"] = int(SEED)
    return schemathesis.openapi.from_dict(_loosened(_contract.load()), config=schemathesis.Config.from_dict(settings))


def _loosened(contract: dict[str, Any]) -> dict[str, Any]:
    schemas = contract["components"]["schemas"]
    for name, field in UNFORMATTED:
        del schemas[name]["properties"][field]["format"]
    schemas["MigrationStatus"]["properties"]["status"]["enum"] += UNNAMED_PHASES
    return contract


covered, fuzzed = schema_of("examples", "coverage"), schema_of("fuzzing")
OPERATIONS = {found.ok().definition.raw["operationId"]: found.ok() for found in covered.get_all_operations()}
