"""What the roles of the caller's own token allow, where the service reveals it."""

from collections.abc import Sequence

from astra_devops import errors
from astra_devops._rest.endpoints import roles as role_endpoints
from astra_devops._rest.models.common_role import Policy
from astra_devops._runtime import checks, deadline
from astra_devops._runtime.caller import Caller
from astra_devops.policies import allows, checked_drn
from astra_devops.resources._identity import roles, tokens


async def has_permissions(caller: Caller, permissions: Sequence[str], resource: str | None, client_id: str | None) -> bool | None:
    """Check whether a token has all given permissions; None if the service does not reveal it.

    It is the caller's own token unless a ``client_id`` is given.

    Raises:
        TypeError: An argument is not a string.
        ValueError: ``permissions`` is empty, or ``resource`` is not a DRN.
    """
    permissions = checks.strings(permissions, "permissions", at_least=1)
    checks.optional(checked_drn, resource, "resource")
    checks.optional(checks.identifier, client_id, "token")
    with deadline.within(caller.options.timeout):
        policies = await policies_of(caller, client_id or await caller.client_id())
    revealed_policies = [policy for policy in policies if policy is not None]
    results = [allows(revealed_policies, permission, resource) for permission in permissions]
    if all(results):
        return True
    return False if False in results and len(revealed_policies) == len(policies) else None


def grants_any(policies: Sequence[Policy | None], permissions: Sequence[str]) -> bool | None:
    """Check whether policies grant one of the permissions; None if those revealed do not say."""
    revealed_policies = [policy for policy in policies if policy is not None]
    if any(allows(revealed_policies, permission) for permission in permissions):
        return True
    return False if len(revealed_policies) == len(policies) else None


async def own_policies(caller: Caller) -> list[Policy | None]:
    """Fetch the policies of the roles of the caller's token, as ``policies_of`` does."""
    return await policies_of(caller, await caller.client_id())


async def policies_of(caller: Caller, client_id: str) -> list[Policy | None]:
    """Fetch the policies of a token's roles; None for each that the service does not reveal."""
    try:
        found_token = await tokens.find(caller, client_id)
    except errors.PermissionDeniedError:
        found_token = None
    if found_token is None:
        return [None]
    try:
        listed_policies = {role.id: role.policy for role in await roles.list_roles(caller)}
    except errors.PermissionDeniedError:
        listed_policies = {}
    policies: list[Policy | None] = []
    for role_id in found_token.roles or []:
        policy = listed_policies.get(role_id)
        policies.append(policy if isinstance(policy, Policy) and policy.effect else await _fetch_policy(caller, role_id))
    return policies


async def _fetch_policy(caller: Caller, role_id: str) -> Policy | None:
    try:
        policy = roles.with_parsed_policy((await role_endpoints.get_organization_role(caller, role_id=role_id)).value).policy
    except errors.NotFoundError:
        # The role was deleted, and its permissions with it.
        return Policy(description="", resources=[], actions=[], effect="allow")
    except (errors.BadRequestError, errors.PermissionDeniedError):
        return None
    return policy if isinstance(policy, Policy) and policy.effect else None
