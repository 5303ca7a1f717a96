"""Peerings between the networks of classic databases and those of customers."""

from collections.abc import Mapping
from typing import Any, Final

import attrs

from astra_devops.emulator import replies
from astra_devops.emulator.resources._classic import require_classic
from astra_devops.emulator.state.databases import Database
from astra_devops.emulator.state.stores import store
from astra_devops.emulator.state.transitions import Progress
from astra_devops.emulator.world import Handler, Request, World, as_object

_FINAL_STATES: Final = ("failed", "expired", "rejected", "deleted")
"""States in which a peering may be replaced by a new one."""
_NETWORK_FIELDS: Final = {
    "aws": ("accountId", "vpcId"),
    "azure": ("subscriptionId", "virtualNetworkName"),
    "gcp": ("projectId", "vpcNetworkName"),
}
"""The fields that name the other network's owner and the network itself, by provider."""


@attrs.define
class Peering:
    """One peering. Its state follows from the progress of its creation or deletion."""

    id: str
    provider: str
    network: tuple[str, str, str]
    creation: Progress
    deletion: Progress | None = None

    def status(self, now: float) -> str | None:
        """Return the state at a time, or None once the peering is gone."""
        return (self.deletion or self.creation).state(now) or None


@store("vpc_peerings")
@attrs.define
class Peerings:
    """Every peering, by the id of its database."""

    by_database: dict[str, Peering] = attrs.field(factory=dict)


def get(world: World, request: Request) -> replies.Reply:
    """Return the peering of a database; 404 if it has none."""
    database, peering, status = _find_existing(world, request)
    return replies.json(_document(world, database, peering, status))


def create(world: World, request: Request) -> replies.Reply:
    """Start to peer with a network of the customer."""
    database, existing = _find(world, request)
    provider, now = _provider(request), world.clock.monotonic()
    if provider.upper() != database.provider:
        raise replies.refusal(400, f"Database {database.id} does not run on {provider}.")
    status = None if existing is None else existing.status(now)
    if status is not None and status not in _FINAL_STATES:
        raise replies.refusal(409, f"Database {database.id} has a peering in state {status}.")
    change = f"peer on {provider}"
    stuck_in, ends_in = world.faults.state_fault_of(request.operation.id, change)
    creation = Progress(change, now, "", stuck_in=stuck_in, ends_in=ends_in)
    peering = Peering(_new_id(world, provider), provider, _network(provider, as_object(request.body)), creation)
    world.store(Peerings).by_database[database.id] = peering
    return replies.json(_document(world, database, peering, peering.status(now)), 201)


def delete(world: World, request: Request) -> replies.Reply:
    """Start to delete a peering."""
    _, peering, status = _find_existing(world, request)
    if status == "deleted":
        raise replies.refusal(404, f"Peering {peering.id} has been deleted.")
    if peering.deletion is None:
        peering.deletion = Progress("delete peering", world.clock.monotonic(), status)
    return replies.empty(204)


def _provider(request: Request) -> str:
    """Return the provider of a request; these paths accept only lower case."""
    provider = request.arguments["provider"]
    if provider not in _NETWORK_FIELDS:
        raise replies.refusal(400, f"provider must be one of {', '.join(_NETWORK_FIELDS)}, not {provider}")
    return provider


def _find(world: World, request: Request) -> tuple[Database, Peering | None]:
    """Find a classic database and its latest peering."""
    database = world.find_living(request.arguments["databaseID"])
    require_classic(database)
    peering = world.store(Peerings).by_database.get(database.id)
    return database, peering


def _find_existing(world: World, request: Request) -> tuple[Database, Peering, str]:
    database, peering = _find(world, request)
    status = None if peering is None else peering.status(world.clock.monotonic())
    if peering is None or status is None or peering.provider != _provider(request):
        raise replies.refusal(404, f"Database {database.id} has no peering with a network on {request.arguments['provider']}.")
    return database, peering, status


def _network(provider: str, body: Mapping[str, Any]) -> tuple[str, str, str]:
    """Return account, id and block of the customer's network.

    Refuses a body in the form of another provider.
    """
    owner_field, id_field = _NETWORK_FIELDS[provider]
    if owner_field not in body or id_field not in body:
        raise replies.refusal(400, f"A peering on {provider} needs {owner_field} and {id_field}.")
    return body[owner_field], body[id_field], body.get("cidrBlock", "10.0.0.0/16")


def _new_id(world: World, provider: str) -> str:
    return f"pcx-{world.rng.getrandbits(68):017x}" if provider == "aws" else world.new_id()


def _document(world: World, database: Database, peering: Peering, status: str | None) -> dict[str, object]:
    account, network, block = peering.network
    current = {"provider": peering.provider, "account": "000000000000", "vpcId": f"vpc-{database.id[:8]}", "cidrBlock": "172.28.0.0/16"}
    other = {"provider": peering.provider, "account": account, "vpcId": network, "cidrBlock": block}
    return {"connectionId": peering.id, "status": status, "currentVpc": current, "otherVpc": other}


OPERATIONS: Final[dict[str, Handler]] = {
    "GetVPCPeeringConnectionDetails": get,
    "CreateVPCPeeringConnection": create,
    "DeleteVPCPeeringConnection": delete,
}
