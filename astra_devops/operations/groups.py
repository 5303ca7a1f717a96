"""Several operations at once: wait for all of them, or watch them. None of them ends another."""

import asyncio
import inspect
from collections.abc import AsyncGenerator, Awaitable, Sequence
from typing import Any, Final, Generic, TypeVar

from astra_devops import errors
from astra_devops._runtime import checks
from astra_devops.operations.events import OperationEvent, is_change
from astra_devops.operations.handle import AsyncOperation

T = TypeVar("T")

AsyncOperationCall = Awaitable[AsyncOperation[T]]
"""A call that starts an operation, such as ``astra.databases.create(...)``, not awaited yet."""

_CHOICE: Final = "an operation, or a call that returns one and is not awaited yet"
# Events that may wait for the consumer before the polls pause.
_AHEAD: Final = 100
_MOST_NAMED: Final = 10


class OperationGroup(Generic[T]):
    """Operations, and calls that start one, which are waited for together."""

    def __init__(self, members: Sequence[AsyncOperation[T] | AsyncOperationCall[T]]) -> None:
        self._waits = [_Wait(member, f"operations[{index}]") for index, member in enumerate(members)]

    async def wait(self, *, timeout: float | None = None) -> list[T]:
        """Start what is not started, wait for all, and return the resources in order.

        Raises:
            OperationGroupError: Some have failed, and all have ended.
        """
        tasks: list[asyncio.Task[None]] = []
        try:
            checks.optional(checks.positive, timeout, "timeout")
            for wait in self._waits:
                wait.check()
            tasks += [asyncio.create_task(wait.run(timeout)) for wait in self._waits]
            if tasks:
                await asyncio.wait(tasks)
        except BaseException as error:
            await _cancel(tasks)
            for wait in self._waits:
                wait.drop()
            if isinstance(error, asyncio.CancelledError):
                add_notes(error, self.notes())
            raise
        return _results([wait.outcome() for wait in self._waits])

    def notes(self) -> list[str]:
        """Return what there is to know of each operation when something has ended the wait."""
        return [note for wait in self._waits for note in wait.notes()]


class _Wait(Generic[T]):
    """The wait for one operation, which a call may have to start first."""

    def __init__(self, member: AsyncOperation[T] | AsyncOperationCall[T], argument: str) -> None:
        self._member = member
        self._argument = argument
        self._operation = member if isinstance(member, AsyncOperation) else None
        self._value: T | None = None
        self._error: BaseException | None = None

    def check(self) -> None:
        if not isinstance(self._member, AsyncOperation) and not inspect.isawaitable(self._member):
            raise TypeError(f"{self._argument} must be {_CHOICE}, not {checks.type_name(self._member)}")

    def drop(self) -> None:
        """Close a call that has not begun, of which Python would warn."""
        if inspect.iscoroutine(self._member) and inspect.getcoroutinestate(self._member) == inspect.CORO_CREATED:
            self._member.close()

    async def run(self, timeout: float | None) -> None:
        try:
            if not isinstance(self._member, AsyncOperation):
                operation: object = await self._member
                if not isinstance(operation, AsyncOperation):
                    raise TypeError(f"{self._argument} must be {_CHOICE}, and it returned {checks.type_name(operation)}")
                self._operation = operation
            assert self._operation is not None
            self._value = await self._operation.wait(timeout=timeout)
        except BaseException as error:
            # A SystemExit, too: it would end the loop, and with it all other waits.
            self._error = error

    def outcome(self) -> errors.OperationOutcome:
        error = self._error
        if isinstance(error, asyncio.CancelledError):
            error = errors.AstraDevOpsError(f"{self._argument} was canceled by the program")
        elif error is not None and not isinstance(error, Exception):
            raise error
        return errors.OperationOutcome(self._operation.snapshot if self._operation else None, self._value, error)

    def notes(self) -> list[str]:
        """Return what there is to know of the operation after a cancellation of all."""
        error, operation = self._error, self._operation
        if isinstance(error, asyncio.CancelledError):
            return getattr(error, "__notes__", [])
        if error is not None:
            return [f"had failed: {error}"]
        if operation is None:
            return []
        return [f"was done: {describe(operation.snapshot)}" if operation.done else _continues(operation)]


