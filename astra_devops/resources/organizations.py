"""Organizations: the one that the token belongs to."""

from astra_devops._runtime.caller import Caller
from astra_devops.resources._identity import organization
from astra_devops.resources._identity.organization import Organization


class AsyncOrganizations:
    """Organizations. A token belongs to one organization and works within it."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def current(self) -> Organization:
        """Fetch the id and the name of the token's organization.

        The service returns the name only with the users, so it is None unless the token has
        ``org-user-read``. The id needs no permission.

        >>> organization = await astra.organizations.current()
        """
        return await organization.current(self._caller)
