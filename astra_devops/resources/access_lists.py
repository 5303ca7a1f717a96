"""Access lists: which addresses may reach a database."""

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
from astra_devops._runtime import ip_ranges as ip
from astra_devops._runtime.call import TOOK_EFFECT, Answer, OutcomeCheck
from astra_devops._runtime.caller import Caller
from astra_devops.operations.conditions import access_lists as conditions
from astra_devops.operations.factory import OperationFactory
from astra_devops.operations.handle import AsyncOperation
from astra_devops.operations.kinds import OperationKind
from astra_devops.resources._addresses import Address, Listed, check_caller, entries, merged, refuse_lock_out, some_entries, without
from astra_devops.resources._outcome.pending_changes import PendingChanges

T = TypeVar("T")

# Seconds between looks at a list after a lost answer: what was just added may be missing from it
# for a while.
_LOOKS: Final = (0.0, 1.0, 2.0, 4.0, 8.0)


class AsyncAccessLists:
    """Access lists of databases: the IPv4 addresses and blocks that may reach each.

    A list counts only while it is enabled.

    Addresses are given as strings (``"203.0.113.7"``, ``"10.0.0.0/8"``), as
    :class:`~astra_devops.models.AccessListEntry` to describe or disable one, or as the entries of a
    list that was read.

    The service accepts a change at once and shows it seconds later, so every change is an
    operation; waiting is up to you. A change that is made of what a list holds waits for the one
    before it by itself.

    ``calling_from`` is the address from which you reach the database. A change after which an
    enabled list would not let it in is refused with ``ValueError``, and nothing is changed.

    >>> operation = await astra.access_lists.replace(database_id, ["10.0.0.0/8"], enabled=True)  # let only 10.0.0.0/8 reach it
    >>> access_list = await operation.wait()
    """

    def __init__(self, caller: Caller, operations: OperationFactory, changes: PendingChanges) -> None:
        self._caller = caller
        self._operations = operations
        self._changes = changes

    async def list(self) -> builtins.list[AccessList]:
        """List the access lists of all databases that have one. Needs ``accesslist-read``."""
        return (await endpoints.get_all_access_lists_for_organization(self._caller)).value

    async def get(self, database_id: str) -> AccessList:
        """Fetch the access list of a database.

        One that was never made is empty and disabled: everybody is let in.

        Needs ``accesslist-read``; where there is no list also ``org-db-view``, to tell a database
        without one from one that does not exist.

        Raises:
            NotFoundError: there is no such database.
        """
        return await conditions.read(self._caller, database_id)

    async def replace(
        self, database_id: str, addresses: Sequence[Address], *, enabled: bool | None = None, calling_from: str | None = None
    ) -> AsyncOperation[AccessList]:
        """Set the whole list: these addresses and no others. Done when it shows.

        Args:
            addresses: all that may reach the database; none at all shuts it, once the list is
                enabled.
            enabled: whether the list is enforced; by default as it was.
            calling_from: refuse if the new list would lock this address out.

        Needs ``accesslist-write``; ``accesslist-read`` too unless ``enabled`` is given.

        Raises:
            ValueError: an address is wrong, or ``calling_from`` would be locked out.

        >>> await astra.access_lists.replace(database_id, ["10.0.0.0/8", "203.0.113.7"], enabled=True, calling_from="203.0.113.7")
        """
        wanted = entries(addresses)
        check_caller(calling_from)
        enforced = conditions.is_enabled(await self._settled(database_id)) if enabled is None else enabled
        if enforced:
            refuse_lock_out(calling_from, wanted)
        settings = AccessListConfigurations(access_list_enabled=enforced)
        body = AccessListDefinition(addresses=wanted, configurations=settings)
        await endpoints.upsert_access_list_for_database(self._caller, database_id=database_id, body=body)
        if enforced or enabled is not None:
            try:
                await self._switch(database_id, settings)
            except BaseException as error:
                error.add_note("the addresses are replaced; that the list is enforced or not could not be set")
                raise
        return self._begin(conditions.REPLACE, database_id, exactly=conditions.written(wanted), status=_status(enforced))

    async def add(self, database_id: str, addresses: Sequence[Address], *, calling_from: str | None = None) -> AsyncOperation[AccessList]:
        """Let further addresses in; the others stay. Done when they show.

        It does not enable the list.

        Args:
            calling_from: refuse if the list is enabled and would still not let this address in.

        Needs ``accesslist-write``; with ``calling_from`` also ``accesslist-read``.

        Raises:
            ValueError: an address is wrong, or ``calling_from`` would be locked out.
        """
        new = some_entries(addresses)
        check_caller(calling_from)
        if calling_from is not None:
            known = await self._settled(database_id)
            _guard(known, calling_from, merged(known.addresses or [], new))
        send = endpoints.add_addresses_to_access_list_for_database
        await send(self._caller, database_id=database_id, body=new, check_outcome=self._shows(database_id, new))
        return self._begin(conditions.ADD, database_id, including=conditions.written(new))

    async def update(
        self, database_id: str, addresses: Sequence[Address], *, enabled: bool | None = None, calling_from: str | None = None
    ) -> AsyncOperation[AccessList]:
        """Change the entries of some addresses, such as their descriptions; the others stay.

        Done when they show.

        Args:
            addresses: the entries as they shall be.
            enabled: whether the list is enforced; by default as it was.
            calling_from: refuse if the list is enabled afterwards and would lock this address out.

        Needs ``accesslist-write``; with ``calling_from`` also ``accesslist-read``.

        Raises:
            ValueError: an address is wrong, or ``calling_from`` would be locked out.

        >>> entry = AccessListEntry(address="203.0.113.7", enabled=False, description="the old office")
        >>> await astra.access_lists.update(database_id, [entry])
        """
        changed = some_entries(addresses)
        check_caller(calling_from)
        if calling_from is not None:
            known = await self._settled(database_id)
            _guard(known, calling_from, merged(known.addresses or [], changed), enabled)
        settings = None if enabled is None else AccessListConfigurations(access_list_enabled=enabled)
        body = AccessListDefinition(addresses=changed, configurations=settings)
        await endpoints.update_access_list_for_database(self._caller, database_id=database_id, body=body)
        status = {} if enabled is None else {"status": _status(enabled)}
        return self._begin(conditions.UPDATE, database_id, including=conditions.written(changed), **status)

    async def enable(self, database_id: str, *, calling_from: str | None = None) -> AsyncOperation[AccessList]:
        """Enforce the list: from then on it lets in nobody else. Done when it shows as enabled.

        Args:
            calling_from: refuse if the list would lock this address out.

        Needs ``accesslist-write``; with ``calling_from`` also ``accesslist-read``.

        Raises:
            NotFoundError: there is no list yet, or no such database.
            ValueError: ``calling_from`` would be locked out.
        """
        check_caller(calling_from)
        if calling_from is not None:
            known = await self._settled(database_id)
            _guard(known, calling_from, known.addresses or [], True)
        await self._switch(database_id, AccessListConfigurations(access_list_enabled=True))
        return self._begin(conditions.ENABLE, database_id, status=_status(True))

    async def disable(self, database_id: str) -> AsyncOperation[AccessList]:
        """Stop enforcing the list, so that everybody is let in; its addresses stay.

        Done when it shows as disabled.

        Needs ``accesslist-write``.

        Raises:
            NotFoundError: there is no list yet, or no such database.
        """
        await self._switch(database_id, AccessListConfigurations(access_list_enabled=False))
        return self._begin(conditions.DISABLE, database_id, status=_status(False))

    async def remove(
        self, database_id: str, addresses: Sequence[Address], *, calling_from: str | None = None
    ) -> AsyncOperation[AccessList]:
        """No longer let some addresses in; the others stay. Done when they no longer show.

        They are removed one by one, since of several in one request the service removes only the
        first. If one cannot be removed, a note on the error names those that are.

        Args:
            calling_from: refuse if the list is enabled and would lock this address out.

        Needs ``accesslist-write`` and ``accesslist-read``.

        Raises:
            NotFoundError: an address is not on the list, or there is no such database.
            ValueError: an address is wrong, or ``calling_from`` would be locked out.
        """
        to_remove = [entry.address for entry in some_entries(addresses)]
        check_caller(calling_from)
        known = await self._settled(database_id)
        _guard(known, calling_from, without(known.addresses or [], set(to_remove)))
        # The list may hold a spelling that the service no longer makes, and knows the address by
        # that.
        spellings = {ip.normalize(entry.address): entry.address for entry in known.addresses or []}
        for index, address in enumerate(to_remove):
            try:
                await self._delete(database_id, [spellings.get(address) or address])
            except BaseException as error:
                error.add_note(f"while removing {address}; removed before it: {', '.join(to_remove[:index]) or 'none'}")
                self._begin(conditions.REMOVE, database_id, excluding=",".join(to_remove[:index]))
                raise
        return self._begin(conditions.REMOVE, database_id, excluding=",".join(to_remove))

    async def delete(self, database_id: str) -> AsyncOperation[None]:
        """Delete the whole list, so that everybody is let in. Done when it no longer shows.

        Needs ``accesslist-write``.

        Raises:
            NotFoundError: there is no list, or no such database.
        """
        await self._delete(database_id)
        return self._begin(conditions.DELETE, database_id)

    async def validate(self, addresses: Sequence[Address], *, enabled: bool | None = None) -> AccessListValidation:
        """Ask the service whether :meth:`replace` with the same arguments would be accepted.

        Nothing changes.

        Raises:
            ValueError: an address is wrong already in its form.
        """
        settings = None if enabled is None else AccessListConfigurations(access_list_enabled=enabled)
        body = AccessListDefinition(addresses=entries(addresses), configurations=settings)
        return (await endpoints.validate_access_list(self._caller, body=body)).value

    async def template(self) -> AccessListDefinition:
        """Fetch the service's example of an access list. Nothing changes."""
        return (await endpoints.get_access_list_template(self._caller)).value

    def _begin(self, kind: OperationKind[T], database_id: str, **effect: str) -> AsyncOperation[T]:
        operation = self._operations.start(kind, database_id=database_id, **effect)
        self._changes.note(f"access list of {database_id}", operation)
        return operation

    async def _settled(self, database_id: str) -> AccessList:
        """Read the list when it shows what this client has changed before."""
        await self._changes.settle(f"access list of {database_id}", self._caller.options.timeout)
        return await self.get(database_id)

    async def _switch(self, database_id: str, settings: AccessListConfigurations) -> None:
        body = AccessListDefinition(configurations=settings)
        await endpoints.update_access_list_for_database(self._caller, database_id=database_id, body=body)

    async def _delete(self, database_id: str, addresses: builtins.list[str] | None = None) -> None:
        """Delete one address, or the list.

        Doing it twice does no harm, so that one look after a lost answer will do.
        """

        async def check_outcome() -> Answer[None] | None:
            known = await self.get(database_id)
            listed = [entry.address for entry in known.addresses or []]
            there = any(address in listed for address in addresses) if addresses else bool(listed) or conditions.is_enabled(known)
            return None if there else TOOK_EFFECT

        send = endpoints.delete_addresses_or_access_list_for_database
        await send(self._caller, database_id=database_id, addresses=addresses, check_outcome=check_outcome)

    def _shows(self, database_id: str, entries: builtins.list[AccessListEntry]) -> OutcomeCheck[None]:
        """Make the check of an addition: the list shows all of it, if not at once."""
        wanted = set(conditions.written(entries).split(","))

        async def check_outcome() -> Answer[None] | None:
            for pause in _LOOKS:
                await self._caller.clock.sleep(pause)
                known = await self.get(database_id)
                if wanted <= set(conditions.written(known.addresses or []).split(",")):
                    return TOOK_EFFECT
            return None

        return check_outcome


def _guard(known: AccessList, calling_from: str | None, listed: Iterable[Listed], enabled: bool | None = None) -> None:
    """Refuse to lock the caller out, if the list is enforced, or shall be."""
    if conditions.is_enabled(known) if enabled is None else enabled:
        refuse_lock_out(calling_from, listed)


def _status(enabled: bool) -> str:
    return "enabled" if enabled else "disabled"
