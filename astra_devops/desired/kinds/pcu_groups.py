"""PCU groups."""

from collections.abc import Collection, Mapping
from typing import ClassVar, Final

import attrs

from astra_devops import errors
from astra_devops._rest.models.pcu_groups import PcuGroup as Existing
from astra_devops._rest.models.pcu_groups import PcuProvisionType
from astra_devops._runtime import checks
from astra_devops.desired.change import Change
from astra_devops.desired.kinds.kind import Found, IsPruned, Kind
from astra_devops.desired.present import Present
from astra_devops.desired.state import State

_LARGEST: Final = 2**31 - 1
_PARKED: Final = ("PARKING", "PARKED")


@attrs.frozen(kw_only=True, init=False)
class PcuGroup:
    """A PCU group that should be there. It is found by its title.

    Args:
        title: The title.
        cloud_provider: ``aws``, ``azure`` or ``gcp``, in any case.
        region: The provider's name of the region.
        min: The units that the group always has; at least 1.
        max: The units that it may grow to; at least ``min``.
        reserved: The committed units; at most ``min``. They can only be raised.
        instance_type: The kind of machine, in any case.
        provision_type: ``shared`` or ``dedicated``.
        description: The purpose of the group; by default any.

    A group that is declared is never removed.

    Raises:
        TypeError: An argument has the wrong type.
        ValueError: An argument is not valid, or ``0 <= reserved <= min <= max`` does not hold.
    """

    title: str
    cloud_provider: str
    region: str
    min: int
    max: int
    reserved: int = 0
    instance_type: str = "standard"
    provision_type: str = "shared"
    description: str | None = None

    def __init__(
        self,
        title: str,
        *,
        cloud_provider: str,
        region: str,
        min: int,
        max: int,
        reserved: int = 0,
        instance_type: str = "standard",
        provision_type: str = "shared",
        description: str | None = None,
    ) -> None:
        checks.integer(min, "min", 1, _LARGEST)
        self.__attrs_init__(  # pyright: ignore[reportAttributeAccessIssue]
            title=checks.string(title, "title"),
            cloud_provider=checks.provider(cloud_provider),
            region=checks.string(region, "region"),
            min=min,
            max=checks.integer(max, "max", min, _LARGEST),
            reserved=checks.integer(reserved, "reserved", 0, min),
            instance_type=checks.string(instance_type, "instance_type").lower(),
            provision_type=str(checks.choice(provision_type, "provision_type", PcuProvisionType)),
            description=checks.optional(checks.text, description, "description"),
        )


@attrs.frozen(kw_only=True)
class PcuGroupState(State):
    """The state of a group; whether it is parked is not a part of it.

    Attributes:
        cloud_provider: In upper case.
        region: Its region.
        instance_type: The kind of machine, in lower case.
        provision_type: ``shared`` or ``dedicated``.
        min: The units that it always has.
        max: The units that it may grow to.
        reserved: The committed units.
        description: The purpose of the group.
    """

    cloud_provider: str
    region: str
    instance_type: str
    provision_type: str
    min: int
    max: int
    reserved: int
    description: str


class PcuGroupKind(Kind[PcuGroup, PcuGroupState]):
    """PCU groups."""

    name = "pcu_group"
    table = "pcu_groups"
    words = "PCU group"
    identity = "title"
    fixed: ClassVar[tuple[str, ...]] = ("cloud_provider", "region", "instance_type", "provision_type")
    is_removable = True
    used_by: ClassVar[tuple[str, ...]] = ("database", "placement")
    declared_class = PcuGroup
    state_class = PcuGroupState

    def note(self, entry: PcuGroup, *, is_new: bool) -> str:
        """Mention what it costs."""
        return "a group costs money from its creation on" if is_new else ""

    async def check(
        self, entries: Mapping[str, PcuGroup], found: Mapping[str, Found[PcuGroupState]], present: Present, keys: Collection[str]
    ) -> None:
        """Refuse to reserve less, or to reserve units of a flexible group."""
        for index, (title, entry) in enumerate(entries.items()):
            reserved = found[title].state.reserved if title in found else entry.reserved
            if reserved != entry.reserved and not 0 < reserved < entry.reserved:
                raise ValueError(
                    f"pcu_groups[{index}].reserved can only be raised, and only for a group with reserved units; it is {reserved}"
                )

    async def listed(self, present: Present) -> list[tuple[str, str]]:
        """List all groups."""
        return [(group.title or "", group.id) for group in await present.pcu_groups()]

    async def read(self, present: Present, names: Collection[str] | None) -> dict[str, Found[PcuGroupState]]:
        """Find groups."""
        found = present.by_name("PCU groups", await present.pcu_groups(), lambda group: group.title, lambda group: group.id, names)
        return {title: _found(group) for title, group in found.items()}

    async def after(self, present: Present, entry: PcuGroup, found: Found[PcuGroupState] | None, is_pruned: IsPruned) -> PcuGroupState:
        """Return the declared group."""
        description = entry.description if entry.description is not None else found.state.description if found else ""
        return PcuGroupState(
            cloud_provider=entry.cloud_provider,
            region=entry.region,
            instance_type=entry.instance_type,
            provision_type=entry.provision_type,
            min=entry.min,
            max=entry.max,
            reserved=entry.reserved,
            description=description,
        )

    def declare(self, name: str, state: PcuGroupState) -> PcuGroup:
        """Declare a group as it is."""
        return PcuGroup(name, **state.to_dict())

    async def look(self, present: Present, change: Change, *, is_continued: bool) -> Found[PcuGroupState] | None:
        """Read the group, or find one that has its title."""
        if change.id is None:
            # Not the list of the plan: another session may have created it.
            group = await find_group(present, change.name)
            return None if group is None else _found(group)
        try:
            return _found(await present.client.pcu_groups.get(change.id))
        except errors.NotFoundError:
            return None

    async def write(self, present: Present, change: Change, found: Found[PcuGroupState] | None, after: PcuGroupState) -> None:
        """Create the group, or change it; one that is parked is unparked before."""
        groups = present.client.pcu_groups
        if found is None:
            await (await groups.create(change.name, **after.to_dict())).wait()
        elif found.state != after:
            await unpark(present, found.id)
            await groups.update(found.id, min=after.min, max=after.max, reserved=after.reserved, description=after.description)

    async def remove(self, present: Present, change: Change, found: Found[PcuGroupState]) -> None:
        """Delete the group, which must be empty and flexible."""
        await present.client.pcu_groups.delete(found.id)


async def find_group(present: Present, title: str) -> Existing | None:
    """Find a group that may have been created after the plan was made."""
    groups = await present.client.pcu_groups.list()
    return present.by_name("PCU groups", groups, lambda group: group.title, lambda group: group.id, (title,)).get(title)


async def unpark(present: Present, group_id: str) -> None:
    """Unpark a group if it is parked, and wait for it. It is not parked again."""
    if (await present.client.pcu_groups.get(group_id)).status in _PARKED:
        await (await present.client.pcu_groups.unpark(group_id)).wait()


def _found(group: Existing) -> Found[PcuGroupState]:
    state = PcuGroupState(
        cloud_provider=str(group.cloud_provider or "").upper(),
        region=group.region or "",
        # The vendor's Terraform provider writes it in upper case.
        instance_type=(group.instance_type or "").lower(),
        provision_type=str(group.provision_type or ""),
        min=group.min or 0,
        max=group.max or 0,
        reserved=group.reserved or 0,
        description=group.description or "",
    )
    return Found(id=group.id, state=state)


PCU_GROUPS: Final = PcuGroupKind()
