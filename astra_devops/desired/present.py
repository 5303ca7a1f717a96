"""What is there of an organization: each list is read once, when it is first needed."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable
from typing import Any, TypeVar, cast

from astra_devops import errors
from astra_devops._client_resources import ClientResources
from astra_devops._rest.models.common_role import Role
from astra_devops._rest.models.databases import Database
from astra_devops._rest.models.pcu_groups import PcuGroup
from astra_devops._rest.models.users import User
from astra_devops.operations.termination import is_terminating
from astra_devops.resources._identity.organization import current_id

T = TypeVar("T")


class Present:
    """Reads lists for a plan, or for the application of one.

    Attributes:
        client: The client that reads them.
        omitted: What an export leaves out, each with the reason; None if nothing may be left out.
    """

    def __init__(self, client: ClientResources, omitted: list[str] | None = None) -> None:
        self.client = client
        self.omitted = omitted
        self._locks: dict[str, asyncio.Lock] = {}
        self._lists: dict[str, list[Any]] = {}

    async def databases(self) -> list[Database]:
        """List the databases that are not being terminated."""

        async def read() -> list[Database]:
            return [database async for database in self.client.databases.list() if not is_terminating(database)]

        return await self.once("databases", read)

    async def database_names(self) -> list[str | None]:
        """Return the names of all databases."""
        return [database.info.name for database in await self.databases()]

    async def database_ids(self, names: Collection[str] | None) -> dict[str, str]:
        """Return the ids of the databases with these names, or of all, by name."""
        found = self.by_name("databases", await self.databases(), lambda database: database.info.name, lambda database: database.id, names)
        return {name: database.id for name, database in found.items()}

    async def roles(self) -> list[Role]:
        """List the roles, some of them perhaps without their policies."""
        return await self.once("roles", self.client.roles.list)

    async def users(self) -> list[User]:
        """List the users."""
        return await self.once("users", self.client.users.list)

    async def pcu_groups(self) -> list[PcuGroup]:
        """List the PCU groups."""
        return await self.once("PCU groups", self.client.pcu_groups.list)

    async def organization_id(self) -> str:
        """Return the id of the organization."""

        async def read() -> list[str]:
            return [await current_id(self.client._caller)]

        return (await self.once("organization", read))[0]

    async def once(self, name: str, read: Callable[[], Awaitable[list[T]]]) -> list[T]:
        """Return a list that is read at most once."""
        async with self._locks.setdefault(name, asyncio.Lock()):
            if name not in self._lists:
                self._lists[name] = await read()
            return cast("list[T]", self._lists[name])

    def by_name(
        self,
        kind: str,
        items: Iterable[T],
        name_of: Callable[[T], str | None],
        id_of: Callable[[T], str],
        names: Collection[str] | None,
    ) -> dict[str, T]:
        """Find the items that have one of the names, or any name if ``names`` is None.

        Raises:
            AmbiguousNameError: Several items have one of the names, and ``omitted`` is None; the
                error has their ids.
        """
        found: dict[str, list[T]] = {}
        for item in items:
            name = name_of(item)
            if name is None:
                self._omit(f"one of the {kind} has no name ({id_of(item)})")
            elif names is None or name in names:
                found.setdefault(name, []).append(item)
        for name, same in found.items():
            if len(same) > 1:
                ids = [id_of(item) for item in same]
                message = f"{len(ids)} {kind} match {name!r}: {', '.join(ids)}; a declaration finds them by name, so remove all but one"
                if self.omitted is None:
                    raise errors.AmbiguousNameError(message, name=name, ids=ids)
                self._omit(message)
        return {name: same[0] for name, same in found.items() if len(same) == 1}

    def _omit(self, reason: str) -> None:
        if self.omitted is not None and reason not in self.omitted:
            self.omitted.append(reason)
