"""Private links: the endpoint service of each datacenter, its principals and its endpoints."""

from datetime import datetime
from typing import Final

import attrs

from astra_devops.emulator import replies
from astra_devops.emulator.state.databases import Database, Datacenter
from astra_devops.emulator.state.stores import store
from astra_devops.emulator.state.transitions import CHANGES
from astra_devops.emulator.time.instants import Instant
from astra_devops.emulator.world import Handler, Request, World, as_object

_ACCEPTANCE: Final = CHANGES["accept endpoint"]
"""In which state an accepted endpoint shows."""


@attrs.define
class Endpoint:
    """One endpoint, which shows in state ``status`` from ``shown_from`` on."""

    id: str
    requested_id: str
    link_id: str
    created: datetime
    shown_from: Instant
    description: str = ""
    status: str = _ACCEPTANCE.ends_in


@attrs.define
class Link:
    """The private link of one datacenter."""

    service_name: str
    principals: list[str] = attrs.field(factory=list)
    endpoints: dict[str, Endpoint] = attrs.field(factory=dict)


@store("private_links")
@attrs.define
class PrivateLinks:
    """Every private link, by the id of its datacenter."""

    by_datacenter: dict[str, Link] = attrs.field(factory=dict)


def list_all(world: World, request: Request) -> replies.Reply:
    """List the private links of every database that has one."""
    living = [database for database in world.organization.databases.values() if world.refresh(database).status != "TERMINATED"]
    clusters = [_cluster_document(world, database) for database in living]
    return replies.json({"clusters": [cluster for cluster in clusters if cluster["datacenters"]]})


def list_of_database(world: World, request: Request) -> replies.Reply:
    """List the private links of a database's datacenters."""
    return replies.json(_cluster_document(world, _find_database(world, request)))


def get(world: World, request: Request) -> replies.Reply:
    """Return the private link of a datacenter, which may be empty."""
    _, datacenter = _find_datacenter(world, request)
    return replies.json(_link_document(world, datacenter))


def allow(world: World, request: Request) -> replies.Reply:
    """Allow principals to connect; the first ones create the endpoint service."""
    _, datacenter = _find_datacenter(world, request)
    principals = as_object(request.body).get("allowedPrincipals") or ()
    if not principals:
        raise _refusal(world, 400, "allowedPrincipals must not be empty")
    link = world.store(PrivateLinks).by_datacenter.setdefault(datacenter.id, Link(_service_name(world, datacenter)))
    link.principals = list(dict.fromkeys([*link.principals, *principals]))
    return replies.json({"serviceName": link.service_name, "allowedPrincipals": link.principals})


def disallow(world: World, request: Request) -> replies.Reply:
    """Disallow a principal."""
    link = _find_link(world, request)
    principal = as_object(request.body).get("allowedPrincipal")
    if principal not in link.principals:
        raise _refusal(world, 404, f"principal {principal} is not allowed")
    link.principals.remove(principal)
    return replies.empty(204)


def accept(world: World, request: Request) -> replies.Reply:
    """Accept an endpoint, which Azure stores under another id."""
    database, _ = _find_datacenter(world, request)
    link, body = _find_link(world, request), as_object(request.body)
    requested_id = body.get("endpointID")
    if not requested_id:
        raise _refusal(world, 400, "endpointID is missing")
    if any(requested_id in (other.id, other.requested_id) for other in link.endpoints.values()):
        raise _refusal(world, 409, f"endpoint {requested_id} exists already")
    stuck_in, ends_in = world.faults.state_fault_of(request.operation.id, "accept endpoint")
    endpoint = Endpoint(
        id=_stored_id(world, database, requested_id),
        requested_id=requested_id,
        link_id=str(world.rng.randrange(10**8, 10**9)),
        created=world.clock.now(),
        shown_from=world.clock.monotonic() + world.quirks.private_link_lag,
        description=body.get("description", ""),
        status=stuck_in or ends_in or _ACCEPTANCE.ends_in,
    )
    link.endpoints[endpoint.id] = endpoint
    return replies.json(_endpoint_document(endpoint) | {"status": _ACCEPTANCE.ends_in})


def get_endpoint(world: World, request: Request) -> replies.Reply:
    """Return one endpoint."""
    return replies.json(_endpoint_document(_find_endpoint(world, request)))


