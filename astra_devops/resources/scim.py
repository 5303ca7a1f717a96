"""SCIM: users and groups as an identity provider provisions them."""

from collections.abc import Awaitable, Callable, Sequence
from operator import attrgetter
from typing import Final, TypeVar

from astra_devops._json_bytes import codec
from astra_devops._rest.endpoints import scim as endpoints
from astra_devops._rest.models.scim import (
    ScimEmail,
    ScimGroup,
    ScimGroupMember,
    ScimName,
    ScimResourceType,
    ScimSchema,
    ScimServiceProviderConfig,
    ScimUser,
)
from astra_devops._rest.models.scim_requests import NewScimGroup, NewScimUser, ScimPatchOperation, ScimPatchRequest
from astra_devops._runtime import checks
from astra_devops._runtime.call import Answer, OutcomeCheck
from astra_devops._runtime.caller import Caller
from astra_devops._runtime.pages import AsyncPager
from astra_devops.errors import NotFoundError
from astra_devops.resources._outcome.candidates import candidates_named
from astra_devops.resources._outcome.lookups import outcome_check

T = TypeVar("T")

_USER_SCHEMA: Final = "urn:ietf:params:scim:schemas:core:2.0:User"
_GROUP_SCHEMA: Final = "urn:ietf:params:scim:schemas:core:2.0:Group"
_PATCH_SCHEMA: Final = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
_LARGEST_PAGE: Final = 1000
# Nothing is sent by default: the service then returns about 100 per page.
_DEFAULT_PAGE_SIZE: Final[int | None] = None


