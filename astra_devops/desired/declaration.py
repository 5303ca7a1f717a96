"""What a declaration consists of."""

import json
from collections.abc import Iterable

import attrs

from astra_devops._rest.models.databases import Tier
from astra_devops._runtime import checks


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
        _distinct([checks.string(region, "region"), *further], "regions")
        _distinct(names, "keyspaces")
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


@attrs.frozen(init=False)
class Declaration:
    """Everything that should be there.

    What is there and not declared is left alone, unless ``prune`` of ``plan`` names it.

    Raises:
        TypeError: ``databases`` is not a list of databases.
        ValueError: Two databases have one name.
    """

    databases: tuple[Database, ...]

    def __init__(self, databases: Iterable[Database] = ()) -> None:
        declared = checks.objects(databases, "databases", Database)
        _distinct([database.name for database in declared], "databases")
        self.__attrs_init__(tuple(declared))  # pyright: ignore[reportAttributeAccessIssue]

    def to_toml(self) -> str:
        """Return the text of a file that ``desired.load`` reads."""
        return "\n".join(map(_table, self.databases))


def _table(database: Database) -> str:
    values = {field.name: getattr(database, field.name) for field in attrs.fields(Database)}
    defaults = {field.name: field.default for field in attrs.fields(Database)}
    # A string, a bool or a list of strings in JSON is one in TOML.
    lines = [f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in values.items() if value != defaults[name]]
    return "\n".join(["[[databases]]", *lines, ""])


def _distinct(values: list[str], name: str) -> None:
    for index, value in enumerate(values):
        if value in values[:index]:
            raise ValueError(f"{name} must not have {value!r} twice")
