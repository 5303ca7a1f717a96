"""Waiting for several operations of a client at once."""

from typing import TYPE_CHECKING, Any, TypeVar

from astra_devops._first_use import importing

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from astra_devops.operations.events import OperationEvent
    from astra_devops.operations.groups import AsyncOperationCall
    from astra_devops.operations.handle import AsyncOperation

T = TypeVar("T")


class AsyncClientOperations:
    """What a client does with several operations. The blocking twin is written by hand, too."""

    async def wait_all(self, *operations: "AsyncOperation[T] | AsyncOperationCall[T]", timeout: float | None = None) -> list[T]:
        """Wait for several operations at once, and return their resources in the same order.

        Takes operations, and calls that start one and are not awaited yet; those are all started
        now. Where one fails, the others are still started and waited for: nothing is lost.

        If it is canceled, the waits end, and the service continues. Notes on the error have a
        resume token for each operation.

        Args:
            timeout: Seconds to wait for each operation. The default depends on its kind.

        Raises:
            OperationGroupError: Some were refused, failed, or did not finish; all others are done.
                It is an ``ExceptionGroup`` of their errors. ``outcomes`` has those, the resources
                of the others, and the ids and resume tokens of all.
            TypeError: An argument is neither an operation nor a call that returns one.

        >>> names = ["orders", "stock", "users"]
        >>> databases = await astra.wait_all(
        ...     *(
        ...         astra.databases.create(name, cloud_provider="AWS", region="us-east-2")
        ...         for name in names
        ...     )
        ... )
        """
        with importing:
            from astra_devops.operations import groups

        return await groups.OperationGroup(operations).wait(timeout=timeout)

    def watch(
        self, *operations: "AsyncOperation[Any]", timeout: float | None = None, changes_only: bool = False
    ) -> "AsyncIterator[tuple[AsyncOperation[Any], OperationEvent]]":
        """Wait for several operations at once, and yield the events of all as they come.

        Each item is the operation and its event. The last event of an operation is ``done`` or has
        an ``error``, and does not end the others.

        Args:
            timeout: Seconds to wait for each operation. The default depends on its kind.
            changes_only: Yield only the events that :meth:`AsyncOperation.events` yields with it.

        Raises:
            OperationGroupError: After the last event, if some operations failed, or did not finish.
            TypeError: An argument is not an operation.

        >>> async for operation, event in astra.watch(first, second, changes_only=True):
        ...     print(operation.resource_id, event.status)
        """
        with importing:
            from astra_devops._runtime import checks
            from astra_devops.operations import groups
            from astra_devops.operations.handle import AsyncOperation

        groups.check_operations(operations, AsyncOperation)
        checks.optional(checks.positive, timeout, "timeout")
        checks.flag(changes_only, "changes_only")
        return groups.watch(operations, timeout=timeout, changes_only=changes_only)
