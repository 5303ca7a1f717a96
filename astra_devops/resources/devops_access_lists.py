"""The access list of the DevOps API itself: from where an organization's tokens may call it."""

from collections.abc import Iterable, Sequence

from astra_devops import errors
from astra_devops._rest.endpoints import devops_access_lists as endpoints
from astra_devops._rest.models.access_lists import AccessListEntry
from astra_devops._rest.models.devops_access_lists import DevOpsAccessList, DevOpsAccessListAddress, DevOpsAccessListEntry
from astra_devops._runtime import checks
from astra_devops._runtime import ip_ranges as ip
from astra_devops._runtime.call import TOOK_EFFECT, Answer
from astra_devops._runtime.caller import Caller
from astra_devops.operations.conditions import devops_access_lists as conditions
from astra_devops.operations.factory import OperationFactory
from astra_devops.operations.handle import AsyncOperation
from astra_devops.resources._addresses import Address, Listed, check_caller, merged, refuse_lock_out, some_entries, without
from astra_devops.resources._identity.organization import current_id
from astra_devops.resources._outcome.pending_changes import PendingChanges


class AsyncDevOpsAccessLists:
    """The access list of an organization's DevOps API.

    As soon as there is one, only its addresses may call this very API.

    A list without your own address locks you out of everything this client does, and of undoing it.
    So every change asks for ``calling_from``, the public address that the service sees you under:
    one after which the list would not let it in is refused with ``ValueError``, and nothing is
    changed. ``None`` says that you do not want this checked.

    Addresses are given as for ``access_lists``; here IPv6 is taken too. Every method takes the id
    of an organization; without one it is about that of the token.

    >>> await astra.devops_access_lists.add(["203.0.113.0/24"], calling_from="203.0.113.7")
    """

    def __init__(self, caller: Caller, operations: OperationFactory, changes: PendingChanges) -> None:
        self._caller = caller
        self._operations = operations
        self._changes = changes

    async def get(self, *, organization_id: str | None = None) -> DevOpsAccessList:
        """Fetch the list.

        Where the token's own organization has none it is empty: everybody is let in.

        Raises:
            NotFoundError: another organization has no list, or does not exist.
        """
        organization = await self._id(organization_id)
        try:
            return (await endpoints.get_dev_ops_access_list(self._caller, org_id=organization)).value
        except errors.NotFoundError:
            if organization_id is None or organization == await self._id(None):
                return DevOpsAccessList(addresses=[])
            raise

    async def add(self, addresses: Sequence[Address], *, calling_from: str | None, organization_id: str | None = None) -> DevOpsAccessList:
        """Let further addresses in; the others stay.

        The first ones make the list, and shut everybody else out.

        Args:
            calling_from: refuse if the list would not let this address in afterwards.

        Raises:
            ConflictError: an address is on the list already; ``update`` changes it.
            ValueError: an address is wrong, or ``calling_from`` would be locked out.
        """
        new = some_entries(addresses, ipv6=True)
        check_caller(calling_from)
        organization = await self._id(organization_id)
        if calling_from is not None:
            refuse_lock_out(calling_from, merged(await self._known(organization), new))

        async def check_outcome() -> Answer[DevOpsAccessList] | None:
            known = await self._known(organization)
            there = {ip.normalize(entry.address) for entry in known}
            answer = Answer(value=DevOpsAccessList(addresses=known), status=0, headers={})
            return answer if {entry.address for entry in new} <= there else None

        send = endpoints.add_dev_ops_access_list_addresses
        return (await send(self._caller, org_id=organization, body=_sent(new), check_outcome=check_outcome)).value

    async def replace(
        self, addresses: Sequence[Address], *, calling_from: str | None, organization_id: str | None = None
    ) -> DevOpsAccessList:
        """Set the whole list: these addresses and no others. Makes it where there is none.

        Args:
            addresses: at least one; :meth:`delete` takes the list away.
            calling_from: refuse if the new list would not let this address in.

        Raises:
            ValueError: an address is wrong, or ``calling_from`` would be locked out.
        """
        wanted = some_entries(addresses, ipv6=True)
        check_caller(calling_from)
        refuse_lock_out(calling_from, wanted)
        organization = await self._id(organization_id)
        return (await endpoints.replace_dev_ops_access_list(self._caller, org_id=organization, body=_sent(wanted))).value

    async def update(
        self,
        address: str,
        *,
        calling_from: str | None,
        description: str | None = None,
        enabled: bool | None = None,
        organization_id: str | None = None,
    ) -> DevOpsAccessList:
        """Change the entry of one address; what is not given stays.

        Args:
            enabled: whether the entry counts.
            calling_from: refuse if the list would not let this address in afterwards.

        Raises:
            NotFoundError: the address is not on the list.
            ValueError: the address is wrong, or ``calling_from`` would be locked out.
        """
        if description is None and enabled is None:
            raise ValueError("description or enabled must be given: there is nothing else to change")
        text = ip.block(address, "address", ipv6=True)
        check_caller(calling_from)
        organization = await self._id(organization_id)
        known = await self._known(organization)
        old = next((entry for entry in known if ip.normalize(entry.address) == text), None)
        # The whole entry goes along, lest the service take what is left out for empty.
        body = DevOpsAccessListEntry(
            address=text if old is None else old.address,
            description=old.description if description is None and old is not None else description,
            enabled=old.enabled if enabled is None and old is not None else enabled,
        )
        if old is not None:
            changed = AccessListEntry(address=text, enabled=body.enabled is True, description="")
            refuse_lock_out(calling_from, merged(known, [changed]))
        return (await endpoints.update_dev_ops_access_list_address(self._caller, org_id=organization, body=body)).value

    async def remove(
        self, addresses: Sequence[Address], *, calling_from: str | None, organization_id: str | None = None
    ) -> DevOpsAccessList:
        """No longer let some addresses in; the others stay.

        The service has no such operation: the list is read, and replaced by the rest.

        Args:
            calling_from: refuse if the list would not let this address in afterwards.

        Raises:
            ValueError: an address is wrong or not on the list, it is the last one, or
                ``calling_from`` would be locked out.
        """
        to_remove = {entry.address for entry in some_entries(addresses, ipv6=True)}
        check_caller(calling_from)
        organization = await self._id(organization_id)
        known = await self._known(organization)
        absent = to_remove - {ip.normalize(entry.address) for entry in known}
        if absent:
            raise ValueError(f"addresses must be on the list, and {', '.join(sorted(absent))} is not")
        left = without(known, to_remove)
        if not left:
            raise ValueError("addresses must not be all that are on the list: an empty one lets nobody in; delete() takes the list away")
        refuse_lock_out(calling_from, left)
        return (await endpoints.replace_dev_ops_access_list(self._caller, org_id=organization, body=_sent(left))).value

    async def delete(self, *, organization_id: str | None = None) -> AsyncOperation[None]:
        """Delete the whole list, so that this API may be called from everywhere.

        Done when there is none any more.
        """
        organization = await self._id(organization_id)

        async def check_outcome() -> Answer[None] | None:
            known = await self._known(organization)
            return None if known else TOOK_EFFECT

        await endpoints.delete_dev_ops_access_list(self._caller, org_id=organization, check_outcome=check_outcome)
        operation = self._operations.start(conditions.DELETE, organization_id=organization)
        self._changes.note(f"DevOps access list of {organization}", operation)
        return operation

    async def _id(self, organization_id: str | None) -> str:
        if organization_id is not None:
            return checks.string(organization_id, "organization_id")
        return await current_id(self._caller)

    async def _known(self, organization: str) -> list[DevOpsAccessListAddress]:
        """Read what is on the list once a deletion is over; nothing where there is no list, or no organization, as a write will tell."""
        await self._changes.settle(f"DevOps access list of {organization}", self._caller.options.timeout)
        try:
            return (await endpoints.get_dev_ops_access_list(self._caller, org_id=organization)).value.addresses or []
        except errors.NotFoundError:
            return []


def _sent(listed: Iterable[Listed]) -> list[DevOpsAccessListEntry]:
    return [DevOpsAccessListEntry(address=entry.address, description=entry.description, enabled=entry.enabled) for entry in listed]
