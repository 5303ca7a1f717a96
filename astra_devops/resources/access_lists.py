"""Access lists: the addresses that may reach a database."""

import builtins
from collections.abc import Iterable, Sequence
from typing import Final, TypeVar

from astra_devops._rest.endpoints import access_lists as endpoints
from astra_devops._rest.models.access_lists import (
    AccessList,
    AccessListConfigurations,
    AccessListDefinition,
    AccessListEntry,
    AccessListValidation,
)
from astra_devops._runtime import checks, deadline
from astra_devops._runtime.call import OutcomeCheck
from astra_devops._runtime.caller import Caller
from astra_devops._runtime.details import add_detail
from astra_devops._runtime.pages import Page
from astra_devops.operations import ip_ranges, listing
from astra_devops.operations.conditions import access_lists as conditions
from astra_devops.operations.factory import OperationFactory
from astra_devops.operations.handle import AsyncOperation
from astra_devops.operations.kinds import OperationKind
from astra_devops.resources._access_review import AccessReview, review
from astra_devops.resources._addresses import Address, ListEntry, check_addresses, check_calling_from, exclude, merge, refuse_lock_out
from astra_devops.resources._outcome.lookups import outcome_check
from astra_devops.resources._outcome.pending_changes import PendingChanges

T = TypeVar("T")

# Seconds for which the service may show a list as it was before a change.
_LAG: Final = 15.0


