"""The request for a database: checked, sent, and compared with a database that exists."""

from collections.abc import Mapping, Sequence
from typing import Final

from astra_devops import errors
from astra_devops._first_use import importing
from astra_devops._rest.endpoints import databases as endpoints
from astra_devops._rest.models.databases import Database, Tier
from astra_devops._rest.models.databases_requests import DatabaseInfoCreate
from astra_devops._runtime import checks, deadline
from astra_devops._runtime.call import OutcomeCheck
from astra_devops._runtime.caller import Caller
from astra_devops.operations.conditions import databases as conditions
from astra_devops.operations.conditions.keyspaces import keyspaces_of
from astra_devops.operations.termination import is_terminating
from astra_devops.resources._outcome.accepted import require_id
from astra_devops.resources._outcome.creations import CreationTracker
from astra_devops.resources._outcome.reconcile import find_database

_FIXED: Final = "it cannot be changed"
_REMEDIES: Final = {
    "cloud_provider": _FIXED,
    "region": "datacenters.ensure adds a region",
    "tier": _FIXED,
    "capacity_units": "databases.resize increases them",
    "keyspace": "keyspaces.ensure adds it",
    "db_type": _FIXED,
}


def creation_request(
    name: str,
    cloud_provider: str,
    region: str,
    tier: Tier | str,
    capacity_units: int,
    keyspace: str | None,
    db_type: str | None,
    pcu_group_id: str | None,
) -> DatabaseInfoCreate:
    """Check the arguments of a creation, and return its body."""
    return DatabaseInfoCreate(
        name=checks.database_name(name),
        cloud_provider=checks.provider(cloud_provider),
        region=checks.string(region, "region"),
        tier=checks.choice(tier, "tier", Tier),
        capacity_units=checks.integer(capacity_units, "capacity_units", 1, 100),
        keyspace=checks.optional(checks.keyspace_name, keyspace, "keyspace"),
        db_type=checks.optional(checks.string, db_type, "db_type"),
        pcu_group_uuid=checks.optional(checks.string, pcu_group_id, "pcu_group_id"),
    )


async def create_database(caller: Caller, creations: CreationTracker, body: DatabaseInfoCreate) -> str:
    """Create a database within the client's timeout, and return its id."""

    async def send(check_outcome: OutcomeCheck[None]) -> str:
        answer = await endpoints.create_database(caller, body=body, check_outcome=check_outcome)
        # The header contains only the id, but a proxy may have turned it into a URL.
        location = answer.headers.get("location", "").rstrip("/").rpartition("/")[2]
        return require_id(location, "createDatabase", "Location header", f"look at databases.list() with the name {body.name!r}")

    with deadline.within(caller.options.timeout):
        if body.pcu_group_uuid is not None:
            # Imported here because only PCU placement needs it.
            from astra_devops.operations.capacity import check_placement

            await check_placement(caller, body.pcu_group_uuid, body.cloud_provider, body.region)
        return await creations.create(caller, body, send)


async def ensure_database(
    caller: Caller, creations: CreationTracker, body: DatabaseInfoCreate, requested: Mapping[str, object]
) -> tuple[str, bool]:
    """Find the database with a name, or create it; return its id, and whether it is new.

    Raises:
        AmbiguousNameError: Several databases have the name.
        DriftError: The database differs from what is requested, where that is not None.
    """
    async with creations.names.lock(body.name):
        with deadline.within(caller.options.timeout):
            existing = await _find_existing(caller, creations, body.name)
            if existing is None:
                return await create_database(caller, creations, body), True
            if isinstance(existing, str):
                return existing, False
            await _check_existing(caller, existing, requested)
            return existing.id, False


async def _find_existing(caller: Caller, creations: CreationTracker, name: str) -> Database | str | None:
    """Find the database with a name, ignoring those that are terminated; None if there is none.

    The list may lack a database that this client has just created. While the database itself does
    not show either, the result is its id.

    Raises:
        AmbiguousNameError: Several databases have the name.
    """
    matches: dict[str, Database | str] = {
        database.id: database
        for database in await creations.names.list_databases(caller)
        if database.info.name == name and not is_terminating(database)
    }
    for database_id in creations.names.unlisted(name, caller.clock.monotonic()):
        if database_id not in matches:
            database = await find_database(caller, database_id)
            if database is None or not is_terminating(database):
                matches[database_id] = database or database_id
    if len(matches) > 1:
        raise errors.AmbiguousNameError.of("databases", name, [*matches])
    return next(iter(matches.values()), None)


async def _check_existing(caller: Caller, database: Database, requested: Mapping[str, object]) -> None:
    """Compare a database with the arguments of a request. None means any.

    Raises:
        DriftError: A field differs.
    """
    found = differences(database, requested)
    # The group shows only after the creation.
    if (group_id := requested["pcu_group_id"]) is not None and database.status == "ACTIVE":
        found += await _group_difference(caller, database, str(group_id))
    if found:
        raise errors.DriftError.of("database", str(database.info.name), database.id, found)


def differences(database: Database, requested: Mapping[str, object]) -> list[errors.Difference]:
    """List the fields of a database that differ from the arguments of a request.

    What the database does not show cannot differ, such as its keyspaces while it is being created.
    """
    info = database.info
    actual: dict[str, Sequence[object]] = {
        "cloud_provider": [info.cloud_provider],
        "region": [info.region, *(datacenter.region for datacenter in info.datacenters or ())],
        "tier": [info.tier],
        "capacity_units": [info.capacity_units],
        "keyspace": keyspaces_of(database),
        # A database without vector search has no type.
        "db_type": [info.db_type or "none"],
    }
    found = []
    for name, values in actual.items():
        shown = list(dict.fromkeys(value for value in values if value is not None))
        if requested[name] is not None and shown and not _is_in(str(requested[name]), shown, exactly=name == "keyspace"):
            value = shown[0] if len(shown) == 1 else ", ".join(map(str, shown))
            found.append(errors.Difference(name, requested[name], value, _REMEDIES[name]))
    return found


def _is_in(value: str, shown: Sequence[object], *, exactly: bool) -> bool:
    texts = [str(one) for one in shown]
    return value in texts or (not exactly and value.lower() in [text.lower() for text in texts])


async def _group_difference(caller: Caller, database: Database, group_id: str) -> list[errors.Difference]:
    """Return what differs if the first datacenter of a database is not in a PCU group."""
    datacenters = [datacenter for datacenter in database.info.datacenters or () if datacenter.region == database.info.region]
    if not datacenters or datacenters[0].id is None:
        return []
    try:
        with importing:
            from astra_devops._rest.endpoints import pcu_groups as pcu_endpoints
        groups = (await pcu_endpoints.pcu_group_get_by_datacenter_uuid(caller, datacenter_id=datacenters[0].id)).value
    except errors.NotFoundError:
        groups = []
    except errors.PermissionDeniedError:
        return []
    if any(group.id.lower() == group_id.lower() for group in groups):
        return []
    actual = groups[0].id if groups else None
    remedy = "pcu_groups.transfer moves its datacenter" if groups else "pcu_groups.associate adds its datacenter"
    return [errors.Difference("pcu_group_id", group_id, actual, remedy)]


def shows_engine(engine_type: str, database: Database | None) -> bool:
    """Return whether a database shows an engine.

    Raises:
        AstraDevOpsError: It shows none, although it is ACTIVE.
    """
    if database is None:
        return False
    shown = conditions.shows_engine(database, engine_type)
    if shown is None and database.status == "ACTIVE":
        raise errors.AstraDevOpsError("the database does not show its engine")
    return shown is True
