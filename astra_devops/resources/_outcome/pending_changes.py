"""The changes that one client has made and that may not be visible yet.

Some settings are changed by reading them, changing the result, and writing it back. The service may
show a change only some time after accepting it. Until then, the next change would be based on the
old state and undo the one before.
"""

from typing import Any, Final

from astra_devops._runtime.details import add_detail
from astra_devops.operations.handle import AsyncOperation

_MOST: Final = 1_000


class PendingChanges:
    """The latest change of each setting, by a key; shared by a client and its views.

    Only the latest is kept: a later change may undo an earlier one, which then never becomes
    visible. The oldest are forgotten when there are too many.
    """

    def __init__(self) -> None:
        self._latest: dict[str, AsyncOperation[Any]] = {}

    def remember(self, key: str, operation: AsyncOperation[Any]) -> None:
        """Remember a change that the service has just accepted."""
        self._latest.pop(key, None)
        self._latest[key] = operation
        while len(self._latest) > _MOST:
            del self._latest[next(iter(self._latest))]

    async def settle(self, key: str, timeout: float) -> None:
        """Wait until the latest change is visible, so that a read now includes it.

        Raises:
            OperationTimeoutError: The change is not visible after ``timeout`` seconds. The next
                call does not wait for it again: another client may have undone it.
        """
        operation = self._latest.pop(key, None)
        if operation is None or operation.done:
            return
        try:
            await operation.wait(timeout=timeout)
        except BaseException as error:
            add_detail(error, "an earlier change is not visible yet; a new change based on the current state could undo it")
            raise
