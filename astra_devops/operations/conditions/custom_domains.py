"""When custom domains are in force."""

from collections.abc import Iterable
from typing import Final

from astra_devops._rest.endpoints import custom_domains as endpoints
from astra_devops.operations.kinds import Observation, OperationKind, Params, PollContext


def written(domains: Iterable[str]) -> str:
    """Write domains as a parameter of an operation, in an order of its own; case means nothing in a domain."""
    return ",".join(sorted({domain.lower() for domain in domains}))


async def in_force(context: PollContext, params: Params) -> Observation[None]:
    """Reached once the domains are those that were asked for."""
    answer = await endpoints.get_custom_domains(context.caller)
    return Observation(None, written(answer.value or []) == params["domains"])


REPLACE: Final = OperationKind(name="custom_domains.replace", condition=in_force, timeout=15 * 60.0)
