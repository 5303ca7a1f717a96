"""Conditions of operations on a datacenter."""

from collections.abc import Callable, Collection
from typing import Final, TypeVar

from astra_devops._rest.endpoints import datacenters as endpoints
from astra_devops._rest.models.common_datacenter import Datacenter
from astra_devops.operations.conditions._active import SETTLED, Effect, active_with_effect
from astra_devops.operations.kinds import MINUTE, Observation, OperationKind, Params, PollContext

T = TypeVar("T")


async def is_created(context: PollContext, params: Params) -> Observation[Datacenter]:
    """Check whether the region has a datacenter and the database is out of MAINTENANCE."""
    return await _check_datacenters(context, params, _find(params))


async def is_settled_with_datacenter(context: PollContext, params: Params) -> Observation[Datacenter]:
    """Check whether the region has a datacenter and the database is at rest."""
    return await _check_datacenters(context, params, _find(params), SETTLED)


def _find(params: Params) -> Callable[[list[Datacenter]], Effect[Datacenter]]:
    requested_place = (params["cloud_provider"].lower(), params["region"].lower())

    def find(datacenters: list[Datacenter]) -> Effect[Datacenter]:
        for datacenter in datacenters:
            # In practice the service leaves a datacenter's status empty.
            is_there = datacenter.status in ("", None) or datacenter.status in SETTLED
            if is_there and ((datacenter.cloud_provider or "").lower(), (datacenter.region or "").lower()) == requested_place:
                return Effect(True, datacenter)
        return Effect(False)

    return find


async def is_terminated(context: PollContext, params: Params) -> Observation[None]:
    """Check whether the datacenter is no longer listed and the database is out of MAINTENANCE."""

    def is_gone(datacenters: list[Datacenter]) -> Effect[None]:
        return Effect(all(datacenter.id != params["datacenter_id"] or datacenter.status == "TERMINATED" for datacenter in datacenters))

    return await _check_datacenters(context, params, is_gone)


async def _check_datacenters(
    context: PollContext, params: Params, check: Callable[[list[Datacenter]], Effect[T]], states: Collection[str] = ("ACTIVE",)
) -> Observation[T]:
    async def read_effect() -> Effect[T]:
        datacenters = (await endpoints.list_datacenters(context.caller, database_id=params["database_id"])).value
        # An empty list, null and an empty body all read as this.
        return check(datacenters) if datacenters else Effect(False, problem="the list of datacenters is empty, although a database has one")

    return await active_with_effect(context, params["database_id"], read_effect, states)


_PLACE: Final = ("database_id", "cloud_provider", "region")
CREATE: Final = OperationKind(name="datacenters.create", condition=is_created, timeout=60 * MINUTE, params=_PLACE)
ENSURE: Final = OperationKind(name="datacenters.ensure", condition=is_settled_with_datacenter, timeout=60 * MINUTE, params=_PLACE)
TERMINATE: Final = OperationKind(
    name="datacenters.terminate",
    condition=is_terminated,
    timeout=60 * MINUTE,
    resource="datacenter_id",
    params=("database_id", "datacenter_id"),
)
