"""PCU groups: provisioned capacity that databases of one region share."""

import builtins
from collections.abc import Sequence
from functools import partial
from typing import Any, Final

import attrs

from astra_devops import errors
from astra_devops._rest.endpoints import pcu_groups as endpoints
from astra_devops._rest.models.pcu_groups import (
    PcuAssociation,
    PcuAssociationTransferRequest,
    PcuGroup,
    PcuGroupCreateRequest,
    PcuGroupGetRequest,
    PcuGroupTypesRequest,
    PcuProvisionType,
    PcuType,
)
from astra_devops._runtime import checks
from astra_devops._runtime.caller import Caller
from astra_devops.operations.capacity import as_it_is, associations_of, get_group
from astra_devops.operations.conditions import pcu_groups as conditions
from astra_devops.operations.factory import OperationFactory
from astra_devops.operations.handle import AsyncOperation
from astra_devops.resources._outcome.reconcile import check_outcome_by

_LARGEST: Final = 2**31 - 1


class AsyncPcuGroups:
    """PCU groups of the token's organization, and the datacenters in them.

    A title may stand for several groups; an id stands for one.

    Which permission these calls need is not documented; Organization Administrators and Billing
    Administrators have it.

    What is placed in a group is a datacenter, whose id is the database's, a hyphen and a number;
    ``datacenters.list`` tells it.

    >>> operation = await astra.pcu_groups.create("analytics", cloud_provider="aws", region="us-east-2", min=1, max=3)
    >>> group = await operation.wait()
    >>> operation = await astra.pcu_groups.associate(group.id, datacenter_id)
    >>> association = await operation.wait()
    """

    def __init__(self, caller: Caller, operations: OperationFactory) -> None:
        self._caller = caller
        self._operations = operations

    async def list(self, ids: Sequence[str] | None = None) -> builtins.list[PcuGroup]:
        """List the groups with these ids; all of them if none are given.

        An empty ``ids`` gives an empty list and sends nothing: the service would take it for all
        groups.

        Raises:
            NotFoundError: there is no group by one of the ids.
        """
        if isinstance(ids, str):
            raise TypeError("ids must be a sequence of str, not one str")
        wanted = None if ids is None else [checks.string(group_id, "ids") for group_id in ids]
        if wanted == []:
            return []
        return (await endpoints.pcu_get(self._caller, body=PcuGroupGetRequest(pcu_group_uuids=wanted))).value or []

    async def get(self, group_id: str) -> PcuGroup:
        """Fetch one group.

        Raises:
            NotFoundError: there is no such group.
        """
        return await get_group(self._caller, checks.string(group_id, "group_id"))

    async def find_by_datacenter(self, datacenter_id: str) -> PcuGroup | None:
        """Find the group that a datacenter is in; None if it is in none, or does not exist."""
        try:
            answer = await endpoints.pcu_group_get_by_datacenter_uuid(self._caller, datacenter_id=datacenter_id)
        except errors.NotFoundError:
            return None
        return answer.value[0] if answer.value else None

    async def create(
        self,
        title: str,
        *,
        cloud_provider: str,
        region: str,
        min: int,
        max: int,
        reserved: int = 0,
        instance_type: str = "standard",
        provision_type: PcuProvisionType | str = "shared",
        description: str | None = None,
    ) -> AsyncOperation[PcuGroup]:
        """Create a group.

        The operation knows the id at once, and is done when the group is CREATED, which it stays
        until it is used.

        A group costs money from then on. Provider, region, instance type and provision type cannot
        be changed later.

        Args:
            title: need not be unique.
            cloud_provider: ``aws``, ``azure`` or ``gcp``, in any case.
            region: the provider's name for it, such as ``us-east-2``.
            min: units that the group always has, at least 1.
            max: units that it may grow to, at least ``min``.
            reserved: units committed to, at most ``min``; 0 makes the group flexible: only such a
                group can be parked, or deleted at will.
            instance_type: kind of machine; see ``list_types``.
            provision_type: ``shared`` or ``dedicated``.

        Raises:
            OutcomeUnknownError: the answer was lost. The request is not repeated, since it would
                make a second group; ``list`` tells whether there is one.
        """
        _check_capacity(min, max, reserved)
        body = PcuGroupCreateRequest(
            title=checks.string(title, "title"),
            cloud_provider=checks.provider(cloud_provider),
            region=checks.string(region, "region"),
            instance_type=checks.string(instance_type, "instance_type"),
            provision_type=checks.string(provision_type, "provision_type"),
            min=min,
            max=max,
            reserved=reserved,
            description=None if description is None else _text(description, "description"),
        )
        made = (await endpoints.pcu_create(self._caller, body=[body])).value
        if not made:
            raise errors.OutcomeUnknownError(
                f"pcuCreate {title!r} was accepted, but its answer names no group",
                operation="pcuCreate",
                reason="an empty list came back",
                how_to_find_out=f"look for a group with the title {title!r} in the list",
            )
        return self._operations.start(conditions.CREATE_GROUP, group_id=made[0].id)

    async def update(
        self,
        group_id: str,
        *,
        title: str | None = None,
        min: int | None = None,
        max: int | None = None,
        reserved: int | None = None,
        description: str | None = None,
    ) -> PcuGroup:
        """Change a group, and return it as it is then. What is not given stays.

        The service loses what an update leaves out, so this reads the group, changes it, and writes
        all of it. Of two updates at the same time the later one wins. A parked group has to be
        unparked first.

        Args:
            min: units that the group always has.
            max: units that it may grow to.
            reserved: units committed to; they can be raised for a group that has some, and
                otherwise not be changed.

        Raises:
            NotFoundError: there is no such group.
            ValueError: nothing is given, or ``0 <= reserved <= min <= max`` would not hold.
        """
        given: dict[str, Any] = {"title": title, "min": min, "max": max, "reserved": reserved, "description": description}
        changes = {name: value for name, value in given.items() if value is not None}
        if not changes:
            raise ValueError(f"give at least one of {', '.join(given)}")
        if title is not None:
            checks.string(title, "title")
        if description is not None:
            _text(description, "description")
        _check_capacity(min, max, reserved)
        body = attrs.evolve(as_it_is(await self.get(group_id)), **changes)
        _check_capacity(body.min, body.max, body.reserved)
        written = (await endpoints.pcu_update(self._caller, body=[body])).value
        return written[0] if written else await self.get(group_id)

    async def delete(self, group_id: str) -> None:
        """Delete a group. It has to be flexible and empty: move or terminate its databases first.

        Raises:
            NotFoundError: there is no such group.
        """

        async def is_gone() -> bool:
            try:
                await self.get(group_id)
            except errors.NotFoundError:
                return True
            return False

        await endpoints.pcu_delete(self._caller, group_id=group_id, check_outcome=check_outcome_by(is_gone))

    async def park(self, group_id: str) -> AsyncOperation[PcuGroup]:
        """Park a group: its databases hibernate, and its units cost nothing until it is unparked.

        Done when it is PARKED.

        Only a flexible group (``reserved`` is 0) that is in use can be parked, and only if none of
        its databases has several regions.
        """
        check_outcome = check_outcome_by(partial(self._is_in, group_id, "PARKING", "PARKED"))
        await endpoints.pcu_group_park(self._caller, group_id=group_id, check_outcome=check_outcome)
        return self._operations.start(conditions.PARK_GROUP, group_id=group_id)

    async def unpark(self, group_id: str) -> AsyncOperation[PcuGroup]:
        """Bring a parked group and its databases back.

        Done when it is CREATED, which an unparked group shows for a while, or ACTIVE.
        """
        check_outcome = check_outcome_by(partial(self._is_in, group_id, "UNPARKING", "PLACING", "INITIALIZING", "CREATED", "ACTIVE"))
        await endpoints.pcu_group_unpark(self._caller, group_id=group_id, check_outcome=check_outcome)
        return self._operations.start(conditions.UNPARK_GROUP, group_id=group_id)

    async def list_types(self, *, provider: str | None = None, region: str | None = None) -> builtins.list[PcuType]:
        """List the instance types that groups can have.

        Args:
            provider: one cloud provider only, in any case.
            region: one region only.
        """
        body = PcuGroupTypesRequest(
            provider=None if provider is None else checks.provider(provider, "provider").lower(),
            region=None if region is None else checks.string(region, "region"),
        )
        return (await endpoints.pcu_get_types(self._caller, body=body)).value

    async def list_associations(self, group_id: str) -> builtins.list[PcuAssociation]:
        """List the datacenters in a group; an empty list if there are none, for which the service says 404.

        Raises:
            NotFoundError: there is no such group.
        """
        found = await associations_of(self._caller, group_id)
        if not found:
            await self.get(group_id)
        return found

    async def associate(self, group_id: str, datacenter_id: str) -> AsyncOperation[PcuAssociation]:
        """Place a datacenter in a group of its region.

        Done when it is listed there and group and database are ACTIVE: up to an hour.

        Raises:
            NotFoundError: there is no such group or datacenter.
            ConflictError: the datacenter is in a group already, or its database is busy.
        """
        check_outcome = check_outcome_by(partial(self._lists, group_id, datacenter_id))
        await endpoints.pcu_association_create(self._caller, group_id=group_id, datacenter_id=datacenter_id, check_outcome=check_outcome)
        return self._operations.start(conditions.ASSOCIATE, group_id=group_id, datacenter_id=datacenter_id)

    async def dissociate(self, group_id: str, datacenter_id: str) -> None:
        """Take a datacenter out of a group, back to the capacity that all databases share.

        Raises:
            NotFoundError: there is no such group, or the datacenter is not in it.
        """

        async def has_left() -> bool:
            return not await self._lists(group_id, datacenter_id)

        check_outcome = check_outcome_by(has_left)
        await endpoints.pcu_association_delete(self._caller, group_id=group_id, datacenter_id=datacenter_id, check_outcome=check_outcome)

    async def transfer(self, datacenter_id: str, *, from_group_id: str, to_group_id: str) -> AsyncOperation[PcuAssociation]:
        """Move a datacenter to another group of its region.

        Done when it is listed there and group and database are ACTIVE: up to an hour.

        >>> for association in await astra.pcu_groups.list_associations(old_id):
        ...     moving = await astra.pcu_groups.transfer(association.datacenter_id, from_group_id=old_id, to_group_id=new_id)
        ...     await moving.wait()

        Raises:
            NotFoundError: there is no such group, or the datacenter is not in the first one.
            ConflictError: the database is busy.
        """
        if checks.string(from_group_id, "from_group_id") == checks.string(to_group_id, "to_group_id"):
            raise ValueError("to_group_id must be another group than from_group_id")
        body = PcuAssociationTransferRequest(
            from_group_id=from_group_id,
            to_group_id=to_group_id,
            datacenter_uuid=checks.string(datacenter_id, "datacenter_id"),
        )

        async def has_moved() -> bool:
            moved = await self._lists(to_group_id, datacenter_id)
            if not moved and not await self._lists(from_group_id, datacenter_id):
                raise TimeoutError(f"neither group lists {datacenter_id} now")
            return moved

        await endpoints.pcu_association_transfer(self._caller, body=body, check_outcome=check_outcome_by(has_moved))
        return self._operations.start(conditions.TRANSFER, group_id=to_group_id, datacenter_id=datacenter_id, from_group_id=from_group_id)

    async def _is_in(self, group_id: str, *states: str) -> bool:
        return (await self.get(group_id)).status in states

    async def _lists(self, group_id: str, datacenter_id: str) -> bool:
        return any(entry.datacenter_id == datacenter_id for entry in await associations_of(self._caller, group_id))


def _check_capacity(min: int | None, max: int | None, reserved: int | None) -> None:
    """Check what is known of a capacity. The rule is that of the vendor's Terraform provider."""
    for name, value, least in (("reserved", reserved, 0), ("min", min, 1), ("max", max, 1)):
        if value is not None:
            checks.integer(value, name, least, _LARGEST)
    known = [(name, value) for name, value in (("reserved", reserved), ("min", min), ("max", max)) if value is not None]
    if sorted(known, key=lambda pair: pair[1]) != known:
        raise ValueError(f"0 <= reserved <= min <= max must hold, not {', '.join(f'{name} = {value}' for name, value in known)}")


def _text(value: str, name: str) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a str, not {type(value).__name__}")
    return value
