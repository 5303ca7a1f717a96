"""PCU groups: provisioned capacity that databases of one region share."""

import builtins
from collections.abc import Sequence
from functools import partial
from typing import Any

import attrs

from astra_devops import errors
from astra_devops._rest import index
from astra_devops._rest.endpoints import pcu_groups as endpoints
from astra_devops._rest.models.pcu_groups import PcuAssociation, PcuGroup, PcuProvisionType, PcuType
from astra_devops._rest.models.pcu_groups_requests import (
    PcuAssociationTransferRequest,
    PcuGroupCreateRequest,
    PcuGroupGetRequest,
    PcuGroupTypesRequest,
    PcuGroupUpdateRequest,
)
from astra_devops._runtime import checks, deadline
from astra_devops._runtime.caller import Caller
from astra_devops.operations.capacity import LARGEST_UNITS, check_capacity, full_update, get_group, list_associations
from astra_devops.operations.conditions import pcu_groups as conditions
from astra_devops.operations.factory import OperationFactory
from astra_devops.operations.handle import AsyncOperation
from astra_devops.resources._drain import drain
from astra_devops.resources._outcome.accepted import require_id
from astra_devops.resources._outcome.candidates import candidates_named
from astra_devops.resources._outcome.lookups import outcome_check


class AsyncPcuGroups:
    """PCU groups of the token's organization, and the datacenters in them.

    Ids are unique; titles need not be.

    The service does not document which permissions these methods need. Organization Administrators
    and Billing Administrators have them.

    A group contains datacenters, whose ids are the database's id, a hyphen and a number;
    ``datacenters.list`` lists them.

    >>> operation = await astra.pcu_groups.create(
    ...     "analytics", cloud_provider="aws", region="us-east-2", min=1, max=3
    ... )
    >>> group = await operation.wait()
    >>> operation = await astra.pcu_groups.associate(group.id, datacenter_id)
    >>> association = await operation.wait()
    """

    def __init__(self, caller: Caller, operations: OperationFactory) -> None:
        self._caller = caller
        self._operations = operations

    async def list(self, ids: Sequence[str] | None = None) -> builtins.list[PcuGroup]:
        """List the groups with the given ids, or all groups.

        Args:
            ids: The ids. If the list is empty, so is the result, and nothing is sent: the service
                would return all groups.

        Raises:
            TypeError: ``ids`` is not a list of strings.
            ValueError: An id is empty.
            NotFoundError: One of the groups does not exist.
        """
        group_ids = checks.optional(checks.strings, ids, "ids")
        if group_ids == []:
            return []
        return (await endpoints.pcu_get(self._caller, body=PcuGroupGetRequest(pcu_group_uuids=group_ids))).value or []

    async def get(self, group_id: str) -> PcuGroup:
        """Fetch one group.

        Raises:
            NotFoundError: The group does not exist.
        """
        return await get_group(self._caller, checks.identifier(group_id, "group_id"))

    async def find_by_datacenter(self, datacenter_id: str) -> PcuGroup | None:
        """Find the group that a datacenter is in; None if it is in no group, or does not exist."""
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

        The operation has the id at once, and is done when the group is CREATED. It stays CREATED
        until it is used.

        A group costs money from then on. Provider, region, instance type and provision type cannot
        be changed later.

        Args:
            title: The title, which need not be unique.
            cloud_provider: ``aws``, ``azure`` or ``gcp``, in any case.
            region: The provider's name of the region, such as ``us-east-2``.
            min: The units that the group always has; at least 1.
            max: The units that it may grow to; at least ``min``.
            reserved: The committed units; at most ``min``. With 0 the group is flexible: only
                flexible groups can be parked, or deleted at any time.
            instance_type: The kind of machine; see ``list_types``.
            provision_type: ``shared`` or ``dedicated``.
            description: The purpose of the group.

        Raises:
            TypeError: An argument has the wrong type.
            ValueError: An argument is not valid, or ``0 <= reserved <= min <= max`` does not hold.
            OutcomeUnknownError: The answer was lost. The request is not sent again: it would create
                a second group. ``candidates`` has the ids of groups with that title that were not
                there before.
        """
        for name, units in (("min", min), ("max", max), ("reserved", reserved)):
            checks.integer(units, name, 0, LARGEST_UNITS)
        check_capacity(min, max, reserved)
        body = PcuGroupCreateRequest(
            title=checks.string(title, "title"),
            cloud_provider=checks.provider(cloud_provider),
            region=checks.string(region, "region"),
            instance_type=checks.string(instance_type, "instance_type"),
            provision_type=checks.choice(provision_type, "provision_type", PcuProvisionType),
            min=min,
            max=max,
            reserved=reserved,
            description=checks.optional(checks.text, description, "description"),
        )

        async def list_ids() -> builtins.list[str]:
            return [group.id for group in await self.list() if group.title == title]

        async with candidates_named(self._caller, list_ids):
            created = (await endpoints.pcu_create(self._caller, body=[body])).value
            advice = f"look at pcu_groups.list() with the title {title!r}"
            group_id = require_id(created[0].id if created else None, "pcuCreate", "group", advice)
        return self._operations.start(conditions.CREATE_GROUP, group_id=group_id)

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
        """Change a group, and return it. Arguments that are left out stay as they are.

        The service loses the fields that an update leaves out, so this reads the group, changes it,
        and writes all of it. Of two updates at the same time the later one wins. A parked group
        must be unparked first.

        Args:
            title: The new title.
            min: The units that the group always has.
            max: The units that it may grow to.
            reserved: The committed units. They can only be raised, and only if the group has some.
            description: The new description.

        Raises:
            TypeError: An argument has the wrong type.
            ValueError: No argument is given, or ``0 <= reserved <= min <= max`` would not hold.
            NotFoundError: The group does not exist.
        """
        arguments: dict[str, Any] = {"title": title, "min": min, "max": max, "reserved": reserved, "description": description}
        changes = {name: value for name, value in arguments.items() if value is not None}
        if not changes:
            raise ValueError(f"at least one of {', '.join(arguments)} must be given")
        checks.identifier(group_id, "group_id")
        checks.optional(checks.string, title, "title")
        checks.optional(checks.text, description, "description")
        check_capacity(min, max, reserved)
        with deadline.within(self._caller.options.timeout):
            body = attrs.evolve(full_update(await self.get(group_id)), **changes)
            check_capacity(body.min, body.max, body.reserved)
            updated = (await endpoints.pcu_update(self._caller, body=[body])).value
            return updated[0] if updated else await self._get_updated(group_id, body)

    async def _get_updated(self, group_id: str, body: PcuGroupUpdateRequest) -> PcuGroup:
        """Fetch a group after an update whose answer was empty, which other servers send, too."""
        group = await self.get(group_id)
        if full_update(group) == body:
            return group
        advice = index.PCU_UPDATE.how_to_check or ""
        raise errors.OutcomeUnknownError(
            f"pcuUpdate got an empty answer, and the group does not show the update; repeating it is safe; to find out, {advice}",
            operation="pcuUpdate",
            reason="an empty answer",
            how_to_find_out=advice,
        )

    async def delete(self, group_id: str) -> None:
        """Delete a group. It must be flexible and empty: move or terminate its databases first.

        Raises:
            NotFoundError: The group does not exist.
        """

        async def is_deleted() -> bool:
            try:
                await self.get(group_id)
            except errors.NotFoundError:
                return True
            return False

        await endpoints.pcu_delete(self._caller, group_id=group_id, check_outcome=outcome_check(self._caller, is_deleted))

    async def park(self, group_id: str) -> AsyncOperation[PcuGroup]:
        """Park a group: its databases hibernate, and its units cost nothing until it is unparked.

        The operation is done when the group is PARKED.

        The group must be flexible (``reserved`` is 0) and in use, and none of its databases may
        have several regions.

        Raises:
            BadRequestError: The group cannot be parked.
            NotFoundError: The group does not exist.
            BusyError: The group is busy.
        """
        check_outcome = outcome_check(self._caller, partial(self._has_status, group_id, "PARKING", "PARKED"))
        await endpoints.pcu_group_park(self._caller, group_id=group_id, check_outcome=check_outcome)
        return self._operations.start(conditions.PARK_GROUP, group_id=group_id)

    async def unpark(self, group_id: str) -> AsyncOperation[PcuGroup]:
        """Unpark a parked group and its databases.

        The operation is done when the group is CREATED, which an unparked group shows for a while,
        or ACTIVE.

        Raises:
            NotFoundError: The group does not exist.
            BusyError: The group is busy, or not parked.
        """
        statuses = ("UNPARKING", "PLACING", "INITIALIZING", "CREATED", "ACTIVE")
        check_outcome = outcome_check(self._caller, partial(self._has_status, group_id, *statuses))
        await endpoints.pcu_group_unpark(self._caller, group_id=group_id, check_outcome=check_outcome)
        return self._operations.start(conditions.UNPARK_GROUP, group_id=group_id)

    async def list_types(self, *, provider: str | None = None, region: str | None = None) -> builtins.list[PcuType]:
        """List the instance types that groups can have.

        Args:
            provider: List only the types of this cloud provider, in any case.
            region: List only the types of this region.

        Raises:
            ValueError: ``provider`` is not a cloud provider, or ``region`` is empty.
        """
        body = PcuGroupTypesRequest(
            provider=None if provider is None else checks.provider(provider, "provider").lower(),
            region=checks.optional(checks.string, region, "region"),
        )
        return (await endpoints.pcu_get_types(self._caller, body=body)).value

    async def list_associations(self, group_id: str) -> builtins.list[PcuAssociation]:
        """List the datacenters in a group.

        For a group without datacenters the list is empty, also where the service answers 404.

        Raises:
            NotFoundError: The group does not exist.
        """
        checks.identifier(group_id, "group_id")
        with deadline.within(self._caller.options.timeout):
            associations = await list_associations(self._caller, group_id)
            if not associations:
                await self.get(group_id)
            return associations

    async def associate(self, group_id: str, datacenter_id: str) -> AsyncOperation[PcuAssociation]:
        """Place a datacenter in a group of its region.

        The operation is done when the group lists it, and group and database are ACTIVE. This takes
        up to an hour.

        Raises:
            NotFoundError: The group or the datacenter does not exist.
            AlreadyExistsError: The datacenter is in a group already.
            BusyError: Its database is busy.
        """
        check_outcome = outcome_check(self._caller, partial(self._has_datacenter, group_id, datacenter_id))
        await endpoints.pcu_association_create(self._caller, group_id=group_id, datacenter_id=datacenter_id, check_outcome=check_outcome)
        return self._operations.start(conditions.ASSOCIATE, group_id=group_id, datacenter_id=datacenter_id)

    async def dissociate(self, group_id: str, datacenter_id: str) -> None:
        """Remove a datacenter from a group, back to the capacity that all databases share.

        Raises:
            NotFoundError: The group does not exist, or the datacenter is not in it.
        """

        async def has_left() -> bool:
            return not await self._has_datacenter(group_id, datacenter_id)

        check_outcome = outcome_check(self._caller, has_left)
        await endpoints.pcu_association_delete(self._caller, group_id=group_id, datacenter_id=datacenter_id, check_outcome=check_outcome)

    async def transfer(self, datacenter_id: str, *, from_group_id: str, to_group_id: str) -> AsyncOperation[PcuAssociation]:
        """Move a datacenter to another group of its region.

        The operation is done when the new group lists it, and group and database are ACTIVE. This
        takes up to an hour.

        Raises:
            ValueError: An argument is empty, or both groups are the same.
            NotFoundError: A group does not exist, or the datacenter is not in the first one.
            BusyError: The database is busy.

        >>> for association in await astra.pcu_groups.list_associations(old_id):
        ...     operation = await astra.pcu_groups.transfer(
        ...         association.datacenter_id, from_group_id=old_id, to_group_id=new_id
        ...     )
        ...     await operation.wait()
        """
        if checks.string(from_group_id, "from_group_id") == checks.string(to_group_id, "to_group_id"):
            raise ValueError("to_group_id must be another group than from_group_id")
        body = PcuAssociationTransferRequest(
            from_group_id=from_group_id,
            to_group_id=to_group_id,
            datacenter_uuid=checks.string(datacenter_id, "datacenter_id"),
        )

        async def has_moved() -> bool:
            moved = await self._has_datacenter(to_group_id, datacenter_id)
            if not moved and not await self._has_datacenter(from_group_id, datacenter_id):
                raise TimeoutError(f"neither group lists {datacenter_id} now")
            return moved

        await endpoints.pcu_association_transfer(self._caller, body=body, check_outcome=outcome_check(self._caller, has_moved))
        return self._operations.start(conditions.TRANSFER, group_id=to_group_id, datacenter_id=datacenter_id, from_group_id=from_group_id)

    async def drain(self, group_id: str, *, into: str) -> builtins.list[PcuAssociation]:
        """Move all datacenters of a group to another group of its region, one after another.

        Each is waited for, which takes up to an hour. If that ends early, the error names those
        that have moved, and the same call continues. The empty group can be deleted.

        Args:
            into: Id of the other group.

        Returns:
            The datacenters that have moved, in their new group.

        Raises:
            ValueError: An argument is empty, or both groups are the same.
            NotFoundError: A group does not exist.
            BusyError: A database is busy.
            OperationTimeoutError: A datacenter was not placed in time.
        """
        if checks.string(group_id, "group_id") == checks.string(into, "into"):
            raise ValueError("into must be another group than group_id")
        transfer = partial(self.transfer, from_group_id=group_id, to_group_id=into)
        return await drain(await self.list_associations(group_id), transfer)

    async def _has_status(self, group_id: str, *statuses: str) -> bool:
        return (await self.get(group_id)).status in statuses

    async def _has_datacenter(self, group_id: str, datacenter_id: str) -> bool:
        return any(entry.datacenter_id == datacenter_id for entry in await list_associations(self._caller, group_id))
