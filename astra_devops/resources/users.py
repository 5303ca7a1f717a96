"""Users: the people of an organization."""

import builtins
import re
from collections.abc import Sequence
from typing import Final

from astra_devops import errors
from astra_devops._rest.endpoints import users as endpoints
from astra_devops._rest.models.users import User
from astra_devops._rest.models.users_requests import RoleInviteRequest, UserInvite
from astra_devops._runtime import checks, deadline
from astra_devops._runtime.caller import Caller
from astra_devops.resources._identity import organization
from astra_devops.resources._identity.roles import RoleRef, resolve_ids
from astra_devops.resources._outcome.candidates import candidates_named
from astra_devops.resources._outcome.lookups import outcome_check

_EMAIL: Final = re.compile(r"[^\s@]+@[^\s@]+")


class AsyncUsers:
    """Users of the organization, including those who are only invited."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def list(self) -> builtins.list[User]:
        """List the users, with the ids and names of their roles. Needs ``org-user-read``."""
        return (await endpoints.get_organization_users(self._caller)).value.users

    async def find(self, email: str) -> User | None:
        """Find a user by e-mail address, in any case; None if there is no match.

        Needs ``org-user-read``.

        Raises:
            ValueError: ``email`` is not an e-mail address.
            AmbiguousNameError: Several users have the address; the error lists their ids.
        """
        matches = await self._list_by_email(_check_email(email))
        if len(matches) > 1:
            raise errors.AmbiguousNameError.of("users", email, [user.user_id for user in matches])
        return matches[0] if matches else None

    async def get(self, user_id: str) -> User:
        """Fetch one user.

        Needs ``org-user-read``.

        Raises:
            NotFoundError: The user does not exist.
        """
        return (await endpoints.get_organization_user(self._caller, user_id=user_id)).value

    async def invite(self, email: str, roles: Sequence[RoleRef], *, organization_id: str | None = None) -> None:
        """Send an invitation by e-mail.

        Inviting a user again sends another e-mail, with the new roles.

        A lost request is not sent again, since each request sends an e-mail.

        Needs ``org-user-write``; also ``org-role-read`` if roles are given by name.

        Args:
            email: The e-mail address to invite.
            roles: Ids or names.
            organization_id: The organization to invite to; by default that of the token.

        Raises:
            TypeError: ``roles`` is not a list of roles.
            ValueError: ``email`` is not an e-mail address, or no role has a given name; the message
                lists the names.
            AmbiguousNameError: Several roles have a given name.
            OutcomeUnknownError: The answer was lost. If there is a user with the address who was
                not there before, ``candidates`` has the id.

        >>> await astra.users.invite("ann@example.com", ["Database Administrator"])
        """
        _check_email(email)
        checks.optional(checks.string, organization_id, "organization_id")
        with deadline.within(self._caller.options.timeout):
            role_ids = await resolve_ids(self._caller, roles)
            body = UserInvite(email=email, org_id=organization_id or await organization.current_id(self._caller), roles=role_ids)

            async def list_ids() -> builtins.list[str]:
                return [user.user_id for user in await self._list_by_email(email)]

            async with candidates_named(self._caller, list_ids):
                await endpoints.invite_user_to_organization(self._caller, body=body)

    async def set_roles(self, user_id: str, roles: Sequence[RoleRef]) -> None:
        """Replace the roles of a user; other roles are removed.

        Needs ``org-user-write``; also ``org-role-read`` if roles are given by name.

        Args:
            roles: Ids or names.

        Raises:
            TypeError: ``roles`` is not a list of roles.
            ValueError: ``user_id`` is empty, or no role has a given name; the message lists the
                names.
            AmbiguousNameError: Several roles have a given name.
            NotFoundError: The user does not exist.
        """
        checks.identifier(user_id, "user_id")
        with deadline.within(self._caller.options.timeout):
            body = RoleInviteRequest(roles=await resolve_ids(self._caller, roles))
            await endpoints.update_roles_for_user_in_organization(self._caller, user_id=user_id, body=body)

    async def remove(self, user_id: str) -> None:
        """Remove a user from the organization, or withdraw an invitation.

        Needs ``org-user-write``; also ``org-user-read``, to find out whether a request took effect
        whose answer was lost.

        Raises:
            ValueError: ``user_id`` is an e-mail address; :meth:`find` returns the user and its id.
            NotFoundError: The user does not exist.

        >>> ann = await astra.users.find("ann@example.com")
        >>> if ann is not None:
        ...     await astra.users.remove(ann.user_id)
        """
        if "@" in checks.identifier(user_id, "user_id"):
            raise ValueError("user_id must be an id, not an e-mail address; users.find(address) returns the user with its user_id")

        async def is_removed() -> bool:
            return all(user.user_id != user_id for user in await self.list())

        await endpoints.remove_user_from_organization(self._caller, user_id=user_id, check_outcome=outcome_check(self._caller, is_removed))

    async def _list_by_email(self, email: str) -> builtins.list[User]:
        return [user for user in await self.list() if (user.email or "").casefold() == email.casefold()]


def _check_email(email: str) -> str:
    if not _EMAIL.fullmatch(checks.string(email, "email")):
        raise ValueError(f"email must be an e-mail address, not {email!r}")
    return email
