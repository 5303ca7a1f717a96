"""A resource that exists while a block runs."""

import asyncio
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Generic, TypeVar

from anyio import CancelScope

from astra_devops import errors
from astra_devops._first_use import load_anyio
from astra_devops._runtime import deadline
from astra_devops._runtime.details import add_detail
from astra_devops._runtime.no_copies import NoCopies
from astra_devops.operations.handle import AsyncOperation

T_co = TypeVar("T_co", covariant=True)


class AsyncTemporary(NoCopies, Generic[T_co]):
    """A resource that is created when an ``async with`` block begins, and terminated when it ends.

    The block begins when the resource is ready. It is terminated however the block ends, also if
    it never begins, and also on cancellation: that is repeated until the service has accepted the
    termination, or a ``timeout`` of the client has passed.

    >>> temporary = astra.databases.temporary("ci", cloud_provider="aws", region="us-east-2")
    >>> async with temporary as database:
    ...     print(database.id)
    """

    _no_copies = "a temporary resource cannot be copied or pickled: the block that creates it terminates it; pass on its id"

    def __init__(
        self, name: str, create: Callable[[], Awaitable[AsyncOperation[T_co]]], terminate: Callable[[str], Awaitable[object]]
    ) -> None:
        self._name = name
        self._id: str | None = None
        self._create = create
        self._terminate = terminate
        self._is_entered = False

    @property
    def name(self) -> str:
        """The name of the resource."""
        return self._name

    @property
    def id(self) -> str | None:
        """Its id; None until the service has accepted its creation."""
        return self._id

    async def __aenter__(self) -> T_co:
        """Create the resource, and wait until it is ready.

        Raises the errors of the call that creates it, and of the wait.

        Raises:
            RuntimeError: The block was entered before.
        """
        if self._is_entered:
            raise RuntimeError("a temporary resource can be entered only once: call the method that returned it again")
        self._is_entered = True
        # A cancellation must not lose the id of what the service has just created.
        creation = asyncio.create_task(_started(self._create))
        cancellation = await _end_of(creation)
        try:
            operation = creation.result()
        except errors.OutcomeUnknownError as error:
            add_detail(error, f"if {self.name} exists, a sweep terminates it when it has expired")
            raise
        self._id = operation.resource_id
        try:
            if cancellation is not None:
                raise cancellation
            return await operation.wait()
        except BaseException as error:
            await self._end(error)
            raise

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        """Terminate the resource. The service has accepted that when the block is over.

        An error of the termination becomes a note of the error of the block, if there is one.
        """
        await self._end(error)

    async def _end(self, error: BaseException | None) -> None:
        assert self.id is not None
        # What bounded the block may be over by now.
        termination = asyncio.create_task(_started(lambda: self._terminate(str(self.id))), context=deadline.unbounded_context())
        cancellation = await _end_of(termination)
        try:
            termination.result()
        except BaseException as failure:
            text = f"{self.name} was not terminated and may cost money: terminate it by its id, {self.id}"
            if error is None:
                add_detail(failure, text)
                raise
            error.add_note(f"{text} ({type(failure).__name__}: {failure})")
        if cancellation is not None and not isinstance(error, asyncio.CancelledError):
            raise cancellation

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name!r} id={self.id}>"


async def _started(function: Callable[[], Awaitable[T_co]]) -> T_co:
    return await function()


async def _end_of(task: "asyncio.Task[object]") -> asyncio.CancelledError | None:
    """Wait for a task through all cancellations, and return the last of them."""
    load_anyio()
    cancellation = None
    # Without the scope anyio would cancel again in every turn of the loop.
    with CancelScope(shield=True):
        while not task.done():
            try:
                await asyncio.wait([task])
            except asyncio.CancelledError as error:
                cancellation = error
    return cancellation
