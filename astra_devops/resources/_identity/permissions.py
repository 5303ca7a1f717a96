"""What the roles of the caller's own token allow, as far as the service tells."""

from collections.abc import Sequence
from typing import Final

from astra_devops import errors
from astra_devops._rest.endpoints import roles as role_endpoints
from astra_devops._rest.models.common import Policy
from astra_devops._runtime import checks
from astra_devops._runtime.caller import Caller
from astra_devops.resources._identity import roles, tokens

# The service's own roles name the organization like this, whichever it is.
_ANY_ORGANIZATION: Final = "__ORG_ID__"


async def allowed(caller: Caller, permissions: Sequence[str], resource: str | None) -> bool | None:
    """Say whether the token has all of some permissions; None where that cannot be told.

    Raises:
        TypeError, ValueError: an argument is not what it should be.
    """
    if not permissions:
        raise ValueError("permissions must not be empty")
    for permission in permissions:
        checks.string(permission, "permissions")
    if resource is not None and not checks.string(resource, "resource").startswith("drn:astra:org:"):
        raise ValueError(f"resource must be a name as astra_devops.policies.drn makes it, not {resource!r}")
    policies = await _own_policies(caller)
    told = [policy for policy in policies if policy is not None]
    answers = [grants(told, permission, resource) for permission in permissions]
    if all(answers):
        return True
    return False if False in answers and len(told) == len(policies) else None


def grants(policies: Sequence[Policy], permission: str, resource: str | None) -> bool | None:
    """Say whether policies grant a permission on a resource, or on any if it is None.

    None: on what it is part of, which may suffice.
    """
    granting = [policy for policy in policies if policy.effect == "allow" and permission in policy.actions]
    if resource is None:
        return bool(granting)
    answers = {covers(pattern, resource) for policy in granting for pattern in policy.resources}
    return True if True in answers else None if None in answers else False


def covers(pattern: str, resource: str) -> bool | None:
    """Say whether the resource of a policy covers another.

    None: it names what that is part of; whether that suffices, no document says.
    """
    wanted, given = resource.split(":"), pattern.split(":")
    if len(given) > len(wanted):
        return False
    if not all(part in (other, "*", _ANY_ORGANIZATION) for part, other in zip(given, wanted, strict=False)):
        return False
    return True if len(given) == len(wanted) else None


async def _own_policies(caller: Caller) -> list[Policy | None]:
    """Fetch the policy of each of the token's roles; None for one that the service does not tell."""
    try:
        own = await tokens.find(caller, await caller.client_id())
    except errors.PermissionDeniedError:
        own = None
    if own is None:
        return [None]
    try:
        known = {role.id: role.policy for role in await roles.listed(caller)}
    except errors.PermissionDeniedError:
        known = {}
    found: list[Policy | None] = []
    for role_id in own.roles or []:
        policy = known.get(role_id)
        found.append(policy if isinstance(policy, Policy) else await _fetched(caller, role_id))
    return found


async def _fetched(caller: Caller, role_id: str) -> Policy | None:
    try:
        policy = roles.readable((await role_endpoints.get_organization_role(caller, role_id=role_id)).value).policy
    except errors.NotFoundError:
        # The role was deleted, and with it what it allowed.
        return Policy(description="", resources=[], actions=[], effect="allow")
    except (errors.BadRequestError, errors.PermissionDeniedError):
        return None
    return policy if isinstance(policy, Policy) else None
