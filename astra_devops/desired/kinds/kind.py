"""What a plan must know of a kind of resource."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import ClassVar, Generic, TypeVar

import attrs

from astra_devops.desired.change import Change
from astra_devops.desired.kinds.values import did_you_mean
from astra_devops.desired.present import Present
from astra_devops.desired.state import State

D = TypeVar("D")
S = TypeVar("S", bound=State)


@attrs.frozen(kw_only=True)
class Undeclared:
    """Something that is there and not declared, as a ``prune`` function gets it.

    Attributes:
        kind: The kind of resource, such as ``database``, ``keyspace`` or ``role``.
        name: Its name; ``DATABASE/KEYSPACE`` for a keyspace.
        id: Its id; for a keyspace that of its database.
        key: What ``prune`` names it by: the name of a database or keyspace, or ``KIND:NAME``.
    """

    kind: str
    name: str
    id: str
    key: str


IsPruned = Callable[[Undeclared], bool]


@attrs.frozen(kw_only=True)
class Found(Generic[S]):
    """A resource that is there.

    Attributes:
        id: Its id, or that of the database that it belongs to.
        state: What is declared of such a resource.
    """

    id: str
    state: S


class Kind(ABC, Generic[D, S]):
    """A kind of resource: ``D`` is how it is declared, and ``S`` is its state.

    Attributes:
        name: Its name in plans and outcomes.
        table: Its field in declarations, and its table in files.
        words: What texts call it.
        identity: The field of a declaration that finds the resource.
        fixed: The fields that cannot be changed.
        is_removable: Whether ``prune`` may name such a resource.
        used_by: The kinds whose changes must be made before one is removed.
        is_single: Whether there is only one.
        declared_class: The class that declares one.
        state_class: The class of its state.
    """

    name: ClassVar[str]
    table: ClassVar[str]
    words: ClassVar[str]
    identity: ClassVar[str] = "name"
    fixed: ClassVar[tuple[str, ...]] = ()
    is_removable: ClassVar[bool] = False
    used_by: ClassVar[tuple[str, ...]] = ()
    is_single: ClassVar[bool] = False
    declared_class: type[D]
    state_class: type[S]

    def name_of(self, entry: D) -> str:
        """Return the name that finds what is declared."""
        return str(getattr(entry, self.identity))

    def label(self, name: str) -> str:
        """Return what texts call a resource."""
        return f"{self.words} {name!r}"

    def key(self, name: str) -> str:
        """Return what outcomes and ``prune`` call a resource."""
        return f"{self.name}:{name}"

    def needs(self, entry: D) -> Iterable[str]:
        """Return the keys of the resources that must be there first."""
        return ()

    def follows(self, entry: D) -> Iterable[str]:
        """Return the keys of the resources whose changes would refuse this one meanwhile."""
        return ()

    def note(self, entry: D, *, is_new: bool) -> str:
        """Return what a review of a declared resource should know, if it is not there or is."""
        return ""

    async def check(self, entries: Mapping[str, D], found: Mapping[str, Found[S]], present: Present, keys: Collection[str]) -> None:
        """Check what is declared against what is there. ``keys`` are those of all that is declared.

        Raises:
            ValueError: Something is declared that cannot be; the message names the field.
        """

    def check_reference(self, name: str, place: str, present: Iterable[str | None], keys: Collection[str]) -> None:
        """Check a name by which another kind refers to one, by what is there and the declared keys.

        Raises:
            ValueError: It is neither there nor declared.
        """
        names = set(present)
        if name in names or self.key(name) in keys:
            return
        prefix = self.key("")
        declared = [key.removeprefix(prefix) for key in keys if (key.startswith(prefix) if prefix else ":" not in key)]
        hint = did_you_mean(name, [*names, *declared])
        raise ValueError(f"{place} must be a {self.words} that is there or declared, not {name!r}{hint}")

    def check_prune(self, name: str, argument: str, entries: Mapping[str, D]) -> None:
        """Check a name in ``prune``.

        Raises:
            ValueError: It names something that is declared.
        """
        if name in entries:
            raise ValueError(f"{argument} must not be {self.key(name)!r}, which is declared; remove it from the declaration first")

    async def listed(self, present: Present) -> list[tuple[str, str]]:
        """List the names and ids of all that could be removed."""
        return []

    def can_declare(self, state: S) -> bool:
        """Return whether an export has what is there."""
        return True

    @abstractmethod
    async def read(self, present: Present, names: Collection[str] | None) -> dict[str, Found[S]]:
        """Find the resources with these names, or all."""

    async def id_of_new(self, present: Present, name: str) -> str | None:
        """Return the id of the database that something belongs to that is not there yet."""
        return None

    @abstractmethod
    async def after(self, present: Present, entry: D, found: Found[S] | None, is_pruned: IsPruned) -> S:
        """Return the state that a resource has once it is as declared."""

    @abstractmethod
    def declare(self, name: str, state: S) -> D:
        """Return the declaration of what is there.

        Raises:
            ValueError: It cannot be declared.
        """

    def check_change(self, change: Change) -> None:
        """Check what a change needs of this process, before anything is sent.

        Raises:
            ValueError: Something is missing.
        """

    @abstractmethod
    async def look(self, present: Present, change: Change, *, is_continued: bool) -> Found[S] | None:
        """Return what is there now of a resource that a plan changes."""

    @abstractmethod
    async def write(self, present: Present, change: Change, found: Found[S] | None, after: S) -> None:
        """Change a resource, and wait until it has the state."""

    async def remove(self, present: Present, change: Change, found: Found[S]) -> None:
        """Remove a resource, and wait for it."""
        raise AssertionError(f"a {self.name} is never removed")
