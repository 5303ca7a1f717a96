"""Users: the people of an organization."""

import builtins
import re
from collections.abc import Sequence
from typing import Final

from astra_devops import errors
from astra_devops._rest.endpoints import users as endpoints
from astra_devops._rest.models.users import RoleInviteRequest, User, UserInvite
from astra_devops._runtime import checks
from astra_devops._runtime.call import TOOK_EFFECT, Answer
from astra_devops._runtime.caller import Caller
from astra_devops.resources._identity import organization
from astra_devops.resources._identity import roles as lookup
from astra_devops.resources._identity.roles import RoleRef

_EMAIL: Final = re.compile(r"[^\s@]+@[^\s@]+")


class AsyncUsers:
    """Users of the organization, those who are only invited included."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def list(self) -> builtins.list[User]:
        """List the users. Of their roles the service tells ids and names.

        Needs ``org-user-read``.
        """
        return (await endpoints.get_organization_users(self._caller)).value.users

    async def find(self, email: str) -> User | None:
        """Find the user of an e-mail address, in any capitals; None if there is none.

        Needs ``org-user-read``.

        Raises:
            AmbiguousNameError: several have the address; the error lists their ids.
        """
        found = await self._with(_checked(email))
        if len(found) > 1:
            ids = [user.user_id for user in found]
            raise errors.AmbiguousNameError(f"{len(ids)} users have the address {email!r}: {', '.join(ids)}", name=email, ids=ids)
        return found[0] if found else None

    async def get(self, user_id: str) -> User:
        """Fetch one user.

        Needs ``org-user-read``.

        Raises:
            NotFoundError: there is no such user.
        """
        return (await endpoints.get_organization_user(self._caller, user_id=user_id)).value

    async def invite(self, email: str, roles: Sequence[RoleRef], *, organization_id: str | None = None) -> None:
        """Send somebody an invitation by e-mail.

        Inviting again sends another, with the roles given then.

        Since each request sends an e-mail, one whose answer is lost is not repeated.

        Args:
            roles: by id or by name.
            organization_id: by default the token's organization.

        Needs ``org-user-write``, and ``org-role-read`` for roles given by name.

        Raises:
            ValueError: no role bears a name given; the message lists those that there are.
            AmbiguousNameError: several roles bear it.
            OutcomeUnknownError: the answer was lost; ``candidates`` has the user's id, if the
                address is among the users now.

        >>> await astra.users.invite("ann@example.com", ["Database Administrator"])
        """
        _checked(email)
        if organization_id is not None:
            checks.string(organization_id, "organization_id")
        ids = await lookup.ids_of(self._caller, roles)
        body = UserInvite(email=email, org_id=organization_id or await organization.current_id(self._caller), roles=ids)
        try:
            await endpoints.invite_user_to_organization(self._caller, body=body)
        except errors.OutcomeUnknownError as error:
            await self._look_for(email, error)
            raise

    async def set_roles(self, user_id: str, roles: Sequence[RoleRef]) -> None:
        """Give a user exactly these roles; any others are taken away.

        Args:
            roles: by id or by name.

        Needs ``org-user-write``, and ``org-role-read`` for roles given by name.

        Raises:
            ValueError: no role bears a name given; the message lists those that there are.
            AmbiguousNameError: several roles bear it.
            NotFoundError: there is no such user.
        """
        checks.string(user_id, "user_id")
        body = RoleInviteRequest(roles=await lookup.ids_of(self._caller, roles))
        await endpoints.update_roles_for_user_in_organization(self._caller, user_id=user_id, body=body)

    async def remove(self, user_id: str) -> None:
        """Take a user out of the organization, or withdraw an invitation.

        Needs ``org-user-write``.

        Raises:
            ValueError: this is an address, not an id; :meth:`find` tells the id.
            NotFoundError: there is no such user.

        >>> ann = await astra.users.find("ann@example.com")
        >>> if ann is not None:
        ...     await astra.users.remove(ann.user_id)
        """
        if "@" in checks.string(user_id, "user_id"):
            raise ValueError("user_id must be an id, not an address: users.find(address) tells the user and its user_id")

        async def check_outcome() -> Answer[None] | None:
            there = any(user.user_id == user_id for user in await self.list())
            return None if there else TOOK_EFFECT

        await endpoints.remove_user_from_organization(self._caller, user_id=user_id, check_outcome=check_outcome)

    async def _with(self, email: str) -> builtins.list[User]:
        return [user for user in await self.list() if (user.email or "").casefold() == email.casefold()]

    async def _look_for(self, email: str, error: errors.OutcomeUnknownError) -> None:
        """Say whether the address is among the users by now; it may have been before, if this was not the first invitation."""
        try:
            error.candidates = tuple(user.user_id for user in await self._with(email))
        except errors.AstraDevOpsError as problem:
            error.add_note(f"looking for the user failed too: {problem}")


def _checked(email: str) -> str:
    if not _EMAIL.fullmatch(checks.string(email, "email")):
        raise ValueError(f"email must be an e-mail address, not {email!r}")
    return email
