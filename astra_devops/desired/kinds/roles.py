"""Custom roles with their policies."""

from collections.abc import Collection, Iterable, Mapping
from typing import ClassVar, Final

import attrs

from astra_devops import errors
from astra_devops._rest.models.common_role import Policy, PolicyAction
from astra_devops._rest.models.common_role import Role as Existing
from astra_devops._runtime import checks
from astra_devops.desired.change import Change
from astra_devops.desired.kinds.kind import Found, IsPruned, Kind
from astra_devops.desired.kinds.values import did_you_mean
from astra_devops.desired.present import Present
from astra_devops.desired.state import State
from astra_devops.policies import policy

# The service's own roles have this in place of the organization's id.
_ANY_ORGANIZATION: Final = "__ORG_ID__"


@attrs.frozen(kw_only=True, init=False)
class Role:
    """A custom role that should be there, with exactly this policy. It is found by its name.

    Args:
        name: The name.
        actions: The permissions, as for ``policies.policy``.
        resources: The DRNs that they are granted on. ``__ORG_ID__`` stands for the id of the
            organization, as in ``drn:astra:org:__ORG_ID__:db:*``.
        description: What the role is for.

    Raises:
        TypeError: An argument has the wrong type.
        ValueError: An argument is not valid.
    """

    name: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    description: str = ""

    def __init__(self, name: str, *, actions: Iterable[str], resources: Iterable[str], description: str = "") -> None:
        checked = policy(description, actions, resources)
        self.__attrs_init__(  # pyright: ignore[reportAttributeAccessIssue]
            name=checks.string(name, "name"),
            actions=tuple(str(action) for action in checked.actions),
            resources=tuple(checked.resources),
            description=description,
        )


@attrs.frozen(kw_only=True)
class RoleState(State):
    """The policy of a role.

    Attributes:
        description: What the role is for.
        effect: ``allow``.
        actions: The permissions, sorted.
        resources: The DRNs, sorted.
    """

    description: str
    effect: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]


class RoleKind(Kind[Role, RoleState]):
    """Roles. Those of the service are left out: they cannot be changed."""

    name = "role"
    table = "roles"
    words = "role"
    is_removable = True
    used_by: ClassVar[tuple[str, ...]] = ("user",)
    declared_class = Role
    state_class = RoleState

    async def check(
        self, entries: Mapping[str, Role], found: Mapping[str, Found[RoleState]], present: Present, keys: Collection[str]
    ) -> None:
        """Refuse the names of the service's own roles, and misspelled permissions."""
        if not entries:
            return
        granted = [role.policy.actions for role in await present.roles() if isinstance(role.policy, Policy)]
        # One that is newer than this version is in the service's own roles.
        permissions = {*map(str, PolicyAction), *(str(action) for actions in granted for action in actions)}
        for index, name in enumerate(entries):
            if name in found and not self.can_declare(found[name].state):
                raise ValueError(f"roles[{index}].name must not be {name!r}, a role of the service, which cannot be changed")
            for action in entries[name].actions:
                if action not in permissions and (hint := did_you_mean(action, permissions)):
                    raise ValueError(f"roles[{index}].actions must be permissions, but {action!r} is none{hint}")

    async def listed(self, present: Present) -> list[tuple[str, str]]:
        """List the custom roles."""
        roles = [(role, await _with_policy(present, role)) for role in await present.roles()]
        return [(role.name or "", role.id) for role, full in roles if self.can_declare(_state_of(full))]

    def can_declare(self, state: RoleState) -> bool:
        """Return whether a role is a custom one."""
        return bool(state.actions) and not any(_ANY_ORGANIZATION in resource for resource in state.resources)

    async def read(self, present: Present, names: Collection[str] | None) -> dict[str, Found[RoleState]]:
        """Find roles, and read their policies."""
        found = present.by_name("roles", await present.roles(), lambda role: role.name, lambda role: role.id, names)
        return {name: _found(await _with_policy(present, role)) for name, role in found.items()}

    async def after(self, present: Present, entry: Role, found: Found[RoleState] | None, is_pruned: IsPruned) -> RoleState:
        """Return the declared policy."""
        resources = entry.resources
        if any(_ANY_ORGANIZATION in resource for resource in resources):
            organization_id = await present.organization_id()
            resources = tuple(resource.replace(_ANY_ORGANIZATION, organization_id, 1) for resource in resources)
        return RoleState(description=entry.description, effect="allow", actions=entry.actions, resources=tuple(sorted(resources)))

    def declare(self, name: str, state: RoleState) -> Role:
        """Declare a role as it is."""
        return Role(name, actions=state.actions, resources=state.resources, description=state.description)

    async def look(self, present: Present, change: Change, *, is_continued: bool) -> Found[RoleState] | None:
        """Read the role, or find one that has its name."""
        if change.id is None:
            role = await present.client.roles.find(change.name)
            return None if role is None else _found(await _with_policy(present, role))
        try:
            return _found(await present.client.roles.get(change.id))
        except errors.NotFoundError:
            return None

    async def write(self, present: Present, change: Change, found: Found[RoleState] | None, after: RoleState) -> None:
        """Create the role, or replace its policy."""
        granted = policy(after.description, after.actions, after.resources)
        if found is None:
            await present.client.roles.create(change.name, granted)
        elif found.state != after:
            await present.client.roles.update(found.id, name=change.name, policy=granted)

    async def remove(self, present: Present, change: Change, found: Found[RoleState]) -> None:
        """Delete the role."""
        await present.client.roles.delete(found.id)


async def _with_policy(present: Present, role: Existing) -> Existing:
    # The list may leave the policies out.
    return role if isinstance(role.policy, Policy) else await present.client.roles.get(role.id)


def _found(role: Existing) -> Found[RoleState]:
    return Found(id=role.id, state=_state_of(role))


def _state_of(role: Existing) -> RoleState:
    current = role.policy
    if not isinstance(current, Policy):
        return RoleState(description="", effect="", actions=(), resources=())
    return RoleState(
        description=current.description,
        effect=str(current.effect),
        actions=tuple(sorted(set(map(str, current.actions)))),
        resources=tuple(sorted(set(current.resources))),
    )


ROLES: Final = RoleKind()
