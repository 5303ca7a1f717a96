"""Roles: what users and tokens may do."""

import builtins

from astra_devops import errors
from astra_devops._rest.endpoints import roles as endpoints
from astra_devops._rest.models.common_role import Policy, Role
from astra_devops._rest.models.roles_requests import CreateRoleRequest, UpdateRoleRequest
from astra_devops._runtime import checks, deadline
from astra_devops._runtime.caller import Caller
from astra_devops.resources._identity.roles import find_by_name, list_roles, policy_differences, with_parsed_policy
from astra_devops.resources._outcome.candidates import candidates_named
from astra_devops.resources._outcome.lookups import outcome_check


class AsyncRoles:
    """Roles of the organization: default roles and custom roles.

    The default roles come with the service and cannot be changed. A role is a policy with a name.
    Policies are built with :mod:`astra_devops.policies`.
    """

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def list(self) -> builtins.list[Role]:
        """List all roles.

        The service may leave out everything but id and name; ``get`` returns the rest.

        Needs ``org-role-read``.
        """
        return await list_roles(self._caller)

    async def find(self, name: str) -> Role | None:
        """Find a role by its exact name; None if there is no match.

        Needs ``org-role-read``.

        Raises:
            ValueError: ``name`` is empty.
            AmbiguousNameError: Several roles have the name; the error lists their ids.
        """
        return find_by_name(checks.string(name, "name"), await self.list())

    async def get(self, role_id: str) -> Role:
        """Fetch one role with its policy.

        Needs ``org-role-read``. The service may require more permissions for this than for the
        list.

        Raises:
            NotFoundError: The role does not exist.
        """
        return with_parsed_policy((await endpoints.get_organization_role(self._caller, role_id=role_id)).value)

    async def create(self, name: str, policy: Policy) -> Role:
        """Create a role.

        Needs ``org-role-write``.

        Args:
            name: A name that no other role has.
            policy: What the role allows; see :mod:`astra_devops.policies`.

        Raises:
            TypeError: ``policy`` is not a ``Policy``.
            ValueError: ``name`` is empty.
            AlreadyExistsError: Another role has the name.
            OutcomeUnknownError: The answer was lost. If there is a role with that name that was not
                there before, ``candidates`` has its id.

        >>> databases = drn(organization.id, database_id="*")
        >>> viewing = policy("See databases", ["org-db-view"], [databases])
        >>> role = await astra.roles.create("viewer", viewing)
        """
        body = CreateRoleRequest(name=checks.string(name, "name"), policy=_check_policy(policy))

        async def list_ids() -> builtins.list[str]:
            return [role.id for role in await self.list() if role.name == name]

        async with candidates_named(self._caller, list_ids):
            return with_parsed_policy((await endpoints.add_organization_role(self._caller, body=body)).value)

    async def ensure(self, name: str, policy: Policy) -> Role:
        """Create a role unless there is one with this name, which is left alone.

        Needs ``org-role-write`` and ``org-role-read``.

        Args:
            name: The name of the role.
            policy: What the role must allow; the order of its lists does not matter.

        Raises:
            TypeError: ``policy`` is not a ``Policy``.
            ValueError: ``name`` is empty.
            AmbiguousNameError: Several roles have the name; the error lists their ids.
            DriftError: The role exists, and its policy differs, or the service does not return it.
            OutcomeUnknownError: The answer was lost, and no role has the name.

        >>> databases = drn(organization.id, database_id="*")
        >>> viewing = policy("See databases", ["org-db-view"], [databases])
        >>> role = await astra.roles.ensure("viewer", viewing)
        """
        checks.string(name, "name")
        _check_policy(policy)
        with deadline.within(self._caller.options.timeout):
            role = await self.find(name)
            if role is None:
                try:
                    return await self.create(name, policy)
                except (errors.ConflictError, errors.OutcomeUnknownError):
                    # It is there: created by another client, or by a request whose answer was lost.
                    role = await self.find(name)
                    if role is None:
                        raise
            if not isinstance(role.policy, Policy):
                # The list may leave the policies out.
                role = await self.get(role.id)
        if found := policy_differences(policy, role.policy):
            raise errors.DriftError.of("role", name, role.id, found)
        return role

    async def update(self, role_id: str, *, name: str | None = None, policy: Policy | None = None) -> None:
        """Change the name of a role, its policy, or both.

        The service only takes both at once. So the one that is left out is read first, and a change
        that another client makes in between is lost. Users and tokens that have the role get the
        change at once.

        Needs ``org-role-write``; also ``org-role-read`` unless both are given.

        Args:
            name: The new name.
            policy: What the role allows; see :mod:`astra_devops.policies`.

        Raises:
            TypeError: ``policy`` is not a ``Policy``.
            ValueError: Neither is given, or ``policy`` is left out and the service does not return
                the current one.
            NotFoundError: The role does not exist.
        """
        if name is None and policy is None:
            raise ValueError("name or policy must be given")
        checks.identifier(role_id, "role_id")
        checks.optional(checks.string, name, "name")
        if policy is not None:
            _check_policy(policy)
        with deadline.within(self._caller.options.timeout):
            if name is None or policy is None:
                current = await self.get(role_id)
                name, policy = name or current.name, policy or _current_policy(current)
            body = UpdateRoleRequest(name=checks.string(name or "", "name"), policy=policy)
            await endpoints.update_role(self._caller, role_id=role_id, body=body)

    async def delete(self, role_id: str) -> None:
        """Delete a role. Users and tokens without another role have no permissions from then on.

        Needs ``org-role-delete``.

        Raises:
            NotFoundError: The role does not exist.
        """

        async def is_deleted() -> bool:
            return all(role.id != role_id for role in await self.list())

        await endpoints.delete_organization_role(self._caller, role_id=role_id, check_outcome=outcome_check(self._caller, is_deleted))


def _check_policy(policy: Policy) -> Policy:
    if not isinstance(policy, Policy):
        raise TypeError(f"policy must be a Policy as built by astra_devops.policies.policy(), not {type(policy).__name__}")
    return checks.model(policy, "policy", Policy)


def _current_policy(role: Role) -> Policy:
    if not isinstance(role.policy, Policy):
        raise ValueError(f"policy must be given: the service does not return the current policy of role {role.id}")
    return role.policy
