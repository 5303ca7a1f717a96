"""What the roles of the caller's own token allow, where the service reveals it."""

from collections.abc import Sequence
from typing import Final

from astra_devops import errors
from astra_devops._rest.endpoints import roles as role_endpoints
from astra_devops._rest.models.common import Policy
from astra_devops._runtime import checks, deadline
from astra_devops._runtime.caller import Caller
from astra_devops.resources._identity import roles, tokens

# The service's default roles have this in place of the organization's id.
_ANY_ORGANIZATION: Final = "__ORG_ID__"


async def has_permissions(caller: Caller, permissions: Sequence[str], resource: str | None) -> bool | None:
    """Check whether the token has all given permissions; None if the service does not reveal it.

    Raises:
        TypeError: An argument is not a string.
        ValueError: ``permissions`` is empty, or ``resource`` is not a DRN.
    """
    permissions = checks.strings(permissions, "permissions", at_least=1)
    if resource is not None and not checks.string(resource, "resource").startswith("drn:astra:org:"):
        raise ValueError(f"resource must be a DRN as built by astra_devops.policies.drn(), not {resource!r}")
    with deadline.within(caller.options.timeout):
        policies = await own_policies(caller)
    revealed_policies = [policy for policy in policies if policy is not None]
    results = [grants(revealed_policies, permission, resource) for permission in permissions]
    if all(results):
        return True
    return False if False in results and len(revealed_policies) == len(policies) else None


def grants_any(policies: Sequence[Policy | None], permissions: Sequence[str]) -> bool | None:
    """Check whether policies grant one of the permissions; None if those revealed do not say."""
    revealed_policies = [policy for policy in policies if policy is not None]
    if any(grants(revealed_policies, permission, None) for permission in permissions):
        return True
    return False if len(revealed_policies) == len(policies) else None


def grants(policies: Sequence[Policy], permission: str, resource: str | None) -> bool | None:
    """Check whether policies grant a permission on a resource, or on any resource if it is None.

    None if they grant it on something that contains the resource, which may be enough.
    """
    granting = [policy for policy in policies if policy.effect == "allow" and permission in policy.actions]
    if resource is None:
        return bool(granting)
    results = {covers(pattern, resource) for policy in granting for pattern in policy.resources}
    return True if True in results else None if None in results else False


def covers(pattern: str, resource: str) -> bool | None:
    """Check whether the resource that a policy names covers another one.

    None if it names something that contains the other one: no document says whether that is enough.
    """
    resource_parts, pattern_parts = resource.split(":"), pattern.split(":")
    if len(pattern_parts) > len(resource_parts):
        return False
    if not all(part in (other, "*", _ANY_ORGANIZATION) for part, other in zip(pattern_parts, resource_parts, strict=False)):
        return False
    return True if len(pattern_parts) == len(resource_parts) else None


async def own_policies(caller: Caller) -> list[Policy | None]:
    """Fetch the policies of the token's roles; None for each that the service does not reveal."""
    try:
        own_token = await tokens.find(caller, await caller.client_id())
    except errors.PermissionDeniedError:
        own_token = None
    if own_token is None:
        return [None]
    try:
        listed_policies = {role.id: role.policy for role in await roles.list_roles(caller)}
    except errors.PermissionDeniedError:
        listed_policies = {}
    policies: list[Policy | None] = []
    for role_id in own_token.roles or []:
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
