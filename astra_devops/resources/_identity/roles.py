"""Roles by id or by name, with their policies in one form, whichever the service uses."""

import re
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

import orjson

from astra_devops import errors
from astra_devops._json.convert import ShapeError, structure
from astra_devops._rest.endpoints import roles as endpoints
from astra_devops._rest.models.common import Policy, Role
from astra_devops._runtime.caller import Caller

RoleRef = str | Role
"""A role by its id or its name, or the role itself."""

_ID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


async def listed(caller: Caller) -> list[Role]:
    """List the roles of the organization."""
    return [readable(role) for role in (await endpoints.get_organization_roles(caller)).value]


def readable(role: Role) -> Role:
    """Make a policy of the text that the service may give in its place.

    Text that is no policy stays as it is.
    """
    if isinstance(role.policy, str):
        with suppress(orjson.JSONDecodeError, ShapeError):
            role.policy = structure(orjson.loads(role.policy), Policy)
    return role


async def ids_of(caller: Caller, roles: Sequence[RoleRef], argument: str = "roles") -> list[str]:
    """Give the ids of roles.

    Only names are looked up: the service would take a name for an id, and grant nothing.

    Raises:
        TypeError, ValueError: something is no role, or there is none of that name; the message
            lists the names that there are.
        AmbiguousNameError: several roles bear a name.
    """
    if isinstance(roles, str | Role):
        raise TypeError(f"{argument} must be several roles, not one {type(roles).__name__}")
    wanted = [_checked(role, argument) for role in roles]
    if not wanted:
        raise ValueError(f"{argument} must not be empty")
    if not all(_ID.fullmatch(one) for one in wanted):
        known = await _listed_for_names(caller, argument)
        wanted = [_resolved(one, known, argument) for one in wanted]
    return list(dict.fromkeys(wanted))


def named(name: str, known: Sequence[Role]) -> Role | None:
    """Find the role of a name.

    Raises:
        AmbiguousNameError: there are several.
    """
    found = [role for role in known if role.name == name]
    if len(found) > 1:
        ids = [role.id for role in found]
        raise errors.AmbiguousNameError(f"{len(ids)} roles are named {name!r}: {', '.join(ids)}", name=name, ids=ids)
    return found[0] if found else None


def _checked(role: RoleRef, argument: str) -> str:
    given = role.id if isinstance(role, Role) else role
    if not isinstance(given, str):
        raise TypeError(f"{argument} must hold ids or names of roles, not {type(role).__name__}")
    if not given.strip():
        raise ValueError(f"{argument} must not hold an empty name")
    return given


async def _listed_for_names(caller: Caller, argument: str) -> list[Role]:
    try:
        return await listed(caller)
    except errors.PermissionDeniedError as error:
        error.add_note(f"{argument} given by name have to be looked up; ids do not")
        raise


def _resolved(wanted: str, known: Sequence[Role], argument: str) -> str:
    if _ID.fullmatch(wanted) or any(role.id == wanted for role in known):
        return wanted
    role = named(wanted, known)
    if role is None:
        names = ", ".join(sorted(repr(role.name) for role in known if role.name))
        raise ValueError(f"{argument} must be ids or names of roles; none is named {wanted!r}, but {names or 'there are none at all'}")
    return role.id
