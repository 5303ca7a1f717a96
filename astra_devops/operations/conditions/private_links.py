"""When an endpoint is let in over a private link."""

from collections.abc import Iterable
from typing import Final

from astra_devops._rest.endpoints import private_links as endpoints
from astra_devops._rest.models.private_links import PrivateLinkEndpoint
from astra_devops.operations.kinds import Observation, OperationKind, Params, PollContext

# A GUID without its hyphens.
_DIGITS_OF_GUID: Final = 32
_HEX: Final = frozenset("0123456789abcdef")


def find(listed: Iterable[PrivateLinkEndpoint], endpoint_id: str) -> list[PrivateLinkEndpoint]:
    """Find the endpoint of an id; where none has it, those whose id is made of it.

    On Azure the service stores an endpoint under its name with a GUID behind it, however it was
    registered: by name or by resource id.
    """
    known = [endpoint for endpoint in listed if endpoint.endpoint_id]
    exact = [endpoint for endpoint in known if endpoint.endpoint_id == endpoint_id]
    name = endpoint_id.rpartition("/")[2].lower()
    return exact or [endpoint for endpoint in known if _is_made_of(endpoint.endpoint_id or "", name)]


def _is_made_of(stored: str, name: str) -> bool:
    stored = stored.rpartition("/")[2].lower()
    rest = stored.removeprefix(name)
    digits = "".join(filter(str.isalnum, rest))
    return bool(name) and stored.startswith(name) and (not rest or (len(digits) == _DIGITS_OF_GUID and set(digits) <= _HEX))


async def accepted(context: PollContext, params: Params) -> Observation[PrivateLinkEndpoint]:
    """Reached once the datacenter lists the endpoint as accepted.

    The list is looked at, not the endpoint: its id may be another one than was registered.
    """
    cluster, datacenter = params["database_id"], params["datacenter_id"]
    answer = await endpoints.get_private_links_for_datacenter(context.caller, cluster_id=cluster, datacenter_id=datacenter)
    found = find(answer.value.endpoints or [], params["endpoint_id"])
    if len(found) != 1:
        return Observation(None, message=f"{len(found)} endpoints may be it" if found else None)
    status = found[0].status
    return Observation(None if status is None else str(status), status is None or status.lower() == "accepted", found[0])


ACCEPT_ENDPOINT: Final = OperationKind(
    name="private_links.accept_endpoint",
    condition=accepted,
    timeout=15 * 60.0,
    failed=frozenset({"Rejected", "rejected"}),
    resource="endpoint_id",
)
