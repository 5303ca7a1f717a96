"""Databases with their regions and keyspaces."""

from collections.abc import Collection, Iterable, Mapping
from typing import ClassVar, Final

import attrs

from astra_devops import errors
from astra_devops._rest.models.databases import Database as Existing
from astra_devops._rest.models.databases import DatabaseStatus, Tier
from astra_devops._runtime import checks
from astra_devops.desired.change import Change
from astra_devops.desired.kinds.kind import Found, IsPruned, Kind, Undeclared
from astra_devops.desired.kinds.values import refuse_repeated
from astra_devops.desired.present import Present
from astra_devops.desired.state import State
from astra_devops.operations.conditions.keyspaces import keyspaces_of
from astra_devops.operations.termination import is_terminating


@attrs.frozen(kw_only=True, init=False)
class Database:
    """A database that should be there. It is found by its name.

    Args:
        name: The name, by the rules of ``databases.create``.
        cloud_provider: ``aws``, ``azure`` or ``gcp``, in any case.
        region: The region that the database is created in.
        regions: Further regions that it should have.
        keyspaces: Keyspaces that it should have. A new database without any gets the service's
            default keyspace.
        tier: The tier; by default that of serverless databases, and any where the database exists.
        db_type: ``vector`` for vector search; by default any where the database exists.
        protected: Refuse to remove keyspaces of it. A database that is declared is never removed.

    Regions that are there and not declared are left alone, and so are keyspaces unless ``prune``
    of ``plan`` names them.

    Raises:
        TypeError: An argument has the wrong type.
        ValueError: An argument is not valid.
    """

    name: str
    cloud_provider: str
    region: str
    regions: tuple[str, ...] = ()
    keyspaces: tuple[str, ...] = ()
    tier: str | None = None
    db_type: str | None = None
    protected: bool = True

    def __init__(
        self,
        name: str,
        *,
        cloud_provider: str,
        region: str,
        regions: Iterable[str] = (),
        keyspaces: Iterable[str] = (),
        tier: str | None = None,
        db_type: str | None = None,
        protected: bool = True,
    ) -> None:
        further = checks.strings(regions, "regions")
        names = checks.strings(keyspaces, "keyspaces")
        for index, keyspace in enumerate(names):
            checks.keyspace_name(keyspace, f"keyspaces[{index}]")
        refuse_repeated([checks.string(region, "region"), *further], "regions")
        refuse_repeated(names, "keyspaces")
        self.__attrs_init__(  # pyright: ignore[reportAttributeAccessIssue]
            name=checks.database_name(name),
            cloud_provider=checks.provider(cloud_provider),
            region=region,
            regions=tuple(further),
            keyspaces=tuple(names),
            tier=None if tier is None else str(checks.choice(tier, "tier", Tier)),
            db_type=checks.optional(checks.string, db_type, "db_type"),
            protected=checks.flag(protected, "protected"),
        )


@attrs.frozen(kw_only=True)
class DatabaseState(State):
    """The state of a database.

    Attributes:
        cloud_provider: In upper case.
        region: The region that it was created in.
        regions: Its further regions, sorted.
        keyspaces: Its keyspaces, sorted.
        tier: The tier, in lower case; None if it is not known.
        db_type: The kind of database; None for a plain one.
    """

    cloud_provider: str
    region: str
    regions: tuple[str, ...] = ()
    keyspaces: tuple[str, ...] = ()
    tier: str | None = None
    db_type: str | None = None


