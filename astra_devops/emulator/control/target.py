"""What control over HTTP needs of an emulator."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Protocol

from astra_devops.emulator.faults.faults import Faults
from astra_devops.emulator.journal import Journal
from astra_devops.emulator.time.clock import Clock


class Controllable(Protocol):
    """The part of an emulator that is controlled over HTTP."""

    clock: Clock
    journal: Journal

    @property
    def token(self) -> str:
        """The token that may do everything."""
        ...

    @property
    def faults(self) -> Faults:
        """The faults to cause."""
        ...

    def add_database(
        self,
        name: str,
        *,
        cloud_provider: str = ...,
        region: str = ...,
        tier: str = ...,
        keyspaces: Iterable[str] = ...,
        status: str = ...,
        organization_id: str | None = ...,
        created: datetime | None = ...,
        last_used: datetime | None = ...,
    ) -> str:
        """Create a database and return its id."""
        ...

    def hibernate(self, database_id: str) -> None:
        """Hibernate a database."""
        ...

    def snapshot(self) -> dict[str, Any]:
        """Return the whole state."""
        ...

    def restore(self, state: Mapping[str, Any]) -> None:
        """Return to the state of a snapshot."""
        ...

    def reset(self) -> None:
        """Remove everything."""
        ...
