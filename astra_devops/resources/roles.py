"""Roles: what users and tokens may do."""

import builtins

from astra_devops import errors
from astra_devops._rest.endpoints import roles as endpoints
from astra_devops._rest.models.common import Policy, Role
from astra_devops._rest.models.roles import CreateRoleRequest, UpdateRoleRequest
from astra_devops._runtime import checks
from astra_devops._runtime.call import TOOK_EFFECT, Answer
from astra_devops._runtime.caller import Caller
from astra_devops.resources._identity import roles as lookup


class AsyncRoles:
    """Roles of the organization: those that come with the service, which cannot be changed, and its own. A role is a policy with a name.

    Policies are made with :mod:`astra_devops.policies`.
    """

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def list(self) -> builtins.list[Role]:
        """List all roles.

        The service may leave everything but id and name out of lists; ``get`` tells the rest.

        Needs ``org-role-read``.
        """
        return await lookup.listed(self._caller)

    async def find(self, name: str) -> Role | None:
        """Find the role of a name, in that spelling; None if there is none.

        Needs ``org-role-read``.

        Raises:
            AmbiguousNameError: several bear the name; the error lists their ids.
        """
        return lookup.named(checks.string(name, "name"), await self.list())

    async def get(self, role_id: str) -> Role:
        """Fetch one role with its policy.

        The service may demand more rights for this than for the list.

        Needs ``org-role-read``.

        Raises:
            NotFoundError: there is no such role.
        """
        return lookup.readable((await endpoints.get_organization_role(self._caller, role_id=role_id)).value)

    async def create(self, name: str, policy: Policy) -> Role:
        """Create a role.

        Args:
            name: must not be taken.
            policy: what it allows; see :mod:`astra_devops.policies`.

        Needs ``org-role-write``.

        Raises:
            ConflictError: the name is taken.
            OutcomeUnknownError: the answer was lost; ``candidates`` has the id of the role of that
                name, if there is one now.

        >>> await astra.roles.create("viewer", policy("See databases", ["org-db-view"], [drn(organization.id, database_id="*")]))
        """
        body = CreateRoleRequest(name=checks.string(name, "name"), policy=_checked(policy))
        try:
            return lookup.readable((await endpoints.add_organization_role(self._caller, body=body)).value)
        except errors.OutcomeUnknownError as error:
            await self._look_for(name, error)
            raise

    async def update(self, role_id: str, *, name: str | None = None, policy: Policy | None = None) -> None:
        """Change the name of a role, or its policy, or both.

        The service takes only both, so what is not given is read first, and a change that somebody
        makes in between is lost. Tokens and users that have the role have it as it is now.

        Needs ``org-role-write``, and ``org-role-read`` unless both are given.

        Raises:
            ValueError: neither is given; or the policy is not, and the service does not tell the
                present one.
            NotFoundError: there is no such role.
        """
        if name is None and policy is None:
            raise ValueError("name or policy must be given")
        if name is not None:
            checks.string(name, "name")
        if policy is not None:
            _checked(policy)
        if name is None or policy is None:
            present = await self.get(role_id)
            name, policy = name or present.name, policy or _told(present)
        body = UpdateRoleRequest(name=checks.string(name or "", "name"), policy=policy)
        await endpoints.update_role(self._caller, role_id=role_id, body=body)

    async def delete(self, role_id: str) -> None:
        """Delete a role. Who has no other may do nothing from now on.

        Needs ``org-role-delete``.

        Raises:
            NotFoundError: there is no such role.
        """

        async def check_outcome() -> Answer[None] | None:
            there = any(role.id == role_id for role in await self.list())
            return None if there else TOOK_EFFECT

        await endpoints.delete_organization_role(self._caller, role_id=role_id, check_outcome=check_outcome)

    async def _look_for(self, name: str, error: errors.OutcomeUnknownError) -> None:
        """Say whether there is a role of that name by now.

        Names are unique, so that it can hardly be another's.
        """
        try:
            error.candidates = tuple(role.id for role in await self.list() if role.name == name)
        except errors.AstraDevOpsError as problem:
            error.add_note(f"looking for the role failed too: {problem}")


def _checked(policy: Policy) -> Policy:
    if not isinstance(policy, Policy):
        raise TypeError(f"policy must be a Policy, as astra_devops.policies.policy makes it, not {type(policy).__name__}")
    return policy


def _told(role: Role) -> Policy:
    if not isinstance(role.policy, Policy):
        raise ValueError(f"policy must be given: the service does not tell the present one of role {role.id}")
    return role.policy
