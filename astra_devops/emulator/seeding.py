"""Ways to change the emulator's state without calling its API, for tests to start from."""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from datetime import UTC, datetime

from astra_devops.emulator.contract.operation_names import did_you_mean
from astra_devops.emulator.resources._permissions import add_role_with, check_permissions
from astra_devops.emulator.resources.databases import DEFAULT_KEYSPACE, place_database
from astra_devops.emulator.resources.enterprises import add_organization, populate
from astra_devops.emulator.resources.migrations import place_migration
from astra_devops.emulator.resources.pcu_groups import place_group
from astra_devops.emulator.resources.users import accept_invitation
from astra_devops.emulator.state.catalog import placement_problems
from astra_devops.emulator.state.transitions import STATUSES, Progress
from astra_devops.emulator.world import Platform, World


class Seeding:
    """The methods of an emulator that change its state without calling its API.

    It starts with one enterprise, one organization and the emulator's own token.
    """

    def __init__(self, platform: Platform, lock: AbstractContextManager[object]) -> None:
        self._platform = platform
        self._lock = lock
        self._token = populate(platform)

    def add_organization(self, name: str, *, email: str = "owner@example.com") -> str:
        """Create another organization and return its id.

        Organizations cannot see each other's resources.
        """
        with self._lock:
            return add_organization(self._platform, name, email, self._platform.new_id()).organization.id

    def add_token(self, permissions: Iterable[str] | None = None, *, organization_id: str | None = None) -> str:
        """Create another token and return it. It belongs to the first organization by default.

        It has only the given ``permissions``, such as ``{"org-db-view"}``, through a role. With
        None it may do everything in its organization.

        Raises:
            TypeError: ``permissions`` is a single string.
            ValueError: The organization or a permission does not exist.
        """
        if permissions is not None:
            permissions = check_permissions(permissions)
        with self._lock:
            world = self._world_of(organization_id)
            roles = () if permissions is None else (add_role_with(world, permissions),)
            return self._issue(world.organization.id, roles=roles, unlimited=permissions is None)

    def add_enterprise_token(self) -> str:
        """Create a token of the enterprise and return it.

        It may create organizations and tokens for them and read costs, and nothing else.
        """
        with self._lock:
            return self._issue(self._platform.enterprise_id, enterprise=True)

    def revoke_token(self, token: str) -> None:
        """Revoke a token. One that does not exist is ignored."""
        with self._lock:
            self._platform.token_store.tokens.pop(token, None)

    def add_database(
        self,
        name: str,
        *,
        cloud_provider: str = "AWS",
        region: str = "us-east-2",
        tier: str = "serverless",
        keyspaces: Iterable[str] = (DEFAULT_KEYSPACE,),
        status: str = "ACTIVE",
        organization_id: str | None = None,
        created: datetime | None = None,
        last_used: datetime | None = None,
    ) -> str:
        """Create a database that is complete and in a given state, and return its id.

        ``created`` and ``last_used`` are what the service shows as ``creationTime`` and
        ``lastUsageTime``: times up to now by the emulator's clock. By default it was created now,
        and last used when it was created.

        Raises:
            TypeError: ``keyspaces`` is a single string, or a time is not a datetime.
            ValueError: The organization, tier, provider, region or state does not exist; or a time
                has no time zone, or is in the future.
        """
        if isinstance(keyspaces, str):
            raise TypeError("keyspaces must be a list of strings, not a single string")
        problems = [message for _, message in placement_problems(tier, cloud_provider, region)]
        if problems:
            raise ValueError(f"{', '.join(problems)}: tier={tier!r}, cloud_provider={cloud_provider!r}, region={region!r}")
        if status not in STATUSES:
            raise ValueError(f"status must be a state of a database, not {status!r}{did_you_mean(status, STATUSES)}")
        now = self._platform.clock.now()
        created = _past("created", now if created is None else created, now)
        last_used = None if last_used is None else _past("last_used", last_used, now)
        if last_used is not None and last_used < created:
            raise ValueError(f"last_used must not be before created, {created.isoformat()}, but is {last_used.isoformat()}")
        with self._lock:
            body = {"name": name, "cloudProvider": cloud_provider, "region": region, "tier": tier}
            database = place_database(self._world_of(organization_id), body, owner=self._token.client_id, created=created)
            database.last_used = last_used
            database.keyspaces = list(keyspaces)
            database.keyspace = next(iter(database.keyspaces), None)
            database.state = status
            return database.id

    def add_pcu_group(
        self, title: str, *, cloud_provider: str = "AWS", region: str = "us-east-2", min: int = 1, max: int = 1, reserved: int = 0
    ) -> str:
        """Create a PCU group that is ready for databases, and return its id."""
        with self._lock:
            place = {"cloudProvider": cloud_provider, "region": region, "instanceType": "standard", "provisionType": "shared"}
            body = {"title": title, **place, "min": min, "max": max, "reserved": reserved}
            return place_group(self._world_of(None), body, owner=self._token.client_id).id

    def add_migration(self, database_id: str, *, phase: str = "ReceivingFiles") -> str:
        """Create a migration of a database, in any phase, and return its id."""
        with self._lock:
            world = self._world_with(database_id)
            return place_migration(world, world.find_living(database_id), phase).id

    def accept_invitation(self, email: str) -> None:
        """Accept the invitations that a user has from any organization.

        Raises:
            ValueError: There are none.
        """
        with self._lock:
            accepted = [accept_invitation(world, email) for world in self._platform.organizations]
            if not any(accepted):
                raise ValueError(f"email must be that of an invited user, not {email!r}")

    def hibernate(self, database_id: str) -> None:
        """Hibernate a database, as the service does after two idle days.

        A request to its data endpoint wakes it.
        """
        with self._lock:
            database = self._world_with(database_id).find(database_id)
            now = self._platform.clock.monotonic()
            database.begin(Progress("hibernate", now, database.state), now)

    def _issue(self, organization_id: str, *, roles: tuple[str, ...] = (), unlimited: bool = False, enterprise: bool = False) -> str:
        platform = self._platform
        token = platform.token_store.issue(
            platform.rng, platform.clock.now(), organization_id, roles=roles, unlimited=unlimited, enterprise=enterprise
        )
        return token.value

    def _world_of(self, organization_id: str | None) -> World:
        """Return the world of an organization, of the first one for None."""
        requested_id = self._token.organization_id if organization_id is None else organization_id
        if requested_id == self._platform.enterprise_id or requested_id not in self._platform.worlds:
            raise ValueError(f"organization_id must be the id of an organization in this emulator, not {requested_id!r}")
        return self._platform.worlds[requested_id]

    def _world_with(self, database_id: str) -> World:
        """Return the world of the organization that a database belongs to."""
        world = self._platform.world_with(database_id)
        if world is None:
            raise ValueError(f"database_id must be the id of a database in this emulator, not {database_id!r}")
        return world


def _past(name: str, moment: datetime, now: datetime) -> datetime:
    """Check a time up to now by the emulator's clock, and return it in UTC."""
    if not isinstance(moment, datetime):
        raise TypeError(f"{name} must be a datetime with a time zone, not {type(moment).__name__}")
    if moment.tzinfo is None:
        raise ValueError(f"{name} must have a time zone, such as datetime.now(UTC); {moment!r} has none")
    if moment > now:
        raise ValueError(f"{name} must not be after the time of the emulator's clock, {now.isoformat()}, but is {moment.isoformat()}")
    return moment.astimezone(UTC)
