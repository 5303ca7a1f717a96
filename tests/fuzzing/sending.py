"""Sending one case, and checking the answer."""

from random import Random

import attrs
from schemathesis import APIOperation, Case
from schemathesis.core.transport import Response
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance

from .mutation import Names, mutate
from .seeded_world import World
from .valid_requests import Request, names, valid_requests

TOKENS = {"full": 88, "poor": 4, "unknown": 3, "garbled": 2, "none": 3}
"""How many of a hundred requests carry each kind of token."""
BODY_CHECKS = (content_type_conformance, response_schema_conformance)
BODY_OPTIONAL = ("pcuUpdate", "pcuAssociationCreate", "pcuAssociationTransfer", "getCustomDomains")
"""Operations whose successful answer may have no body, which OpenAPI cannot express
(docs/evidence.md#answers-to-pcu-changes)."""


@attrs.define
class Sender:
    """Sends cases to a seeded emulator, and counts those that succeed."""

    world: World
    valid: dict[str, Request] = attrs.field(repr=False)
    names: Names = attrs.field(repr=False)
    successes: int = 0

    def send(self, case: Case, token: str, *, restore_after: bool = True) -> Response:
        """Send a case, check the answer against the contract, and restore the emulator."""
        headers = {"Authorization": f"Bearer {self.world.tokens[token]}"} if token in self.world.tokens else {}
        response = case.call(base_url=self.world.emulator.url, headers=headers, session=self.world.session)
        self.successes += response.status_code < 300
        without_body = not response.content and id_of(case) in BODY_OPTIONAL
        try:
            case.validate_response(response, headers=headers, excluded_checks=[*BODY_CHECKS] if without_body else None)
        finally:
            if restore_after and response.status_code < 300 and case.method != "GET":
                self.world.restore()
        return response

    def send_mutated(self, case: Case, rng: Random, *, restore_after: bool = True) -> Response:
        """Mutate a case with parts of a valid request, and send it with one of the tokens."""
        mutate(case, self.valid[id_of(case)], self.names, rng)
        return self.send(case, rng.choices([*TOKENS], [*TOKENS.values()])[0], restore_after=restore_after)

    def valid_case(self, operation: APIOperation) -> Case:
        """Return the case of the valid request for an operation."""
        valid = self.valid[operation.definition.raw["operationId"]]
        body = {} if valid.body is None else {"body": valid.body, "media_type": operation.body[0].media_type}
        return operation.Case(path_parameters=valid.path, query=valid.query, **body)


def new_sender(world: World) -> Sender:
    """Return a sender for a seeded world."""
    return Sender(world, valid_requests(world), names(world))


def id_of(case: Case) -> str:
    """Return the operation id of a case."""
    return str(case.operation.definition.raw["operationId"])
