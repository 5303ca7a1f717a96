"""Peerings between the networks of classic databases and those of customers.

Their states follow from the time.
"""

from collections.abc import Mapping
from typing import Any

import attrs

from astra_devops.emulator import replies
from astra_devops.emulator.state.databases import Database
from astra_devops.emulator.state.stores import store
from astra_devops.emulator.state.transitions import Progress
from astra_devops.emulator.world import Handler, Request, World, as_object

OVER = ("failed", "expired", "rejected", "deleted")
"""States in which a new peering may be made."""
NETWORKS = {"aws": ("accountId", "vpcId"), "azure": ("subscriptionId", "virtualNetworkName"), "gcp": ("projectId", "vpcNetworkName")}
"""The fields of a request that name the owner of the other network, and the network itself."""


@attrs.define
class Peering:
    """One peering: how it is made, and how it is cut."""

    id: str
    provider: str
    network: tuple[str, str, str]
    making: Progress
    cutting: Progress | None = None

    def status(self, now: float) -> str | None:
        """Tell the state at a time; None once nobody knows it any more."""
        return (self.cutting or self.making).state(now) or None


@store("vpc_peerings")
@attrs.define
class Peerings:
    """Every peering, by the id of its database."""

    by_database: dict[str, Peering] = attrs.field(factory=dict)


def get(world: World, request: Request) -> replies.Reply:
    """Give the peering of a database; 404 if it has none."""
    database, peering, status = _existing(world, request)
    return replies.json(_document(world, database, peering, status))


def create(world: World, request: Request) -> replies.Reply:
    """Start to peer with a network of the customer."""
    database, known = _find(world, request)
    provider, now = _provider(request), world.clock.monotonic()
    if provider.upper() != database.provider:
        raise replies.refusal(400, f"Database {database.id} does not run on {provider}.")
    status = None if known is None else known.status(now)
    if status is not None and status not in OVER:
        raise replies.refusal(409, f"Database {database.id} has a peering in state {status}.")
    change = f"peer on {provider}"
    stuck_in, ends_in = world.faults.state_fault_of(request.operation.id, change)
    making = Progress(change, now, "", stuck_in=stuck_in, ends_in=ends_in)
    peering = Peering(_new_id(world, provider), provider, _network(provider, as_object(request.body)), making)
    world.store(Peerings).by_database[database.id] = peering
    return replies.json(_document(world, database, peering, peering.status(now)), 201)


def delete(world: World, request: Request) -> replies.Reply:
    """Start to cut a peering."""
    _, peering, status = _existing(world, request)
    if status == "deleted":
        raise replies.refusal(404, f"The peering {peering.id} has been deleted.")
    if peering.cutting is None:
        peering.cutting = Progress("delete peering", world.clock.monotonic(), status)
    return replies.empty(204)


def _provider(request: Request) -> str:
    """Read the provider, which these paths have in lower case only."""
    provider = request.arguments["provider"]
    if provider not in NETWORKS:
        raise replies.refusal(400, f"provider must be one of {', '.join(NETWORKS)}, not {provider}")
    return provider


def _find(world: World, request: Request) -> tuple[Database, Peering | None]:
    """Find a database, and the peering that was last made of it."""
    database = world.find_living(request.arguments["databaseID"])
    if database.serverless:
        raise replies.refusal(400, f"Database {database.id} is serverless; this operation is for classic databases.")
    peering = world.store(Peerings).by_database.get(database.id)
    return database, peering


def _existing(world: World, request: Request) -> tuple[Database, Peering, str]:
    database, peering = _find(world, request)
    status = None if peering is None else peering.status(world.clock.monotonic())
    if peering is None or status is None or peering.provider != _provider(request):
        raise replies.refusal(404, f"Database {database.id} has no peering with a network on {request.arguments['provider']}.")
    return database, peering, status


def _network(provider: str, body: Mapping[str, Any]) -> tuple[str, str, str]:
    """Take account, id and block of the customer's network out of a body, whose form has to be that of the provider."""
    owner, name = NETWORKS[provider]
    if owner not in body or name not in body:
        raise replies.refusal(400, f"A peering on {provider} needs {owner} and {name}.")
    return body[owner], body[name], body.get("cidrBlock", "10.0.0.0/16")


def _new_id(world: World, provider: str) -> str:
    return f"pcx-{world.rng.getrandbits(68):017x}" if provider == "aws" else world.new_id()


def _document(world: World, database: Database, peering: Peering, status: str | None) -> dict[str, object]:
    account, network, block = peering.network
    ours = {"provider": peering.provider, "account": "000000000000", "vpcId": f"vpc-{database.id[:8]}", "cidrBlock": "172.28.0.0/16"}
    theirs = {"provider": peering.provider, "account": account, "vpcId": network, "cidrBlock": block}
    return {"connectionId": peering.id, "status": status, "currentVpc": ours, "otherVpc": theirs}


OPERATIONS: dict[str, Handler] = {
    "GetVPCPeeringConnectionDetails": get,
    "CreateVPCPeeringConnection": create,
    "DeleteVPCPeeringConnection": delete,
}