async def watch(
    operations: Sequence[AsyncOperation[Any]], *, timeout: float | None = None, changes_only: bool = False
) -> AsyncGenerator[tuple[AsyncOperation[Any], OperationEvent], None]:
    """Wait for all operations, and yield the events of all with their operations, as they come.

    Raises:
        OperationGroupError: Some have failed, and all have ended.
    """
    outcomes = [errors.OperationOutcome(None)] * len(operations)
    queue: asyncio.Queue[tuple[AsyncOperation[Any], OperationEvent | None]] = asyncio.Queue(_AHEAD)

    async def follow(index: int, operation: AsyncOperation[Any]) -> None:
        wait_loop = operation.wait_loop(timeout=timeout)
        error, previous = None, None
        try:
            while (event := await wait_loop.next_event()) is not None:
                if not changes_only or is_change(previous, event):
                    await queue.put((operation, event))
                previous = event
        except Exception as failure:
            error = failure
        finally:
            wait_loop.close()
        state = wait_loop.snapshot()
        outcomes[index] = errors.OperationOutcome(state, wait_loop.result() if error is None else None, error)
        if error is not None:
            last = OperationEvent(
                status=state.status, elapsed=state.elapsed, polls=state.polls, done=False, problem=str(error), error=error
            )
            await queue.put((operation, last))
        await queue.put((operation, None))

    tasks = [asyncio.create_task(follow(index, operation)) for index, operation in enumerate(operations)]
    running = len(tasks)
    try:
        while running:
            operation, event = await queue.get()
            if event is not None:
                yield operation, event
            else:
                running -= 1
    except asyncio.CancelledError as cancellation:
        add_notes(cancellation, watch_notes(operations))
        raise
    finally:
        await _cancel(tasks)
    _results(outcomes)


def check_operations(operations: Sequence[object], kind: type) -> None:
    """Check that all arguments are operations.

    Raises:
        TypeError: One is something else.
    """
    for index, operation in enumerate(operations):
        if not isinstance(operation, kind):
            raise TypeError(f"operations[{index}] must be an operation, not {checks.type_name(operation)}")


def describe(snapshot: errors.OperationSnapshot) -> str:
    """Return the kind and the ids of an operation as one text."""
    return f"{snapshot.kind} ({', '.join(f'{name} {value}' for name, value in snapshot.ids.items())})"


def watch_notes(operations: Sequence[AsyncOperation[Any]]) -> list[str]:
    """Return the notes on the operations of a watch that has been ended."""
    return [_continues(operation) for operation in operations if not operation.done]


def add_notes(error: BaseException, notes: Sequence[str]) -> None:
    """Add notes to an error that ends waits, unless it has them."""
    existing = {*getattr(error, "__notes__", ())}
    for note in notes:
        if note not in existing:
            error.add_note(note)


def _continues(operation: AsyncOperation[Any]) -> str:
    return f"the service continues {describe(operation.snapshot)}; resume token: {operation.resume_token}"


async def _cancel(tasks: Sequence[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks)


def _results(outcomes: Sequence[errors.OperationOutcome]) -> list[Any]:
    """Return the resources, if all operations have ended well.

    Raises:
        OperationGroupError: Some have not.
    """
    failed = [(outcome, outcome.error) for outcome in outcomes if outcome.error is not None]
    if not failed:
        return [outcome.value for outcome in outcomes]
    names = [f"{type(error).__name__}: {error}" if outcome.snapshot is None else describe(outcome.snapshot) for outcome, error in failed]
    more = f", and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    raise errors.OperationGroupError(
        f"{len(failed)} of {len(outcomes)} operations have not taken effect: {', '.join(names[:_MOST_NAMED])}{more}; "
        "outcomes has their errors, the resources of the others, and every resume token",
        [error for _, error in failed],
        outcomes=outcomes,
    )
