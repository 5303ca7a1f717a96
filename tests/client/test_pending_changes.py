"""A client that changes many settings does not remember them all."""

from typing import TYPE_CHECKING, Any, cast

from astra_devops.resources._outcome import pending_changes
from astra_devops.resources._outcome.pending_changes import PendingChanges

if TYPE_CHECKING:
    from astra_devops.operations.handle import AsyncOperation


def test_only_the_newest_are_remembered() -> None:
    changes = PendingChanges()
    for number in range(pending_changes._MOST + 10):
        changes.remember(str(number), cast("AsyncOperation[Any]", None))
    changes.remember("11", cast("AsyncOperation[Any]", None))
    assert len(changes._latest) == pending_changes._MOST
    assert [next(iter(changes._latest)), list(changes._latest)[-1]] == ["10", "11"]
