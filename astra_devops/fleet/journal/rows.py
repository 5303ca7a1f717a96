"""What the journal has of an item."""

from collections.abc import Mapping
from typing import Any, Protocol

import attrs

from astra_devops.errors import JournalError
from astra_devops.fleet.outcome import Outcome


@attrs.frozen(kw_only=True)
class StepRow:
    """One call of an item that changes something.

    Attributes:
        number: Its place among those of the item.
        operation: The operation id.
        digest: Digest of the method, path, query and body, without secrets.
        target: The path, for people.
        state: ``new``, ``sent`` (the outcome is not recorded), ``landed`` or ``refused``.
        attempts: How often it was about to be sent.
        facts: What its outcome check needs.
        answer: The recorded answer.
    """

    number: int
    operation: str
    digest: bytes
    target: str
    state: str
    attempts: int = 0
    facts: Mapping[str, Any] | None = None
    answer: Mapping[str, Any] | None = None


@attrs.frozen(kw_only=True)
class ItemRow:
    """An item when it begins: how often it was begun, this time included, and what it has sent."""

    is_finished: bool = False
    is_repeated: bool = False
    attempts: int = 1
    steps: tuple[StepRow, ...] = ()


class ItemJournal(Protocol):
    """What carrying out an item needs of a journal, which may be that of another process."""

    @property
    def failure(self) -> JournalError | None:
        """Why it cannot be written any more; None while it can."""
        ...

    def begin(self, key: str) -> ItemRow:
        """Begin an item."""
        ...

    async def intend(self, key: str, step: StepRow) -> None:
        """Record a call that is about to be sent. It must not be sent before this returns."""

    def settle(self, key: str, number: int, state: str, answer: str | None) -> None:
        """Record what came of a call."""

    def end(self, outcome: Outcome) -> None:
        """Record what came of an item."""
