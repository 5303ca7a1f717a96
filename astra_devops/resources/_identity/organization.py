"""The organization that a token belongs to."""

import attrs

from astra_devops import errors
from astra_devops._rest.endpoints import organizations as endpoints
from astra_devops._rest.endpoints import users as user_endpoints
from astra_devops._runtime.caller import Caller


@attrs.frozen(kw_only=True)
class Organization:
    """An organization.

    Attributes:
        id: its id, which DRNs and invitations name.
        name: its name, which may be somebody's e-mail address, and so is no part of the repr; None
            where the token may not know it.
    """

    id: str
    name: str | None = attrs.field(default=None, repr=False)


async def current(caller: Caller) -> Organization:
    """Fetch the id, and the name from where the service tells it: with the users."""
    found = await current_id(caller)
    try:
        users = (await user_endpoints.get_organization_users(caller)).value
    except errors.PermissionDeniedError:
        return Organization(id=found)
    return Organization(id=found, name=users.org_name or None)


async def current_id(caller: Caller) -> str:
    """Fetch the id alone, which any token may know."""
    return (await endpoints.get_current_organization(caller)).value.id