def describe(world: World, request: Request) -> replies.Reply:
    """Replace the description of an endpoint."""
    endpoint = _find_endpoint(world, request)
    endpoint.description = as_object(request.body).get("description", "")
    return replies.json(_endpoint_document(endpoint))


def reject(world: World, request: Request) -> replies.Reply:
    """Reject an endpoint and remove it."""
    endpoint = _find_endpoint(world, request)
    del _find_link(world, request).endpoints[endpoint.id]
    return replies.empty(204)


def _refusal(world: World, status: int, message: str) -> replies.Refusal:
    return replies.Refusal(replies.text(status, message)) if world.quirks.private_link_errors_in_text else replies.refusal(status, message)


def _find_database(world: World, request: Request) -> Database:
    database = world.organization.databases.get(request.arguments["clusterID"])
    if database is None or world.refresh(database).status == "TERMINATED":
        raise _refusal(world, 404, f"cluster {request.arguments['clusterID']} not found")
    return database


def _find_datacenter(world: World, request: Request) -> tuple[Database, Datacenter]:
    database = _find_database(world, request)
    for datacenter in database.living:
        if datacenter.id == request.arguments["datacenterID"]:
            return database, datacenter
    raise _refusal(world, 404, f"datacenter {request.arguments['datacenterID']} not found")


def _find_link(world: World, request: Request) -> Link:
    _, datacenter = _find_datacenter(world, request)
    link = world.store(PrivateLinks).by_datacenter.get(datacenter.id)
    if link is None:
        raise _refusal(world, 404, f"datacenter {datacenter.id} has no private link")
    return link


def _find_endpoint(world: World, request: Request) -> Endpoint:
    """Find an endpoint by its stored id."""
    endpoint = _find_link(world, request).endpoints.get(request.arguments["endpointID"])
    if endpoint is None or endpoint.shown_from > world.clock.monotonic():
        message = f"endpoint {request.arguments['endpointID']} not found"
        raise replies.Refusal(replies.json(message, 404)) if world.quirks.private_link_errors_in_text else replies.refusal(404, message)
    return endpoint


def _stored_id(world: World, database: Database, requested_id: str) -> str:
    if database.provider != "AZURE" or not world.quirks.renamed_azure_endpoints:
        return requested_id
    return f"{requested_id.rpartition('/')[2]}.{world.new_id()}"


def _service_name(world: World, datacenter: Datacenter) -> str:
    number = f"{world.rng.getrandbits(68):017x}"
    match datacenter.provider:
        case "AWS":
            return f"com.amazonaws.vpce.{datacenter.region}.vpce-svc-{number}"
        case "GCP":
            return f"projects/astra-emulated/regions/{datacenter.region}/serviceAttachments/pl-{number}"
    return f"pl-{number}.{world.new_id()}.{datacenter.region}.azure.privatelinkservice"


def _cluster_document(world: World, database: Database) -> dict[str, object]:
    links = world.store(PrivateLinks).by_datacenter
    return {
        "clusterID": database.id,
        "datacenters": [_link_document(world, datacenter) for datacenter in database.living if datacenter.id in links],
    }


def _link_document(world: World, datacenter: Datacenter) -> dict[str, object]:
    link = world.store(PrivateLinks).by_datacenter.get(datacenter.id, Link(""))
    now = world.clock.monotonic()
    return {
        "serviceName": link.service_name,
        "allowedPrincipals": link.principals,
        "datacenterID": datacenter.id,
        "endpoints": [_endpoint_document(endpoint) for endpoint in link.endpoints.values() if endpoint.shown_from <= now],
    }


def _endpoint_document(endpoint: Endpoint) -> dict[str, object]:
    return {
        "endpointID": endpoint.id,
        "description": endpoint.description,
        "linkID": endpoint.link_id,
        "status": endpoint.status,
        "createdDateTime": f"{endpoint.created:%Y-%m-%dT%H:%M:%S}",
    }


OPERATIONS: Final[dict[str, Handler]] = {
    "ListPrivateLinksForOrg": list_all,
    "ListPrivateLinksForCluster": list_of_database,
    "GetPrivateLinksForDatacenter": get,
    "AddAllowedPrincipalToService": allow,
    "AddAllowedPrincipal": allow,
    "RemoveAllowedPrincipalFromService": disallow,
    "AcceptEndpointToService": accept,
    "GetPrivateLinkEndpoint": get_endpoint,
    "UpdateEndpointDescription": describe,
    "RejectEndpoint": reject,
}
