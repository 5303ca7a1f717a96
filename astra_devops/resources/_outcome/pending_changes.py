"""The changes that one client has asked for and that may not show yet.

Some things are changed by reading them, changing what was read, and writing it back. Where the
service shows a change only some time after it accepted it, the next one would be made of an old
reading, and undo the change before it.
"""

from typing import Any

from astra_devops.operations.handle import AsyncOperation


class PendingChanges:
    """The latest change of each thing, by a key of its own; shared by a client and its views.

    Only the latest, since a later change may rightly undo an earlier one, which then never shows.
    """

    def __init__(self) -> None:
        self._latest: dict[str, AsyncOperation[Any]] = {}

    def note(self, key: str, operation: AsyncOperation[Any]) -> None:
        """Remember a change that was just accepted."""
        self._latest[key] = operation

    async def settle(self, key: str, timeout: float) -> None:
        """Return once the latest change shows, so that what is read now holds it.

        Raises:
            OperationTimeoutError: it does not show after ``timeout`` seconds. The next call asks no
                longer: others may have undone it.
        """
        operation = self._latest.pop(key, None)
        if operation is None or operation.done:
            return
        try:
            await operation.wait(timeout=timeout)
        except BaseException as error:
            error.add_note("this change was asked for before and does not show; another one, made of what shows, might undo it")
            raise
