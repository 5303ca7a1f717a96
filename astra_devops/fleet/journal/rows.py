"""What the journal has of an item."""

from collections.abc import Mapping
from typing import Any

import attrs


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
