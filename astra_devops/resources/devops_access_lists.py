"""The access list of the DevOps API itself: the addresses from which it may be called."""

from collections.abc import Iterable, Sequence

from astra_devops import errors
from astra_devops._rest.endpoints import devops_access_lists as endpoints
from astra_devops._rest.models.access_lists import AccessListEntry
from astra_devops._rest.models.devops_access_lists import DevOpsAccessList, DevOpsAccessListAddress
from astra_devops._rest.models.devops_access_lists_requests import DevOpsAccessListEntry
from astra_devops._runtime import checks, deadline
from astra_devops._runtime.call import Answer
from astra_devops._runtime.caller import Caller
from astra_devops.operations import ip_ranges
from astra_devops.operations.conditions import devops_access_lists as conditions
from astra_devops.operations.factory import OperationFactory
from astra_devops.operations.handle import AsyncOperation
from astra_devops.resources._addresses import Address, ListEntry, check_addresses, check_calling_from, exclude, merge, refuse_lock_out
from astra_devops.resources._identity.organization import current_id
from astra_devops.resources._outcome.lookups import looking_check, outcome_check
from astra_devops.resources._outcome.pending_changes import PendingChanges


class AsyncDevOpsAccessLists:
    """The access list of an organization's DevOps API.

    Once the list exists, only its addresses may call this API.

    A list without your own address locks you out of everything this client does, including undoing
    it. So every change takes ``calling_from``, the public address from which the service sees your
    requests. A change that would leave the list without it is refused with ``ValueError``, and
    nothing is changed. Pass ``None`` to skip this check.

    Addresses are given as for ``access_lists``; IPv6 is accepted too. Every method takes the id of
    an organization; the default is the token's own.

    The service does not document which permissions these methods need.

    >>> await astra.devops_access_lists.add(["203.0.113.0/24"], calling_from="203.0.113.7")
    """

    def __init__(self, caller: Caller, operations: OperationFactory, changes: PendingChanges) -> None:
        self._caller = caller
        self._operations = operations
        self._changes = changes

    async def get(self, *, organization_id: str | None = None) -> DevOpsAccessList:
        """Fetch the list.

        If the token's own organization has none, the result is empty: every address may call the
        API.

        Raises:
            NotFoundError: Another organization has no list, or does not exist.
        """
        organization = await self._id(organization_id)
        try:
            return (await endpoints.get_dev_ops_access_list(self._caller, org_id=organization)).value
        except errors.NotFoundError:
            if organization_id is None or organization == await self._id(None):
                return DevOpsAccessList(addresses=[])
            raise

    async def add(self, addresses: Sequence[Address], *, calling_from: str | None, organization_id: str | None = None) -> DevOpsAccessList:
        """Add addresses to the list; the others stay.

        The first addresses create the list, and with it block every other address.

        Args:
            addresses: The addresses to add; at least one.
            calling_from: Refuse the change if the resulting list would lock this address out.

        Raises:
            TypeError: ``addresses`` is not a list of addresses.
            ValueError: An address is not valid, or ``calling_from`` would be locked out.
            AlreadyExistsError: An address is already on the list; ``update`` changes it.
        """
        new_entries = check_addresses(addresses, ipv6=True, at_least=1)
        check_calling_from(calling_from)
        with deadline.within(self._caller.options.timeout):
            organization = await self._id(organization_id)
            if calling_from is not None:
                refuse_lock_out(calling_from, merge(await self._get_settled(organization), new_entries))

            async def look_once() -> Answer[DevOpsAccessList] | None:
                current = await self._get_settled(organization)
                listed_entries = {(ip_ranges.normalize(entry.address), entry.enabled is True, entry.description or "") for entry in current}
                requested_entries = {(entry.address, entry.enabled, entry.description) for entry in new_entries}
                answer = Answer(value=DevOpsAccessList(addresses=current), status=0, headers={})
                return answer if requested_entries <= listed_entries else None

            check_outcome = looking_check(self._caller, look_once)
            send = endpoints.add_dev_ops_access_list_addresses
            return (await send(self._caller, org_id=organization, body=_request_entries(new_entries), check_outcome=check_outcome)).value

    async def replace(
        self, addresses: Sequence[Address], *, calling_from: str | None, organization_id: str | None = None
    ) -> DevOpsAccessList:
        """Replace the whole list with the given addresses, or create it.

        Args:
            addresses: At least one; :meth:`delete` removes the list.
            calling_from: Refuse the change if the new list would lock this address out.

        Raises:
            TypeError: ``addresses`` is not a list of addresses.
            ValueError: An address is not valid, or ``calling_from`` would be locked out.
        """
        entries = check_addresses(addresses, ipv6=True, at_least=1)
        check_calling_from(calling_from)
        refuse_lock_out(calling_from, entries)
        with deadline.within(self._caller.options.timeout):
            organization = await self._id(organization_id)
            return (await endpoints.replace_dev_ops_access_list(self._caller, org_id=organization, body=_request_entries(entries))).value

    async def update(
        self,
        address: str,
        *,
        calling_from: str | None,
        description: str | None = None,
        enabled: bool | None = None,
        organization_id: str | None = None,
    ) -> DevOpsAccessList:
        """Change the entry of one address. Arguments that are left out stay as they are.

        Args:
            address: The address or block of the entry.
            description: The new description.
            enabled: Whether the entry has an effect.
            calling_from: Refuse the change if the resulting list would lock this address out.

        Raises:
            ValueError: ``address`` is not valid, neither ``description`` nor ``enabled`` is given,
                or ``calling_from`` would be locked out.
            NotFoundError: The address is not on the list.
        """
        if description is None and enabled is None:
            raise ValueError("description or enabled must be given")
        block = ip_ranges.block(address, "address", ipv6=True)
        checks.optional(checks.text, description, "description")
        checks.optional(checks.flag, enabled, "enabled")
        check_calling_from(calling_from)
        with deadline.within(self._caller.options.timeout):
            organization = await self._id(organization_id)
            current = await self._get_settled(organization)
            old = next((entry for entry in current if ip_ranges.normalize(entry.address) == block), None)
            # The whole entry is sent: the service might treat a field that is left out as empty.
            body = DevOpsAccessListEntry(
                address=block if old is None else old.address,
                description=old.description if description is None and old is not None else description,
                enabled=old.enabled if enabled is None and old is not None else enabled,
            )
            if old is not None:
                new_entry = AccessListEntry(address=block, enabled=body.enabled is True, description="")
                refuse_lock_out(calling_from, merge(current, [new_entry]))
            return (await endpoints.update_dev_ops_access_list_address(self._caller, org_id=organization, body=body)).value

    async def remove(
        self, addresses: Sequence[Address], *, calling_from: str | None, organization_id: str | None = None
    ) -> DevOpsAccessList:
        """Remove some addresses from the list; the others stay.

        The service has no operation for this: the list is read, and replaced with the rest of it.

        Args:
            addresses: The addresses to remove; at least one.
            calling_from: Refuse the change if the resulting list would lock this address out.

        Raises:
            TypeError: ``addresses`` is not a list of addresses.
            ValueError: An address is not valid or not on the list, all addresses of the list are
                given, or ``calling_from`` would be locked out.
        """
        removed_addresses = {entry.address for entry in check_addresses(addresses, ipv6=True, at_least=1)}
        check_calling_from(calling_from)
        with deadline.within(self._caller.options.timeout):
            organization = await self._id(organization_id)
            current = await self._get_settled(organization)
            missing_addresses = removed_addresses - {ip_ranges.normalize(entry.address) for entry in current}
            if missing_addresses:
                raise ValueError(f"addresses must be on the list; these are not: {', '.join(sorted(missing_addresses))}")
            remaining = exclude(current, removed_addresses)
            if not remaining:
                raise ValueError(
                    "addresses must not be the whole list: an empty list blocks every address; use delete() to remove the list"
                )
            refuse_lock_out(calling_from, remaining)
            return (await endpoints.replace_dev_ops_access_list(self._caller, org_id=organization, body=_request_entries(remaining))).value

    async def delete(self, *, organization_id: str | None = None) -> AsyncOperation[None]:
        """Delete the whole list, so that every address may call this API.

        The operation is done when the list is gone.

        Raises:
            NotFoundError: The organization has no list, or does not exist.
        """
        with deadline.within(self._caller.options.timeout):
            organization = await self._id(organization_id)

            async def is_deleted() -> bool:
                return not await self._get_settled(organization)

            await endpoints.delete_dev_ops_access_list(
                self._caller, org_id=organization, check_outcome=outcome_check(self._caller, is_deleted)
            )
            operation = self._operations.start(conditions.DELETE, organization_id=organization)
            self._changes.remember(f"DevOps access list of {organization}", operation)
            return operation

    async def _id(self, organization_id: str | None) -> str:
        if organization_id is not None:
            return checks.identifier(organization_id, "organization_id")
        return await current_id(self._caller)

    async def _get_settled(self, organization: str) -> list[DevOpsAccessListAddress]:
        """Fetch the entries once a running deletion is over.

        Empty if there is no list or no such organization; a write distinguishes the two.
        """
        await self._changes.settle(f"DevOps access list of {organization}", self._caller.options.timeout)
        try:
            return (await endpoints.get_dev_ops_access_list(self._caller, org_id=organization)).value.addresses or []
        except errors.NotFoundError:
            return []


def _request_entries(entries: Iterable[ListEntry]) -> list[DevOpsAccessListEntry]:
    return [DevOpsAccessListEntry(address=entry.address, description=entry.description, enabled=entry.enabled) for entry in entries]
