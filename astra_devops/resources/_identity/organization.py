"""The organization that a token belongs to."""

from typing import ClassVar

import attrs

from astra_devops import errors
from astra_devops._json.base_model import BaseModel
from astra_devops._rest.endpoints import organizations as endpoints
from astra_devops._rest.endpoints import users as user_endpoints
from astra_devops._runtime import deadline
from astra_devops._runtime.caller import Caller


@attrs.define(kw_only=True, eq=False, repr=False)
class Organization(BaseModel):
    """An organization.

    Attributes:
        id: The id, which DRNs and invitations contain.
        name: The name; None if the token may not read it. It can be a person's e-mail address, so
            the repr leaves it out.
    """

    _summary: ClassVar[tuple[str, ...]] = ("id",)

    id: str
    name: str | None = None


async def current(caller: Caller) -> Organization:
    """Fetch the id and the name; the service returns the name only with the users."""
    with deadline.within(caller.options.timeout):
        organization_id = await current_id(caller)
        try:
            users = (await user_endpoints.get_organization_users(caller)).value
        except errors.PermissionDeniedError:
            return Organization(id=organization_id)
    return Organization(id=organization_id, name=users.org_name or None)


async def current_id(caller: Caller) -> str:
    """Fetch the id, which any token may read."""
    return (await endpoints.get_current_organization(caller)).value.id
