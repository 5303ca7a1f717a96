"""Waiting for several operations of a blocking client: the twin of ``AsyncClientOperations``."""

import asyncio
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Final, TypeVar

from astra_devops._bridge.bridge import Bridge
from astra_devops._bridge.callback import in_worker_thread
from astra_devops._bridge.operation import Operation, unwrap
from astra_devops._first_use import importing
from astra_devops._runtime import checks

if TYPE_CHECKING:
    from astra_devops.operations.events import OperationEvent
    from astra_devops.operations.handle import AsyncOperation

T = TypeVar("T")

OperationCall = Callable[[], Operation[T]]
"""A function that starts an operation, such as ``partial(astra.databases.create, ...)``."""

# Calls of one group that run in worker threads at the same time.
_MOST_THREADS: Final = 32


class ClientOperations:
    """What a blocking client does with several operations."""

    _bridge: Bridge

    def wait_all(self, *operations: "Operation[T] | OperationCall[T]", timeout: float | None = None) -> list[T]:
        """Wait for several operations at once, and return their resources in the same order.

        Takes operations, and functions without arguments that start one; those are all called now,
        in threads. Where one fails, the others are still started and waited for: nothing is lost.

        Ctrl-C ends the waits, and the service continues. Notes on the error have a resume token
        for each operation.

        Args:
            timeout: Seconds to wait for each operation. The default depends on its kind.

        Raises:
            OperationGroupError: Some were refused, failed, or did not finish; all others are done.
                It is an ``ExceptionGroup`` of their errors. ``outcomes`` has those, the resources
                of the others, and the ids and resume tokens of all.
            TypeError: An argument is neither an operation nor a function.
            ValueError: An operation is that of another client.

        >>> names = ["orders", "stock", "users"]
        >>> databases = astra.wait_all(
        ...     *(
        ...         partial(astra.databases.create, name, cloud_provider="AWS", region="us-east-2")
        ...         for name in names
        ...     )
        ... )
        """
        with importing:
            from astra_devops.operations import groups

        bridge = self._bridge
        for index, operation in enumerate(operations):
            if not isinstance(operation, Operation) and not callable(operation):
                raise TypeError(
                    f"operations[{index}] must be an operation, or a function that returns one, not {checks.type_name(operation)}"
                )
        members = [
            unwrap(operation, bridge, f"operations[{index}]") if isinstance(operation, Operation) else operation
            for index, operation in enumerate(operations)
        ]

        group: groups.OperationGroup[T] | None = None

        async def run() -> list[T]:
            threads = asyncio.Semaphore(_MOST_THREADS)

            nonlocal group
            group = groups.OperationGroup(
                [
                    _start(member, f"operations[{index}]", bridge, threads) if callable(member) else member
                    for index, member in enumerate(members)
                ]
            )
            return await group.wait(timeout=timeout)

        try:
            return bridge.call(run)
        except KeyboardInterrupt as interrupt:
            # The wait may have ended just before, and so have no error with notes.
            groups.add_notes(interrupt, group.notes() if group else ())
            raise

    def watch(
        self, *operations: "Operation[Any]", timeout: float | None = None, changes_only: bool = False
    ) -> "Iterator[tuple[Operation[Any], OperationEvent]]":
        """Wait for several operations at once, and yield the events of all as they come.

        Each item is the operation and its event. The last event of an operation is ``done`` or has
        an ``error``, and does not end the others.

        Args:
            timeout: Seconds to wait for each operation. The default depends on its kind.
            changes_only: Yield only the events that :meth:`Operation.events` yields with it.

        Raises:
            OperationGroupError: After the last event, if some operations failed, or did not finish.
            TypeError: An argument is not an operation.
            ValueError: An operation is that of another client.

        >>> for operation, event in astra.watch(first, second, changes_only=True):
        ...     print(operation.resource_id, event.status)
        """
        with importing:
            from astra_devops.operations import groups

        groups.check_operations(operations, Operation)
        checks.optional(checks.positive, timeout, "timeout")
        checks.flag(changes_only, "changes_only")
        bridge = self._bridge
        waited = [unwrap(operation, bridge, f"operations[{index}]") for index, operation in enumerate(operations)]
        twins = {id(one): operation for one, operation in zip(waited, operations, strict=True)}

        def events() -> "Iterator[tuple[Operation[Any], OperationEvent]]":
            generator = groups.watch(waited, timeout=timeout, changes_only=changes_only)

            async def next_event() -> "tuple[AsyncOperation[Any], OperationEvent] | None":
                return await anext(generator, None)

            # The loop closes the generator when this one is dropped, which an interrupt prevents:
            # its traceback refers to both.
            try:
                while (item := bridge.call(next_event)) is not None:
                    yield twins[id(item[0])], item[1]
            except KeyboardInterrupt as interrupt:
                bridge.call(generator.aclose)
                groups.add_notes(interrupt, groups.watch_notes(waited))
                raise

        return events()


async def _start(call: "OperationCall[T]", argument: str, bridge: Bridge, threads: asyncio.Semaphore) -> "AsyncOperation[T]":
    """Call a function in a thread, and return the operation that it starts."""
    started: list[object] = []
    async with threads:
        # The type is that of the plain function, which runs in a thread and is awaited.
        running: Any = in_worker_thread(lambda: started.append(call()))()
        try:
            await running
        except asyncio.CancelledError as cancellation:
            # That does not end the thread, which may have got its operation all the same.
            from astra_devops.operations import groups

            late = [unwrap(operation, bridge, argument) for operation in started if isinstance(operation, Operation)]
            groups.add_notes(cancellation, groups.watch_notes(late))
            raise
    if not isinstance(started[0], Operation):
        raise TypeError(f"{argument} must return an operation, not {checks.type_name(started[0])}")
    return unwrap(started[0], bridge, argument)
