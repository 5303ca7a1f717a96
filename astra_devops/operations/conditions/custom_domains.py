"""The condition of a change of custom domains."""

from collections.abc import Iterable
from typing import Final

from astra_devops._rest.endpoints import custom_domains as endpoints
from astra_devops.operations.kinds import MINUTE, Observation, OperationKind, Params, PollContext


def format_domains(domains: Iterable[str]) -> str:
    """Format domains as a parameter of an operation: sorted, and in lower case.

    Domains are case-insensitive.
    """
    return ",".join(sorted({domain.lower() for domain in domains}))


async def is_in_force(context: PollContext, params: Params) -> Observation[None]:
    """Check whether the requested domains, and no others, are in force."""
    answer = await endpoints.get_custom_domains(context.caller)
    return Observation(None, format_domains(answer.value or []) == params["domains"])


REPLACE: Final = OperationKind(name="custom_domains.replace", params=("domains",), condition=is_in_force, timeout=15 * MINUTE)
