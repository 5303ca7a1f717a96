"""A change between two documents, and the list of all of them."""

from typing import Literal

import attrs

Side = Literal["request", "answer"]
"""What a type describes. The same change of a type may break one side and not the other."""


@attrs.frozen(order=True)
class Change:
    """One change.

    Attributes:
        place: What changed: an operation as method and path, or a field, parameter or value.
        text: What is different now.
        breaks: Whether callers that worked before may fail now.
        side: Whether requests or answers changed; None if that is no question.
    """

    place: str
    text: str
    breaks: bool
    side: Side | None = None


@attrs.define
class Changes:
    """The changes found so far, each with the ids of the operations that it concerns."""

    operations: dict[Change, list[str]] = attrs.field(factory=dict)

    def add(self, operation: str, change: Change) -> None:
        """Note a change of an operation. A change of a shared class is one change of several."""
        concerned = self.operations.setdefault(change, [])
        if operation not in concerned:
            concerned.append(operation)

    def ordered(self) -> list[tuple[Change, list[str]]]:
        """Return the changes with their operations, first those that break callers."""
        return sorted(self.operations.items(), key=lambda item: (not item[0].breaks, item[0].place, item[0].text, item[0].side or ""))

    @property
    def breaking(self) -> int:
        """The number of changes that break callers."""
        return sum(change.breaks for change in self.operations)