class DatabaseKind(Kind[Database, DatabaseState]):
    """Databases."""

    name = "database"
    table = "databases"
    words = "database"
    fixed: ClassVar[tuple[str, ...]] = ("cloud_provider", "region", "tier", "db_type")
    is_removable = True
    declared_class = Database
    state_class = DatabaseState

    def key(self, name: str) -> str:
        """Return the name, which can have no colon and no slash."""
        return name

    def check_prune(self, name: str, argument: str, entries: Mapping[str, Database]) -> None:
        """Check the name of a database, or that of a keyspace after a slash."""
        database_name, _, keyspace = name.partition("/")
        database = entries.get(database_name)
        if database is None:
            if keyspace:
                raise ValueError(f"{argument} must be a keyspace of a declared database, not {name!r}")
        elif not keyspace or keyspace in database.keyspaces:
            super().check_prune(name, argument, {name: database})
        elif database.protected:
            raise ValueError(f"{argument} must not be {name!r}: database {database_name!r} is protected; declare it with protected=False")

    async def listed(self, present: Present) -> list[tuple[str, str]]:
        """List all databases."""
        return [(database.info.name or "", database.id) for database in await present.databases()]

    async def read(self, present: Present, names: Collection[str] | None) -> dict[str, Found[DatabaseState]]:
        """Find databases."""
        found = present.by_name(
            "databases", await present.databases(), lambda database: database.info.name, lambda database: database.id, names
        )
        return {name: Found(id=database.id, state=state_of(database)) for name, database in found.items()}

    async def after(self, present: Present, entry: Database, found: Found[DatabaseState] | None, is_pruned: IsPruned) -> DatabaseState:
        """Add what is missing, and keep what is not pruned."""
        if found is None:
            return DatabaseState(
                cloud_provider=entry.cloud_provider,
                region=entry.region,
                regions=entry.regions,
                keyspaces=entry.keyspaces,
                tier=entry.tier or "serverless",
                db_type=entry.db_type,
            )
        before = found.state
        kept = tuple(
            name
            for name in before.keyspaces
            if entry.protected or name in entry.keyspaces or not is_pruned(_undeclared(entry.name, found.id, name))
        )
        return attrs.evolve(
            before,
            cloud_provider=entry.cloud_provider,
            region=entry.region,
            regions=(*before.regions, *(name for name in entry.regions if name not in before.regions)),
            keyspaces=(*kept, *(name for name in entry.keyspaces if name not in before.keyspaces)),
            tier=before.tier if entry.tier is None else entry.tier.lower(),
            db_type=before.db_type if entry.db_type is None else entry.db_type,
        )

    def declare(self, name: str, state: DatabaseState) -> Database:
        """Declare all that is there."""
        return Database(
            name,
            cloud_provider=state.cloud_provider,
            region=state.region,
            regions=state.regions,
            keyspaces=state.keyspaces,
            tier=state.tier,
            db_type=state.db_type,
        )

    async def look(self, present: Present, change: Change, *, is_continued: bool) -> Found[DatabaseState] | None:
        """Read the database, or find one that has taken its name."""
        if change.id is None:
            # What an earlier session has sent is settled by the call that sends it.
            return None if is_continued else (await self.read(present, (change.name,))).get(change.name)
        try:
            database = await present.client.databases.get(checks.identifier(change.id, "id"))
        except errors.NotFoundError:
            return None
        # An earlier session may have begun to terminate it: then the same call waits for the end.
        is_ending = is_continued and change.after is None and database.status == DatabaseStatus.TERMINATING
        return None if is_terminating(database) and not is_ending else Found(id=database.id, state=state_of(database))

    async def write(self, present: Present, change: Change, found: Found[DatabaseState] | None, after: DatabaseState) -> None:
        """Create the database, or add regions and keyspaces, and drop keyspaces."""
        client = present.client
        if found is None:
            database = await client.databases.get(await _create(present, change.name, after))
            found = Found(id=database.id, state=state_of(database))
        # Regions first, one at a time as the service demands: they get the keyspaces too.
        for region in after.regions:
            if region not in found.state.regions:
                adding = await client.datacenters.ensure(found.id, cloud_provider=after.cloud_provider, region=region)
                await adding.wait()
        for keyspace in after.keyspaces:
            if keyspace not in found.state.keyspaces:
                await (await client.keyspaces.ensure(found.id, keyspace)).wait()
        before = change.before
        for keyspace in before.keyspaces if isinstance(before, DatabaseState) else ():
            if keyspace in found.state.keyspaces and keyspace not in after.keyspaces:
                await (await client.keyspaces.delete(found.id, keyspace)).wait()

    async def remove(self, present: Present, change: Change, found: Found[DatabaseState]) -> None:
        """Terminate the database with all of its regions."""
        await (await present.client.databases.terminate(found.id, with_datacenters=True)).wait()


async def _create(present: Present, name: str, after: DatabaseState) -> str:
    creating = await present.client.databases.create(
        name,
        cloud_provider=after.cloud_provider,
        region=after.region,
        tier=after.tier or "serverless",
        keyspace=after.keyspaces[0] if after.keyspaces else None,
        db_type=after.db_type,
    )
    return (await creating.wait()).id


def _undeclared(database: str, database_id: str, keyspace: str) -> Undeclared:
    name = f"{database}/{keyspace}"
    return Undeclared(kind="keyspace", name=name, id=database_id, key=name)


def state_of(database: Existing) -> DatabaseState:
    """Return the state of a database as the service describes it."""
    info = database.info
    region = info.region or ""
    regions = {datacenter.region for datacenter in info.datacenters or [] if datacenter.status != DatabaseStatus.TERMINATING}
    return DatabaseState(
        cloud_provider=str(info.cloud_provider or "").upper(),
        region=region,
        regions=tuple(sorted(name for name in regions if name and name != region)),
        keyspaces=tuple(sorted(keyspaces_of(database))),
        tier=None if info.tier is None else str(info.tier).lower(),
        db_type=None if info.db_type is None else str(info.db_type),
    )


DATABASES: Final = DatabaseKind()
