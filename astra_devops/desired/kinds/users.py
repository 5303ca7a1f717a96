"""Users of the organization and their roles."""

from collections.abc import Collection, Iterable, Mapping
from typing import Final

import attrs

from astra_devops import errors
from astra_devops._rest.models.users import User as Existing
from astra_devops._runtime import checks
from astra_devops.desired.change import Change
from astra_devops.desired.kinds.kind import Found, IsPruned, Kind
from astra_devops.desired.kinds.roles import ROLES
from astra_devops.desired.kinds.values import refuse_repeated
from astra_devops.desired.present import Present
from astra_devops.desired.state import State


@attrs.frozen(kw_only=True, init=False)
class User:
    """A user who should be there, with exactly these roles. One who is missing is invited.

    Args:
        email: The e-mail address, in any case.
        roles: The names of the roles; at least one.

    Raises:
        TypeError: An argument has the wrong type.
        ValueError: An argument is not valid.
    """

    email: str
    roles: tuple[str, ...]

    def __init__(self, email: str, *, roles: Iterable[str]) -> None:
        names = checks.strings(roles, "roles", at_least=1)
        refuse_repeated(names, "roles")
        if "@" not in checks.string(email, "email"):
            raise ValueError(f"email must be an e-mail address, not {email!r}")
        self.__attrs_init__(email=email.lower(), roles=tuple(names))  # pyright: ignore[reportAttributeAccessIssue]


@attrs.frozen(kw_only=True)
class UserState(State):
    """The roles of a user.

    Attributes:
        roles: Their names, sorted; the id of a role that has no name.
    """

    roles: tuple[str, ...]


class UserKind(Kind[User, UserState]):
    """Users, invited ones too."""

    name = "user"
    table = "users"
    words = "user"
    identity = "email"
    is_removable = True
    declared_class = User
    state_class = UserState

    def needs(self, entry: User) -> Iterable[str]:
        """Return the keys of the user's roles."""
        return [ROLES.key(role) for role in entry.roles]

    def note(self, entry: User, *, is_new: bool) -> str:
        """Mention the invitation."""
        return "the service sends an invitation by e-mail" if is_new else ""

    async def check(
        self, entries: Mapping[str, User], found: Mapping[str, Found[UserState]], present: Present, keys: Collection[str]
    ) -> None:
        """Refuse roles that are neither there nor declared."""
        if not entries:
            return
        existing = {role.name for role in await present.roles()}
        for index, entry in enumerate(entries.values()):
            for position, role in enumerate(entry.roles):
                ROLES.check_reference(role, f"users[{index}].roles[{position}]", existing, keys)

    async def listed(self, present: Present) -> list[tuple[str, str]]:
        """List all users."""
        return [(_email_of(user) or "", user.user_id) for user in await present.users()]

    def can_declare(self, state: UserState) -> bool:
        """Return whether a user has a role."""
        return bool(state.roles)

    async def read(self, present: Present, names: Collection[str] | None) -> dict[str, Found[UserState]]:
        """Find users by their addresses."""
        found = present.by_name("users", await present.users(), _email_of, lambda user: user.user_id, names)
        return {name: _found(user) for name, user in found.items()}

    async def after(self, present: Present, entry: User, found: Found[UserState] | None, is_pruned: IsPruned) -> UserState:
        """Return the declared roles."""
        return UserState(roles=tuple(sorted(entry.roles)))

    def declare(self, name: str, state: UserState) -> User:
        """Declare a user with the present roles."""
        return User(name, roles=state.roles)

    async def look(self, present: Present, change: Change, *, is_continued: bool) -> Found[UserState] | None:
        """Find the user."""
        if change.id is None:
            user = await present.client.users.find(change.name)
            return None if user is None else _found(user)
        try:
            return _found(await present.client.users.get(change.id))
        except errors.NotFoundError:
            return None

    async def write(self, present: Present, change: Change, found: Found[UserState] | None, after: UserState) -> None:
        """Invite the user, or replace the roles."""
        try:
            if found is None:
                await present.client.users.invite(change.name, after.roles)
            elif found.state != after:
                await present.client.users.set_roles(found.id, after.roles)
        except ValueError as error:
            raise errors.OutdatedPlanError(f"a role of {change.label} was there or to be created, is not there; make a new plan") from error

    async def remove(self, present: Present, change: Change, found: Found[UserState]) -> None:
        """Remove the user from the organization."""
        await present.client.users.remove(found.id)


def _email_of(user: Existing) -> str | None:
    return None if user.email is None else user.email.lower()


def _found(user: Existing) -> Found[UserState]:
    return Found(id=user.user_id, state=UserState(roles=tuple(sorted(role.name or role.id for role in user.roles or []))))


USERS: Final = UserKind()
