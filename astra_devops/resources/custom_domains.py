"""Custom domains: your own domain names for databases that are reached over private links."""

import builtins
from collections.abc import Sequence
from typing import Final

from astra_devops._rest.endpoints import custom_domains as endpoints
from astra_devops._runtime import checks, deadline
from astra_devops._runtime.caller import Caller
from astra_devops.operations.conditions import custom_domains as conditions
from astra_devops.operations.factory import OperationFactory
from astra_devops.operations.handle import AsyncOperation
from astra_devops.resources._outcome.pending_changes import PendingChanges

_CHANGE_KEY: Final = "custom domains"


class AsyncCustomDomains:
    """Custom domains of the token's organization, for databases on private links.

    A custom domain is a domain name, or a prefix of one.

    The service replaces all of them at once, and the change takes a while. :meth:`add` and
    :meth:`remove` read the domains, change them and write them back. They first wait, within the
    client's ``timeout``, for the previous change of this client. Two programs that do this at the
    same time may undo each other's change.

    The service does not document which permissions these methods need.

    >>> operation = await astra.custom_domains.add(["data.example.com"])
    >>> await operation.wait()
    """

    def __init__(self, caller: Caller, operations: OperationFactory, changes: PendingChanges) -> None:
        self._caller = caller
        self._operations = operations
        self._changes = changes

    async def list(self) -> builtins.list[str]:
        """List the domains that are in force."""
        return (await endpoints.get_custom_domains(self._caller)).value or []

    async def replace(self, domains: Sequence[str]) -> AsyncOperation[None]:
        """Replace all domains with the given ones.

        The operation is done when these, and no others, are in force.

        Raises:
            TypeError: ``domains`` is not a list of strings.
            ValueError: An item is not a domain name.
        """
        return await self._set(_check_domains(domains))

    async def add(self, domains: Sequence[str]) -> AsyncOperation[None]:
        """Add domains; the others stay.

        The operation is done when all are in force. If none is new, no change is sent.

        Raises:
            TypeError: ``domains`` is not a list of strings.
            ValueError: An item is not a domain name.
            OperationTimeoutError: This client's previous change is still not in force.
        """
        new_domains = _check_domains(domains)
        with deadline.within(self._caller.options.timeout):
            current = await self._list_settled()
            existing_domains = {domain.lower() for domain in current}
            return await self._set([*current, *(domain for domain in new_domains if domain.lower() not in existing_domains)], current)

    async def remove(self, domains: Sequence[str]) -> AsyncOperation[None]:
        """Remove domains; the others stay.

        The operation is done when they are no longer in force. If none is in force, no change is
        sent.

        Raises:
            TypeError: ``domains`` is not a list of strings.
            ValueError: An item is not a domain name.
            OperationTimeoutError: This client's previous change is still not in force.
        """
        removed_domains = {domain.lower() for domain in _check_domains(domains)}
        with deadline.within(self._caller.options.timeout):
            current = await self._list_settled()
            return await self._set([domain for domain in current if domain.lower() not in removed_domains], current)

    async def _list_settled(self) -> builtins.list[str]:
        """List the domains once this client's previous change is in force."""
        await self._changes.settle(_CHANGE_KEY, self._caller.options.timeout)
        return await self.list()

    async def _set(self, domains: builtins.list[str], current: builtins.list[str] | None = None) -> AsyncOperation[None]:
        operation = self._operations.start(conditions.REPLACE, domains=conditions.format_domains(domains))
        if current is None or conditions.format_domains(current) != conditions.format_domains(domains):
            await endpoints.set_custom_domains(self._caller, body=domains)
            self._changes.remember(_CHANGE_KEY, operation)
        return operation


def _check_domains(domains: Sequence[str]) -> list[str]:
    checked = checks.strings(domains, "domains")
    for index, domain in enumerate(checked):
        if any(letter.isspace() or letter in ",/:@" for letter in domain):
            raise ValueError(f"domains[{index}] must be a domain name such as data.example.com, not {domain!r}")
    return checked
