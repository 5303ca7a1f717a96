"""SCIM: users and groups as an identity provider provisions them."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final, TypeVar

from astra_devops._rest.endpoints import scim as endpoints
from astra_devops._rest.models.scim import (
    NewScimGroup,
    NewScimUser,
    ScimEmail,
    ScimGroup,
    ScimGroupMember,
    ScimName,
    ScimPatchOperation,
    ScimPatchRequest,
    ScimResourceType,
    ScimSchema,
    ScimServiceProviderConfig,
    ScimUser,
)
from astra_devops._runtime import checks
from astra_devops._runtime.call import TOOK_EFFECT, Answer, OutcomeCheck
from astra_devops._runtime.caller import Caller
from astra_devops._runtime.pages import AsyncPager
from astra_devops.errors import NotFoundError

T = TypeVar("T")

_USER: Final = "urn:ietf:params:scim:schemas:core:2.0:User"
_GROUP: Final = "urn:ietf:params:scim:schemas:core:2.0:Group"
_PATCH: Final = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
_LARGEST_PAGE: Final = 1000


class AsyncScim:
    """Users and groups in the form of SCIM 2.0 (RFC 7643, RFC 7644).

    Their ids are the service's, not the identity provider's.
    """

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def list_users(self, *, filter: str | None = None, page_size: int | None = None) -> AsyncPager[ScimUser]:
        """List users, page by page.

        Args:
            filter: only users that match; see :func:`astra_devops.scim.scim_filter`, which quotes
                values.
            page_size: users per request, 1 to 1000; by default what the service likes, about 100.

        >>> async for user in astra.scim.list_users(filter=scim_filter("userName", "sw", "ann")): ...
        """
        wanted, size = _checked_list(filter, page_size)

        async def fetch(last: ScimUser | None, count: int) -> list[ScimUser]:
            answer = await endpoints.list_scim_users(self._caller, start_index=count + 1, count=size, filter=wanted)
            return answer.value.resources or []

        return AsyncPager(fetch, key=lambda user: user.id)

    async def create_user(
        self,
        user_name: str,
        *,
        given_name: str | None = None,
        family_name: str | None = None,
        emails: Sequence[str] = (),
        external_id: str | None = None,
        active: bool = True,
    ) -> ScimUser:
        """Provision a user.

        Args:
            user_name: unique; what the user logs in with.
            emails: the first is the main one.
            external_id: the id in the identity provider.
            active: whether the user may sign in.

        Raises:
            ConflictError: there is such a user already.
            OutcomeUnknownError: the answer was lost; look for the user name before creating it
                again.
        """
        if isinstance(emails, str):
            raise TypeError("emails must be several str, not one str")
        named = given_name is not None or family_name is not None
        listed = [ScimEmail(value=checks.string(email, "emails"), primary=index == 0) for index, email in enumerate(emails)]
        body = NewScimUser(
            schemas=[_USER],
            user_name=checks.string(user_name, "user_name"),
            active=active,
            external_id=external_id,
            name=ScimName(given_name=given_name, family_name=family_name) if named else None,
            emails=listed or None,
        )
        return (await endpoints.create_scim_user(self._caller, body=body)).value

    async def get_user(self, user_id: str) -> ScimUser:
        """Fetch one user.

        Raises:
            NotFoundError: there is no such user.
        """
        return (await endpoints.get_scim_user(self._caller, user_id=user_id)).value

    async def replace_user(self, user: ScimUser) -> ScimUser:
        """Set all attributes of a user to those given: fetch it, change it, replace it.

        What this client has no field for (``extra``) is not sent, and may be lost; ``patch_user``
        touches nothing but what it names.

        Raises:
            NotFoundError: there is no user of that id.

        >>> user = await astra.scim.get_user(user_id)
        >>> user.active = False
        >>> user = await astra.scim.replace_user(user)
        """
        if not isinstance(user, ScimUser):
            raise TypeError(f"user must be a ScimUser, not {type(user).__name__}")
        return (await endpoints.update_scim_user(self._caller, user_id=user.id, body=user)).value

    async def patch_user(self, user_id: str, operations: Sequence[ScimPatchOperation]) -> ScimUser:
        """Change some attributes of a user, and return it as it is then.

        A request whose answer is lost is not repeated.

        Args:
            operations: applied in order; all of them or none.

        Raises:
            NotFoundError: there is no such user.
            OutcomeUnknownError: the answer was lost.

        >>> await astra.scim.patch_user(user_id, [ScimPatchOperation(op="replace", path="active", value=False)])
        """
        return (await endpoints.patch_scim_user(self._caller, user_id=user_id, body=_patch(operations))).value

    async def delete_user(self, user_id: str) -> None:
        """Deprovision a user.

        Raises:
            NotFoundError: there is no such user.
        """
        check_outcome = _gone(lambda: endpoints.get_scim_user(self._caller, user_id=user_id))
        await endpoints.delete_scim_user(self._caller, user_id=user_id, check_outcome=check_outcome)

    def list_groups(self, *, filter: str | None = None, page_size: int | None = None) -> AsyncPager[ScimGroup]:
        """List groups, page by page.

        Args:
            filter: only groups that match; see :func:`astra_devops.scim.scim_filter`, which quotes
                values.
            page_size: groups per request, 1 to 1000; by default what the service likes, about 100.
        """
        wanted, size = _checked_list(filter, page_size)

        async def fetch(last: ScimGroup | None, count: int) -> list[ScimGroup]:
            answer = await endpoints.list_scim_groups(self._caller, start_index=count + 1, count=size, filter=wanted)
            return answer.value.resources or []

        return AsyncPager(fetch, key=lambda group: group.id)

    async def create_group(self, display_name: str, *, members: Sequence[str] = ()) -> ScimGroup:
        """Provision a group.

        Args:
            members: ids of SCIM users.

        Raises:
            OutcomeUnknownError: the answer was lost; look for the group before creating it again,
                which may make a second one.
        """
        if isinstance(members, str):
            raise TypeError("members must be several str, not one str")
        listed = [ScimGroupMember(value=checks.string(member, "members"), ref=f"/v2/scim/users/{member}") for member in members]
        body = NewScimGroup(schemas=[_GROUP], display_name=checks.string(display_name, "display_name"), members=listed or None)
        return (await endpoints.create_scim_group(self._caller, body=body)).value

    async def get_group(self, group_id: str) -> ScimGroup:
        """Fetch one group with its members.

        Raises:
            NotFoundError: there is no such group.
        """
        return (await endpoints.get_scim_group(self._caller, group_id=group_id)).value

    async def replace_group(self, group: ScimGroup) -> ScimGroup:
        """Set all attributes and members of a group to those given: fetch it, change it, replace it.

        What this client has no field for (``extra``) is not sent, and may be lost.

        Raises:
            NotFoundError: there is no group of that id.
        """
        if not isinstance(group, ScimGroup):
            raise TypeError(f"group must be a ScimGroup, not {type(group).__name__}")
        return (await endpoints.update_scim_group(self._caller, group_id=group.id, body=group)).value

    async def patch_group(self, group_id: str, operations: Sequence[ScimPatchOperation]) -> ScimGroup:
        """Change some attributes or members of a group, and return it as it is then.

        A request whose answer is lost is not repeated.

        Args:
            operations: applied in order; all of them or none.

        Raises:
            NotFoundError: there is no such group.
            OutcomeUnknownError: the answer was lost.

        >>> joining = ScimPatchOperation(op="add", path="members", value=[{"value": user_id}])
        >>> leaving = ScimPatchOperation(op="remove", path=f"members[{scim_filter('value', 'eq', other_id)}]")
        >>> await astra.scim.patch_group(group_id, [joining, leaving])
        """
        return (await endpoints.patch_scim_group(self._caller, group_id=group_id, body=_patch(operations))).value

    async def delete_group(self, group_id: str) -> None:
        """Deprovision a group; its members stay.

        Raises:
            NotFoundError: there is no such group.
        """
        check_outcome = _gone(lambda: endpoints.get_scim_group(self._caller, group_id=group_id))
        await endpoints.delete_scim_group(self._caller, group_id=group_id, check_outcome=check_outcome)

    async def service_provider_config(self) -> ScimServiceProviderConfig:
        """Fetch which parts of SCIM the service supports."""
        return (await endpoints.get_scim_service_provider_config(self._caller)).value

    async def schemas(self) -> list[ScimSchema]:
        """List the definitions of users and groups."""
        return (await endpoints.get_scim_schemas(self._caller)).value.resources

    async def resource_types(self) -> list[ScimResourceType]:
        """List the kinds of resources, with the paths where they are."""
        return (await endpoints.get_scim_resource_types(self._caller)).value.resources


def _checked_list(filter: str | None, page_size: int | None) -> tuple[str | None, int | None]:
    size = None if page_size is None else checks.integer(page_size, "page_size", 1, _LARGEST_PAGE)
    return None if filter is None else checks.string(filter, "filter"), size


def _patch(operations: Sequence[ScimPatchOperation]) -> ScimPatchRequest:
    listed = list(operations)
    if not listed:
        raise ValueError("operations must not be empty")
    for operation in listed:
        if not isinstance(operation, ScimPatchOperation):
            raise TypeError(f"operations must hold ScimPatchOperation, not {type(operation).__name__}")
    return ScimPatchRequest(schemas=[_PATCH], operations=listed)


def _gone(fetch: Callable[[], Awaitable[Answer[T]]]) -> OutcomeCheck[None]:
    """Make the check of a deletion: what cannot be found any more is deleted."""

    async def check_outcome() -> Answer[None] | None:
        try:
            await fetch()
        except NotFoundError:
            return TOOK_EFFECT
        return None

    return check_outcome
