"""The condition of the acceptance of a private link endpoint."""

from collections.abc import Iterable
from typing import Final

from astra_devops._rest.endpoints import private_links as endpoints
from astra_devops._rest.models.private_links import PrivateLinkEndpoint
from astra_devops.operations.kinds import MINUTE, Observation, OperationKind, Params, PollContext

# A GUID without its hyphens.
_GUID_DIGITS: Final = 32
_HEX: Final = frozenset("0123456789abcdef")


def find_endpoints(candidates: Iterable[PrivateLinkEndpoint], endpoint_id: str) -> list[PrivateLinkEndpoint]:
    """Find the endpoint with an id, or else the endpoints whose stored id is derived from it.

    On Azure the service stores an endpoint under its name with a GUID appended, whether it was
    registered by name or by resource id.
    """
    with_id = [endpoint for endpoint in candidates if endpoint.endpoint_id]
    exact = [endpoint for endpoint in with_id if endpoint.endpoint_id == endpoint_id]
    name = endpoint_id.rpartition("/")[2].lower()
    return exact or [endpoint for endpoint in with_id if _is_derived_from(endpoint.endpoint_id or "", name)]


def _is_derived_from(stored_id: str, name: str) -> bool:
    stored_name = stored_id.rpartition("/")[2].lower()
    suffix = stored_name.removeprefix(name)
    digits = "".join(filter(str.isalnum, suffix))
    return bool(name) and stored_name.startswith(name) and (not suffix or (len(digits) == _GUID_DIGITS and set(digits) <= _HEX))


async def is_accepted(context: PollContext, params: Params) -> Observation[PrivateLinkEndpoint]:
    """Check whether the datacenter lists the endpoint as accepted.

    The list is read instead of the endpoint, since the endpoint may be stored under another id than
    it was registered with.
    """
    cluster, datacenter = params["database_id"], params["datacenter_id"]
    answer = await endpoints.get_private_links_for_datacenter(context.caller, cluster_id=cluster, datacenter_id=datacenter)
    matches = find_endpoints(answer.value.endpoints or [], params["endpoint_id"])
    if len(matches) != 1:
        return Observation(None, message=f"{len(matches)} endpoints match the id" if matches else None)
    status = matches[0].status
    return Observation(None if status is None else str(status), status is None or status.lower() == "accepted", matches[0])


ACCEPT_ENDPOINT: Final = OperationKind(
    name="private_links.accept_endpoint",
    params=("database_id", "datacenter_id", "endpoint_id"),
    condition=is_accepted,
    timeout=15 * MINUTE,
    failure_states=frozenset({"Rejected", "rejected"}),
    resource="endpoint_id",
)
