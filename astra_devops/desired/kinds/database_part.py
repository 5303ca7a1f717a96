"""What belongs to a database: found by the name of the database, and changed after it."""

import asyncio
from abc import abstractmethod
from collections.abc import Collection, Iterable, Mapping

from astra_devops import errors
from astra_devops.desired.change import Change
from astra_devops.desired.kinds.databases import DATABASES
from astra_devops.desired.kinds.kind import D, Found, Kind, S
from astra_devops.desired.present import Present


class DatabasePart(Kind[D, S]):
    """A kind that belongs to a database. Its ids are those of databases."""

    identity = "database"

    def label(self, name: str) -> str:
        """Name the database."""
        return f"{self.words} of database {name!r}"

    def needs(self, entry: D) -> Iterable[str]:
        """Return the key of the database."""
        return [DATABASES.key(self.name_of(entry))]

    async def check(self, entries: Mapping[str, D], found: Mapping[str, Found[S]], present: Present, keys: Collection[str]) -> None:
        """Refuse databases that are neither there nor declared."""
        databases = await present.database_names()
        for index, name in enumerate(entries):
            DATABASES.check_reference(name, f"{self.table}[{index}].database", databases, keys)

    async def listed(self, present: Present) -> list[tuple[str, str]]:
        """List the databases that have one."""
        return [(name, found.id) for name, found in (await self.read(present, None)).items() if self.can_declare(found.state)]

    async def read(self, present: Present, names: Collection[str] | None) -> dict[str, Found[S]]:
        """Read the parts of several databases side by side."""
        ids = await present.database_ids(names)
        states = await asyncio.gather(*(self.read_part(present, database_id) for database_id in ids.values()))
        pairs = zip(ids.items(), states, strict=True)
        return {name: Found(id=database_id, state=state) for (name, database_id), state in pairs if state is not None}

    async def id_of_new(self, present: Present, name: str) -> str | None:
        """Return the id of the database."""
        return (await present.database_ids([name])).get(name)

    @abstractmethod
    async def read_part(self, present: Present, database_id: str) -> S | None:
        """Read the part of one database; None if it has none."""

    async def look(self, present: Present, change: Change, *, is_continued: bool) -> Found[S] | None:
        """Read the part again."""
        await refuse_gone(present, change.id, change.name)
        database_id = await find_database_id(present, change.id, change.name)
        try:
            state = await self.read_part(present, database_id)
        except errors.NotFoundError:
            return None
        return None if state is None else Found(id=database_id, state=state)


def no_datacenter(database: str, region: str) -> errors.OutdatedPlanError:
    """Return the error of a change in a region that the database does not have."""
    return errors.OutdatedPlanError(f"database {database!r} has no datacenter in {region!r}; declare the region, or make a new plan")


async def refuse_gone(present: Present, database_id: str | None, name: str) -> None:
    """Refuse a change of what belongs to a database that is gone, even if another has its name."""
    if database_id is not None and database_id not in {database.id for database in await present.databases()}:
        raise errors.OutdatedPlanError(f"database {name!r} was there, is gone ({database_id}); make a new plan")


async def find_database_id(present: Present, database_id: str | None, name: str) -> str:
    """Return the id of a database that may have been created after the plan was made."""
    if database_id is not None:
        return database_id
    database = await present.client.databases.find(name)
    if database is None:
        raise errors.OutdatedPlanError(f"database {name!r} was there or to be created, is not there; make a new plan")
    return database.id