class AsyncScim:
    """Users and groups in the format of SCIM 2.0 (RFC 7643, RFC 7644).

    Their ids are the service's, not the identity provider's. The service does not document which
    permissions these methods need.
    """

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def list_users(self, *, filter: str | None = None, page_size: int | None = None) -> AsyncPager[ScimUser]:
        """List users, page by page.

        Args:
            filter: List only users that match; :func:`astra_devops.scim.scim_filter` builds filters
                and quotes values.
            page_size: Users per request, from 1 to 1000. By default the service decides: about 100.

        Raises:
            ValueError: ``filter`` is empty, or ``page_size`` is not from 1 to 1000.

        >>> async for user in astra.scim.list_users(filter=scim_filter("userName", "sw", "ann")):
        ...     print(user.id, user.user_name)
        """
        checks.optional(checks.string, filter, "filter")
        size = _check_page_size(page_size)

        async def fetch(last: ScimUser | None, count: int) -> list[ScimUser]:
            answer = await endpoints.list_scim_users(self._caller, start_index=count + 1, count=size, filter=filter)
            return answer.value.resources or []

        return AsyncPager(fetch, key=attrgetter("id"))

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
            user_name: The unique name with which the user logs in.
            given_name: The first name.
            family_name: The last name.
            emails: The e-mail addresses; the first is the primary one.
            external_id: The id in the identity provider.
            active: Whether the user may log in.

        Raises:
            TypeError: ``emails`` is not a list of strings.
            ValueError: ``user_name`` or an e-mail address is empty.
            AlreadyExistsError: The user exists already.
            OutcomeUnknownError: The answer was lost. Look for the user name before you create the
                user again.
        """
        checks.optional(checks.text, given_name, "given_name")
        checks.optional(checks.text, family_name, "family_name")
        has_name = given_name is not None or family_name is not None
        scim_emails = [ScimEmail(value=email, primary=index == 0) for index, email in enumerate(checks.strings(emails, "emails"))]
        body = NewScimUser(
            schemas=[_USER_SCHEMA],
            user_name=checks.string(user_name, "user_name"),
            active=checks.flag(active, "active"),
            external_id=checks.optional(checks.string, external_id, "external_id"),
            name=ScimName(given_name=given_name, family_name=family_name) if has_name else None,
            emails=scim_emails or None,
        )

        async def list_ids() -> list[str]:
            return [user.id async for user in self.list_users(filter=_equals("userName", user_name))]

        async with candidates_named(self._caller, list_ids):
            return (await endpoints.create_scim_user(self._caller, body=body)).value

    async def get_user(self, user_id: str) -> ScimUser:
        """Fetch one user.

        Raises:
            NotFoundError: The user does not exist.
        """
        return (await endpoints.get_scim_user(self._caller, user_id=user_id)).value

    async def replace_user(self, user: ScimUser) -> ScimUser:
        """Replace all attributes of a user: fetch it, change it, replace it.

        Attributes that this client has no field for (``extra``) are not sent, and may be lost;
        ``patch_user`` changes only the attributes that it names.

        Raises:
            TypeError: ``user`` is not a ``ScimUser``.
            NotFoundError: The user does not exist.

        >>> user = await astra.scim.get_user(user_id)
        >>> user.active = False
        >>> user = await astra.scim.replace_user(user)
        """
        checks.identifier(checks.model(user, "user", ScimUser).id, "user.id")
        return (await endpoints.update_scim_user(self._caller, user_id=user.id, body=user)).value

    async def patch_user(self, user_id: str, operations: Sequence[ScimPatchOperation]) -> ScimUser:
        """Change some attributes of a user, and return the user.

        A lost request is not sent again.

        Args:
            operations: The changes, applied in order; either all or none of them take effect.

        Raises:
            TypeError: An item of ``operations`` is not a ``ScimPatchOperation``.
            ValueError: ``operations`` is empty.
            NotFoundError: The user does not exist.
            OutcomeUnknownError: The answer was lost.

        >>> deactivate = ScimPatchOperation(op="replace", path="active", value=False)
        >>> user = await astra.scim.patch_user(user_id, [deactivate])
        """
        checks.identifier(user_id, "user_id")
        return (await endpoints.patch_scim_user(self._caller, user_id=user_id, body=_patch_request(operations))).value

    async def delete_user(self, user_id: str) -> None:
        """Deprovision a user.

        Raises:
            NotFoundError: The user does not exist.
        """
        check_outcome = _deletion_check(self._caller, lambda: endpoints.get_scim_user(self._caller, user_id=user_id))
        await endpoints.delete_scim_user(self._caller, user_id=user_id, check_outcome=check_outcome)

    def list_groups(self, *, filter: str | None = None, page_size: int | None = None) -> AsyncPager[ScimGroup]:
        """List groups, page by page.

        Args:
            filter: List only groups that match; :func:`astra_devops.scim.scim_filter` builds
                filters and quotes values.
            page_size: Groups per request, from 1 to 1000. By default the service decides: about
                100.

        Raises:
            ValueError: ``filter`` is empty, or ``page_size`` is not from 1 to 1000.
        """
        checks.optional(checks.string, filter, "filter")
        size = _check_page_size(page_size)

        async def fetch(last: ScimGroup | None, count: int) -> list[ScimGroup]:
            answer = await endpoints.list_scim_groups(self._caller, start_index=count + 1, count=size, filter=filter)
            return answer.value.resources or []

        return AsyncPager(fetch, key=attrgetter("id"))

    async def create_group(self, display_name: str, *, members: Sequence[str] = ()) -> ScimGroup:
        """Provision a group.

        Args:
            display_name: The name of the group.
            members: The ids of SCIM users.

        Raises:
            TypeError: ``members`` is not a list of strings.
            ValueError: ``display_name`` or an id is empty.
            OutcomeUnknownError: The answer was lost. Look for the group before you create it again,
                which could create a second one.
        """
        scim_members = [ScimGroupMember(value=member, ref=f"/v2/scim/users/{member}") for member in checks.strings(members, "members")]
        body = NewScimGroup(schemas=[_GROUP_SCHEMA], display_name=checks.string(display_name, "display_name"), members=scim_members or None)

        async def list_ids() -> list[str]:
            return [group.id async for group in self.list_groups(filter=_equals("displayName", display_name))]

        async with candidates_named(self._caller, list_ids):
            return (await endpoints.create_scim_group(self._caller, body=body)).value

    async def get_group(self, group_id: str) -> ScimGroup:
        """Fetch one group with its members.

        Raises:
            NotFoundError: The group does not exist.
        """
        return (await endpoints.get_scim_group(self._caller, group_id=group_id)).value

    async def replace_group(self, group: ScimGroup) -> ScimGroup:
        """Replace all attributes and members of a group: fetch it, change it, replace it.

        Attributes that this client has no field for (``extra``) are not sent, and may be lost.

        Raises:
            TypeError: ``group`` is not a ``ScimGroup``.
            NotFoundError: The group does not exist.
        """
        checks.identifier(checks.model(group, "group", ScimGroup).id, "group.id")
        return (await endpoints.update_scim_group(self._caller, group_id=group.id, body=group)).value

    async def patch_group(self, group_id: str, operations: Sequence[ScimPatchOperation]) -> ScimGroup:
        """Change some attributes or members of a group, and return the group.

        A lost request is not sent again.

        Args:
            operations: The changes, applied in order; either all or none of them take effect.

        Raises:
            TypeError: An item of ``operations`` is not a ``ScimPatchOperation``.
            ValueError: ``operations`` is empty.
            NotFoundError: The group does not exist.
            OutcomeUnknownError: The answer was lost.

        >>> add = ScimPatchOperation(op="add", path="members", value=[{"value": user_id}])
        >>> other = scim_filter("value", "eq", other_id)
        >>> remove = ScimPatchOperation(op="remove", path=f"members[{other}]")
        >>> group = await astra.scim.patch_group(group_id, [add, remove])
        """
        checks.identifier(group_id, "group_id")
        return (await endpoints.patch_scim_group(self._caller, group_id=group_id, body=_patch_request(operations))).value

    async def delete_group(self, group_id: str) -> None:
        """Deprovision a group; its members stay.

        Raises:
            NotFoundError: The group does not exist.
        """
        check_outcome = _deletion_check(self._caller, lambda: endpoints.get_scim_group(self._caller, group_id=group_id))
        await endpoints.delete_scim_group(self._caller, group_id=group_id, check_outcome=check_outcome)

    async def service_provider_config(self) -> ScimServiceProviderConfig:
        """Fetch which parts of SCIM the service supports."""
        return (await endpoints.get_scim_service_provider_config(self._caller)).value

    async def schemas(self) -> list[ScimSchema]:
        """List the definitions of users and groups."""
        return (await endpoints.get_scim_schemas(self._caller)).value.resources

    async def resource_types(self) -> list[ScimResourceType]:
        """List the types of resources and their paths."""
        return (await endpoints.get_scim_resource_types(self._caller)).value.resources


def _check_page_size(page_size: int | None) -> int | None:
    return _DEFAULT_PAGE_SIZE if page_size is None else checks.integer(page_size, "page_size", 1, _LARGEST_PAGE)


def _patch_request(operations: Sequence[ScimPatchOperation]) -> ScimPatchRequest:
    checked = checks.items(operations, "operations", "ScimPatchOperation objects", at_least=1)
    for index, operation in enumerate(checked):
        checks.model(operation, f"operations[{index}]", ScimPatchOperation)
    return ScimPatchRequest(schemas=[_PATCH_SCHEMA], operations=checked)


def _equals(attribute: str, value: str) -> str:
    """Return the filter for an exact value, which SCIM quotes as JSON does."""
    return f"{attribute} eq {codec.dumps(value).decode()}"


def _deletion_check(caller: Caller, fetch: Callable[[], Awaitable[Answer[T]]]) -> OutcomeCheck[None]:
    """Return the outcome check of a deletion: what can no longer be fetched is deleted."""

    async def is_deleted() -> bool:
        try:
            await fetch()
        except NotFoundError:
            return True
        return False

    return outcome_check(caller, is_deleted)
