"""Custom domains: names of one's own for databases behind private links."""

import builtins
from collections.abc import Sequence

from astra_devops._rest.endpoints import custom_domains as endpoints
from astra_devops._runtime import checks
from astra_devops._runtime.caller import Caller
from astra_devops.operations.conditions import custom_domains as conditions
from astra_devops.operations.factory import OperationFactory
from astra_devops.operations.handle import AsyncOperation
from astra_devops.resources._outcome.pending_changes import PendingChanges

_KEY = "custom domains"


class AsyncCustomDomains:
    """Custom domains of the token's organization: domain names, or prefixes of such, under which databases are reached over private links.

    The service sets them all at once and takes its time. :meth:`add` and :meth:`remove` read them,
    change them and write them back; what this client has asked for before they wait for, within the
    client's ``timeout``. Two programs that do so at once may undo each other's change.
    """

    def __init__(self, caller: Caller, operations: OperationFactory, changes: PendingChanges) -> None:
        self._caller = caller
        self._operations = operations
        self._changes = changes

    async def list(self) -> builtins.list[str]:
        """List the domains that are in force."""
        return (await endpoints.get_custom_domains(self._caller)).value or []

    async def replace(self, domains: Sequence[str]) -> AsyncOperation[None]:
        """Set all domains at once; one that is left out is dropped.

        Done when these, and no others, are in force.
        """
        return await self._set(_checked(domains))

    async def add(self, domains: Sequence[str]) -> AsyncOperation[None]:
        """Add domains; the others stay. Done when all are in force.

        Where nothing is new, nothing is sent.

        Raises:
            OperationTimeoutError: what this client has asked for before is still not in force.
        """
        new = _checked(domains)
        known = await self._settled()
        there = {domain.lower() for domain in known}
        return await self._set([*known, *(domain for domain in new if domain.lower() not in there)], known)

    async def remove(self, domains: Sequence[str]) -> AsyncOperation[None]:
        """Drop domains; the others stay. Done when they are no longer in force.

        Where none is there, nothing is sent.

        Raises:
            OperationTimeoutError: what this client has asked for before is still not in force.
        """
        to_remove = {domain.lower() for domain in _checked(domains)}
        known = await self._settled()
        return await self._set([domain for domain in known if domain.lower() not in to_remove], known)

    async def _settled(self) -> builtins.list[str]:
        """Read the domains when those are in force that this client has set before."""
        await self._changes.settle(_KEY, self._caller.options.timeout)
        return await self.list()

    async def _set(self, domains: builtins.list[str], known: builtins.list[str] | None = None) -> AsyncOperation[None]:
        operation = self._operations.start(conditions.REPLACE, domains=conditions.written(domains))
        if known is None or conditions.written(known) != conditions.written(domains):
            await endpoints.set_custom_domains(self._caller, body=domains)
            self._changes.note(_KEY, operation)
        return operation


def _checked(domains: Sequence[str]) -> list[str]:
    if isinstance(domains, str):
        raise TypeError("domains must be a sequence of str, not one str")
    return [_domain(domain, f"domains[{index}]") for index, domain in enumerate(domains)]


def _domain(text: str, name: str) -> str:
    if any(letter.isspace() or letter in ",/:@" for letter in checks.string(text, name)):
        raise ValueError(f"{name} must be a domain name such as data.example.com, not {text!r}")
    return text
