"""Roles by id or by name, with their policies as objects, whichever form the service uses."""

import re
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from astra_devops import errors
from astra_devops._json.convert import ShapeError, structure
from astra_devops._json_bytes import codec
from astra_devops._rest.endpoints import roles as endpoints
from astra_devops._rest.models.common_role import Policy, Role
from astra_devops._runtime import checks
from astra_devops._runtime.caller import Caller
from astra_devops._runtime.details import add_detail

RoleRef = str | Role
"""A role by its id or its name, or the role itself."""

_REMEDY: Final = "roles.update sets the policy"
_ID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


async def list_roles(caller: Caller) -> list[Role]:
    """List the roles of the organization."""
    return [with_parsed_policy(role) for role in (await endpoints.get_organization_roles(caller)).value]


def with_parsed_policy(role: Role) -> Role:
    """Parse the policy of a role, if it is a JSON string, and return the role.

    A string that is not a policy is left as it is.
    """
    if isinstance(role.policy, str):
        with suppress(codec.JSONDecodeError, ShapeError):
            role.policy = structure(codec.loads(role.policy), Policy)
    return role


def policy_differences(requested: Policy, actual: Policy | str | None) -> list[errors.Difference]:
    """List what differs between two policies. The order of resources and actions has no meaning."""
    if not isinstance(actual, Policy):
        return [errors.Difference("policy", requested, actual, _REMEDY)]
    pairs = [
        ("policy.description", requested.description, actual.description),
        ("policy.effect", str(requested.effect), str(actual.effect)),
        ("policy.resources", sorted(set(requested.resources)), sorted(set(actual.resources))),
        ("policy.actions", sorted(set(map(str, requested.actions))), sorted(set(map(str, actual.actions)))),
    ]
    return [errors.Difference(name, new, old, _REMEDY) for name, new, old in pairs if new != old]


async def resolve_ids(caller: Caller, roles: Sequence[RoleRef], argument: str = "roles") -> list[str]:
    """Return the ids of roles.

    Names are looked up: the service would take a name for an id, and grant nothing.

    Raises:
        TypeError: ``roles`` is a single role, or an item is not a role.
        ValueError: ``roles`` is empty, or no role has a given name; the message lists the names.
        AmbiguousNameError: Several roles have a given name.
    """
    refs = check_refs(roles, argument)
    if not all(_ID.fullmatch(ref) for ref in refs):
        existing_roles = await _list_for_lookup(caller, argument)
        refs = [_resolve(ref, existing_roles, argument) for ref in refs]
    return list(dict.fromkeys(refs))


def check_refs(roles: Sequence[RoleRef], argument: str) -> list[str]:
    """Check a list of roles, of which there must be at least one, and return their ids and names.

    Raises:
        TypeError: ``roles`` is a single role, or an item is not a role.
        ValueError: ``roles`` is empty, or an id or name is.
    """
    refs = checks.items(roles, argument, "roles", at_least=1)
    return [_check_ref(role, f"{argument}[{index}]") for index, role in enumerate(refs)]


def find_by_name(name: str, roles: Sequence[Role]) -> Role | None:
    """Find a role by name; None if there is no match.

    Raises:
        AmbiguousNameError: Several roles have the name.
    """
    matches = [role for role in roles if role.name == name]
    if len(matches) > 1:
        raise errors.AmbiguousNameError.of("roles", name, [role.id for role in matches])
    return matches[0] if matches else None


def _check_ref(role: RoleRef, argument: str) -> str:
    ref = role.id if isinstance(role, Role) else role
    if not isinstance(ref, str):
        raise TypeError(f"{argument} must be a role id, a role name or a Role, not {type(role).__name__}")
    return checks.string(ref, argument)


async def _list_for_lookup(caller: Caller, argument: str) -> list[Role]:
    try:
        return await list_roles(caller)
    except errors.PermissionDeniedError as error:
        add_detail(error, f"{argument} given by name must be looked up in the list of roles; ids need no lookup")
        raise


def _resolve(ref: str, existing_roles: Sequence[Role], argument: str) -> str:
    if _ID.fullmatch(ref) or any(role.id == ref for role in existing_roles):
        return ref
    role = find_by_name(ref, existing_roles)
    if role is None:
        names = ", ".join(sorted(repr(role.name) for role in existing_roles if role.name)) or "none"
        raise ValueError(f"{argument} must be ids or names of existing roles, not {ref!r}; existing names: {names}")
    return role.id
