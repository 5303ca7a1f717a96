"""Sending one case, and looking at what comes back."""

from random import Random

import attrs
from schemathesis import APIOperation, Case
from schemathesis.core.transport import Response
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance

from .good import Request, good_requests, names
from .mixing import Names, mix
from .world import World

TOKENS = {"full": 88, "poor": 4, "unknown": 3, "garbled": 2, "none": 3}
"""Whose token a request carries, in how many of a hundred."""
OF_A_BODY = (content_type_conformance, response_schema_conformance)
BARE = ("pcuUpdate", "pcuAssociationCreate", "getCustomDomains")
"""Operations whose successful answer need not have a body, which OpenAPI cannot express
(docs/evidence.md#answers-to-pcu-changes)."""


@attrs.define
class Driver:
    """Sends cases into a seeded world, and counts those that are carried out."""

    world: World
    good: dict[str, Request]
    names: Names
    successes: int = 0

    def send(self, case: Case, token: str, *, restoring: bool = True) -> Response:
        """Send a case as it is, hold the answer against the contract, and undo what it has done."""
        headers = {"Authorization": f"Bearer {self.world.tokens[token]}"} if token in self.world.tokens else {}
        response = case.call(base_url=self.world.emulator.url, headers=headers, session=self.world.session)
        self.successes += response.status_code < 300
        bare = not response.content and id_of(case) in BARE
        try:
            case.validate_response(response, headers=headers, excluded_checks=[*OF_A_BODY] if bare else None)
        finally:
            if restoring and response.status_code < 300 and case.method != "GET":
                self.world.restore()
        return response

    def send_mixed(self, case: Case, chance: Random, *, restoring: bool = True) -> Response:
        """Cross a case with what works, and send it with one of the tokens."""
        mix(case, self.good[id_of(case)], self.names, chance)
        return self.send(case, chance.choices([*TOKENS], [*TOKENS.values()])[0], restoring=restoring)

    def good_case(self, operation: APIOperation) -> Case:
        """Make a case of the request that works."""
        good = self.good[operation.definition.raw["operationId"]]
        body = {} if good.body is None else {"body": good.body, "media_type": "application/json"}
        return operation.Case(path_parameters=good.path, query=good.query, **body)


def driver_of(world: World) -> Driver:
    """Make a driver for a world."""
    return Driver(world, good_requests(world), names(world))


def id_of(case: Case) -> str:
    """Name the operation of a case as the contract does."""
    return str(case.operation.definition.raw["operationId"])