class AsyncAccessLists:
    """Access lists of databases: the IPv4 addresses and blocks that may reach each database.

    A list has an effect only while it is enabled.

    Addresses are given as strings (``"203.0.113.7"``, ``"10.0.0.0/8"``), as
    :class:`~astra_devops.models.AccessListEntry` to add a description or disable one, or as the
    entries of a fetched list.

    The service accepts a change at once and shows it seconds later, so every change returns an
    operation; waiting for it is optional. A change that depends on the current list waits for the
    previous change by itself.

    ``calling_from`` is the address from which you reach the database. A change that would leave an
    enabled list without it is refused with ``ValueError``, and nothing is changed. Pass ``None`` to
    skip this check, such as where you never connect to the database yourself.

    >>> operation = await astra.access_lists.add(
    ...     database_id, ["10.0.0.0/8"], calling_from="203.0.113.7"
    ... )
    >>> access_list = await operation.wait()
    """

    def __init__(self, caller: Caller, operations: OperationFactory, changes: PendingChanges) -> None:
        self._caller = caller
        self._operations = operations
        self._changes = changes

    async def list(self) -> builtins.list[AccessList]:
        """List the access lists of all databases that have one. Needs ``accesslist-read``."""
        return (await endpoints.get_all_access_lists_for_organization(self._caller)).value

    async def review(self) -> Page[AccessReview]:
        """List every database with the addresses that may reach it, for an audit.

        ``list`` leaves out the databases without a list, which are those that are open to all.
        Needs ``accesslist-read`` and ``org-db-view``.

        >>> exposed = [entry for entry in await astra.access_lists.review() if entry.open_to_all]
        """
        with deadline.within(self._caller.options.timeout):
            access_lists = {access_list.database_id: access_list for access_list in await self.list()}
            databases = await listing.databases(self._caller).collect()
        return Page(review(database, access_lists.get(database.id)) for database in databases)

    async def get(self, database_id: str) -> AccessList:
        """Fetch the access list of a database.

        A database without a list has an empty, disabled one: every address may reach it.

        Needs ``accesslist-read``. If the database has no list, also ``org-db-view``, to find out
        whether the database exists.

        Raises:
            NotFoundError: The database does not exist.
        """
        return await conditions.get_access_list(self._caller, database_id)

    async def replace(
        self, database_id: str, addresses: Sequence[Address], *, enabled: bool | None = None, calling_from: str | None
    ) -> AsyncOperation[AccessList]:
        """Replace the whole list with the given addresses.

        The operation is done when the list shows them.

        Needs ``accesslist-write``; also ``accesslist-read`` unless ``enabled`` is given.

        Args:
            addresses: All addresses that may reach the database. An empty list, once enabled,
                blocks every address.
            enabled: Whether the list is enforced. By default this stays as it is.
            calling_from: Refuse the change if the new list would lock this address out.

        Raises:
            TypeError: ``addresses`` is not a list of addresses.
            ValueError: An address is not valid, or ``calling_from`` would be locked out.
            NotFoundError: The database does not exist.

        >>> addresses = ["10.0.0.0/8", "203.0.113.7"]
        >>> operation = await astra.access_lists.replace(
        ...     database_id, addresses, enabled=True, calling_from="203.0.113.7"
        ... )
        """
        checks.identifier(database_id, "database_id")
        entries = check_addresses(addresses)
        checks.optional(checks.flag, enabled, "enabled")
        check_calling_from(calling_from)
        with deadline.within(self._caller.options.timeout):
            enforced = conditions.is_enabled(await self._get_settled(database_id)) if enabled is None else enabled
            if enforced:
                refuse_lock_out(calling_from, entries)
            settings = AccessListConfigurations(access_list_enabled=enforced)
            body = AccessListDefinition(addresses=entries, configurations=settings)
            await endpoints.upsert_access_list_for_database(self._caller, database_id=database_id, body=body)
            if enforced or enabled is not None:
                try:
                    await self._set_enabled(database_id, enforced)
                except BaseException as error:
                    add_detail(error, "the addresses were replaced, but enabling or disabling the list failed")
                    raise
            status = conditions.status_name(enforced)
            return self._start(conditions.REPLACE, database_id, exactly=conditions.format_entries(entries), status=status)

    async def add(self, database_id: str, addresses: Sequence[Address], *, calling_from: str | None) -> AsyncOperation[AccessList]:
        """Add addresses to the list; the others stay.

        The operation is done when the list shows them. This does not enable the list.

        Needs ``accesslist-write``; with ``calling_from`` also ``accesslist-read``.

        Args:
            addresses: The addresses to add; at least one.
            calling_from: Refuse the change if the list is enabled and would still lock this address
                out.

        Raises:
            TypeError: ``addresses`` is not a list of addresses.
            ValueError: An address is not valid, or ``calling_from`` would be locked out.
            NotFoundError: The database does not exist.
        """
        new_entries = check_addresses(addresses, at_least=1)
        check_calling_from(calling_from)
        with deadline.within(self._caller.options.timeout):
            if calling_from is not None:
                current = await self._get_settled(database_id)
                _refuse_lock_out_if_enforced(calling_from, merge(current.addresses or [], new_entries), conditions.is_enabled(current))
            send = endpoints.add_addresses_to_access_list_for_database
            await send(
                self._caller, database_id=database_id, body=new_entries, check_outcome=self._addition_check(database_id, new_entries)
            )
            return self._start(conditions.ADD, database_id, including=conditions.format_entries(new_entries))

    async def update(
        self, database_id: str, addresses: Sequence[Address], *, enabled: bool | None = None, calling_from: str | None
    ) -> AsyncOperation[AccessList]:
        """Change the entries of some addresses, such as their descriptions; the others stay.

        The operation is done when the list shows the changed entries.

        Needs ``accesslist-write``; with ``calling_from`` also ``accesslist-read``.

        Args:
            addresses: The new entries; at least one.
            enabled: Whether the list is enforced. By default this stays as it is.
            calling_from: Refuse the change if the list would be enabled and lock this address out.

        Raises:
            TypeError: ``addresses`` is not a list of addresses.
            ValueError: An address is not valid, or ``calling_from`` would be locked out.
            NotFoundError: The database does not exist.

        >>> entry = AccessListEntry(address="203.0.113.7", enabled=False, description="old office")
        >>> operation = await astra.access_lists.update(database_id, [entry], calling_from=None)
        """
        checks.identifier(database_id, "database_id")
        new_entries = check_addresses(addresses, at_least=1)
        checks.optional(checks.flag, enabled, "enabled")
        check_calling_from(calling_from)
        with deadline.within(self._caller.options.timeout):
            if calling_from is not None:
                current = await self._get_settled(database_id)
                enforced = conditions.is_enabled(current) if enabled is None else enabled
                _refuse_lock_out_if_enforced(calling_from, merge(current.addresses or [], new_entries), enforced)
            settings = None if enabled is None else AccessListConfigurations(access_list_enabled=enabled)
            body = AccessListDefinition(addresses=new_entries, configurations=settings)
            await endpoints.update_access_list_for_database(self._caller, database_id=database_id, body=body)
            status = {} if enabled is None else {"status": conditions.status_name(enabled)}
            return self._start(conditions.UPDATE, database_id, including=conditions.format_entries(new_entries), **status)

    async def enable(self, database_id: str, *, calling_from: str | None) -> AsyncOperation[AccessList]:
        """Enforce the list: from then on only its addresses may reach the database.

        The operation is done when the list shows as enabled.

        Needs ``accesslist-write``; with ``calling_from`` also ``accesslist-read``.

        Args:
            calling_from: Refuse the change if the list would lock this address out.

        Raises:
            NotFoundError: The database has no list yet, or does not exist.
            ValueError: ``calling_from`` would be locked out.
        """
        check_calling_from(calling_from)
        with deadline.within(self._caller.options.timeout):
            if calling_from is not None:
                current = await self._get_settled(database_id)
                refuse_lock_out(calling_from, current.addresses or [])
            await self._set_enabled(database_id, True)
            return self._start(conditions.ENABLE, database_id, status=conditions.status_name(True))

    async def disable(self, database_id: str) -> AsyncOperation[AccessList]:
        """Stop enforcing the list, so that every address may reach the database; its entries stay.

        The operation is done when the list shows as disabled.

        Needs ``accesslist-write``.

        Raises:
            NotFoundError: The database has no list yet, or does not exist.
        """
        await self._set_enabled(database_id, False)
        return self._start(conditions.DISABLE, database_id, status=conditions.status_name(False))

    async def remove(self, database_id: str, addresses: Sequence[Address], *, calling_from: str | None) -> AsyncOperation[AccessList]:
        """Remove some addresses from the list; the others stay.

        The operation is done when the list no longer shows them.

        They are removed one by one: of several addresses in one request, the service removes only
        the first. If one cannot be removed, the error names those that were.

        Needs ``accesslist-write`` and ``accesslist-read``.

        Args:
            addresses: The addresses to remove; at least one.
            calling_from: Refuse the change if the list is enabled and would lock this address out.

        Raises:
            TypeError: ``addresses`` is not a list of addresses.
            ValueError: An address is not valid, or ``calling_from`` would be locked out.
            NotFoundError: An address is not on the list, or the database does not exist.
        """
        removed_addresses = [entry.address for entry in check_addresses(addresses, at_least=1)]
        check_calling_from(calling_from)
        with deadline.within(self._caller.options.timeout):
            return await self._remove(database_id, removed_addresses, calling_from)

    async def _remove(self, database_id: str, removed_addresses: Sequence[str], calling_from: str | None) -> AsyncOperation[AccessList]:
        current = await self._get_settled(database_id)
        remaining = exclude(current.addresses or [], set(removed_addresses))
        _refuse_lock_out_if_enforced(calling_from, remaining, conditions.is_enabled(current))
        # The list may contain an address in a format that the service no longer writes. The service
        # finds the entry by that format only.
        stored_formats = {ip_ranges.normalize(entry.address): entry.address for entry in current.addresses or []}
        for index, address in enumerate(removed_addresses):
            try:
                await self._delete(database_id, [stored_formats.get(address) or address])
            except BaseException as error:
                add_detail(error, f"while removing {address}; removed before it: {', '.join(removed_addresses[:index]) or 'none'}")
                self._start(conditions.REMOVE, database_id, excluding=",".join(removed_addresses[:index]))
                raise
        return self._start(conditions.REMOVE, database_id, excluding=",".join(removed_addresses))

    async def delete(self, database_id: str) -> AsyncOperation[None]:
        """Delete the whole list, so that every address may reach the database.

        The operation is done when the list no longer shows.

        Needs ``accesslist-write``.

        Raises:
            NotFoundError: The database has no list, or does not exist.
        """
        await self._delete(database_id)
        return self._start(conditions.DELETE, database_id)

    async def validate(self, addresses: Sequence[Address], *, enabled: bool | None = None) -> AccessListValidation:
        """Ask the service whether it would accept :meth:`replace` with the same arguments.

        Nothing is changed. The service does not document which permission this needs.

        Raises:
            TypeError: ``addresses`` is not a list of addresses.
            ValueError: An address is not valid; the service was not asked.
        """
        checks.optional(checks.flag, enabled, "enabled")
        settings = None if enabled is None else AccessListConfigurations(access_list_enabled=enabled)
        body = AccessListDefinition(addresses=check_addresses(addresses), configurations=settings)
        return (await endpoints.validate_access_list(self._caller, body=body)).value

    async def template(self) -> AccessListDefinition:
        """Fetch the service's example of an access list.

        Nothing is changed. The service does not document which permission this needs.
        """
        return (await endpoints.get_access_list_template(self._caller)).value

    def _start(self, kind: OperationKind[T], database_id: str, **effect: str) -> AsyncOperation[T]:
        operation = self._operations.start(kind, database_id=database_id, **effect)
        self._changes.remember(f"access list of {database_id}", operation)
        return operation

    async def _get_settled(self, database_id: str) -> AccessList:
        """Fetch the list once it shows this client's previous change."""
        await self._changes.settle(f"access list of {database_id}", self._caller.options.timeout)
        return await self.get(database_id)

    async def _set_enabled(self, database_id: str, enabled: bool) -> None:
        body = AccessListDefinition(configurations=AccessListConfigurations(access_list_enabled=enabled))
        await endpoints.update_access_list_for_database(self._caller, database_id=database_id, body=body)

    async def _delete(self, database_id: str, addresses: builtins.list[str] | None = None) -> None:
        """Delete one address, or the list.

        Deleting twice does no harm, so one lookup after a lost answer is enough. A refusal of the
        second request is an effect of the first one, or unknown.
        """

        async def is_deleted() -> bool:
            current = await self.get(database_id)
            listed_addresses = [entry.address for entry in current.addresses or []]
            if addresses:
                return not any(address in listed_addresses for address in addresses)
            return not listed_addresses and not conditions.is_enabled(current)

        send = endpoints.delete_addresses_or_access_list_for_database
        await send(self._caller, database_id=database_id, addresses=addresses, check_outcome=outcome_check(self._caller, is_deleted))

    def _addition_check(self, database_id: str, entries: builtins.list[AccessListEntry]) -> OutcomeCheck[None]:
        """Return the outcome check of an addition: the list shows all new entries after a while."""
        new_items = set(conditions.format_entries(entries).split(","))

        async def is_added() -> bool:
            current = await self.get(database_id)
            return new_items <= set(conditions.format_entries(current.addresses or []).split(","))

        return outcome_check(self._caller, is_added, lag=_LAG)


def _refuse_lock_out_if_enforced(calling_from: str | None, entries: Iterable[ListEntry], enforced: bool) -> None:
    if enforced:
        refuse_lock_out(calling_from, entries)
