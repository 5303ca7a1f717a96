"""What a plan removes: only what ``prune`` names, and only so much."""

import math
from collections.abc import Callable, Iterable

import attrs

from astra_devops._runtime import checks
from astra_devops.desired.declaration import Declaration


@attrs.frozen(kw_only=True)
class Undeclared:
    """Something that is there and not declared, as a ``prune`` function gets it.

    Attributes:
        database: The name of the database.
        id: The id of the database.
        keyspace: The keyspace of a declared database that is not protected; None if it is the
            database itself that is not declared.
    """

    database: str
    id: str
    keyspace: str | None = None

    @property
    def name(self) -> str:
        """What ``prune`` names it by: ``DATABASE``, or ``DATABASE/KEYSPACE``."""
        return self.database if self.keyspace is None else f"{self.database}/{self.keyspace}"


Prune = Iterable[str] | Callable[[Undeclared], bool]
"""The names of what is to be removed, or a function that is asked about each undeclared thing."""


def pruned(prune: Prune, declared: Declaration) -> Callable[[Undeclared], bool]:
    """Return a function that says whether something undeclared is to be removed.

    Raises:
        TypeError: ``prune`` is neither a list of names nor a function.
        ValueError: A name is that of something that is declared or protected.
    """
    if callable(prune):
        return lambda undeclared: checks.flag(prune(undeclared), "the answer of prune")
    names = checks.strings(prune, "prune")
    for index, name in enumerate(names):
        _check_name(name, f"prune[{index}]", declared)
    return lambda undeclared: undeclared.name in names


def _check_name(name: str, argument: str, declared: Declaration) -> None:
    # Names of databases have no slash.
    database_name, _, keyspace = name.partition("/")
    database = next((database for database in declared.databases if database.name == database_name), None)
    if database is None:
        if keyspace:
            raise ValueError(f"{argument} must be a keyspace of a declared database, not {name!r}")
    elif not keyspace or keyspace in database.keyspaces:
        raise ValueError(f"{argument} must not be {name!r}, which is declared; remove it from the declaration first")
    elif database.protected:
        raise ValueError(f"{argument} must not be {name!r}: database {database_name!r} is protected; declare it with protected=False")


def check_share(value: float) -> float:
    """Check the ``max_removed_share`` argument, from 0 to 1."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"max_removed_share must be a number, not {checks.type_name(value)}")
    if not 0 <= value <= 1:
        raise ValueError(f"max_removed_share must be from 0 to 1, not {value}")
    return value


def refuse_too_many(removed: int, present: int, most: float) -> None:
    """Refuse to remove more than a share of the databases that are there.

    Raises:
        ValueError: It is more than the share.
    """
    if removed > present * most:
        needed = math.ceil(100 * removed / present) / 100
        raise ValueError(
            f"max_removed_share must be at least {needed:g} for this plan, not {most:g}: "
            f"prune would remove {removed} of the {present} databases that are there"
        )
