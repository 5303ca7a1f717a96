"""Fleet runs in the blocking client: the twins of ``AsyncFleet`` and ``AsyncFleetRun``."""

import os
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Iterator
from types import TracebackType
from typing import Any, Final, Generic, Self, TypeVar

from astra_devops._bridge.bridge import Bridge
from astra_devops._bridge.callback import in_worker_thread
from astra_devops._bridge.operation import Operation
from astra_devops._bridge.pager import Pager
from astra_devops._runtime import checks
from astra_devops._runtime.caller import Caller
from astra_devops._runtime.no_copies import NoCopies
from astra_devops.fleet.cluster.choose import OnCluster
from astra_devops.fleet.cluster.settings import Body, Setup
from astra_devops.fleet.engine.run import AsyncFleetRun
from astra_devops.fleet.fleet import prepared
from astra_devops.fleet.journal.journal import name_of
from astra_devops.fleet.outcome import Outcome
from astra_devops.fleet.report.report import Report

C = TypeVar("C")
T = TypeVar("T")

_END: Final = object()


class Fleet(NoCopies, Generic[C]):
    """The same work for many databases, or for many items of any kind."""

    def __init__(self, bridge: Bridge, client: C, caller: Callable[[], Caller]) -> None:
        self._bridge = bridge
        self._client = client
        self._caller = caller

    def run(
        self,
        work: Callable[[C, T], object],
        items: Iterable[T],
        *,
        workers: int = 20,
        key: Callable[[T], str] | None = None,
        journal: str | os.PathLike[str] | None = None,
        stop_after: int | None = None,
        wait_timeout: float | None = None,
        grace: float = 30.0,
        quiet: bool = False,
        cluster: object = None,
    ) -> "FleetRun":
        """Call ``work`` for each item, some at a time, and yield an outcome for each.

        One failure does not stop the others. Nothing happens before the run is entered with
        ``with``. Items are read one at a time, as workers become free, and outcomes are not kept,
        so that memory does not grow with the number of items.

        Args:
            work: Function of this client and an item, which runs in a worker thread. If it returns
                an operation, or a list of operations, the run waits for them. An error that it
                raises is the outcome of its item.
            items: What to work on: a list, a generator, or a pager such as
                ``astra.databases.list()``.
            workers: How many items are worked on at once, from 1 to 10,000, each in a thread.
            key: Function that names an item by a string of its own. By default that is the item's
                ``id``, or the item itself if it is a string or an integer.
            journal: Path of the file that makes the run durable. Every change is recorded in it
                before it is sent. After a crash, a run with the same file skips what is finished
                and settles what was sent, so that nothing is done twice. ``work`` must make the
                same changes for the same item each time.
            stop_after: Begin no new item after so many have failed or have an unknown outcome. By
                default all are tried.
            wait_timeout: Seconds for each wait for an operation. By default those of its kind.
            grace: Seconds by the client's clock that the end of the block leaves to what has begun,
                before it is canceled.
            quiet: Show no progress. By default it goes to standard error.
            cluster: Run ``work`` on the workers of a Dask cluster: a ``distributed.Client``, a
                cluster such as ``LocalCluster``, or the address of a scheduler. Needs the extra
                ``dask``. ``work`` must be importable there, or picklable by cloudpickle.

        Raises:
            ImportError: ``cluster`` is given, and distributed is not installed.
            TypeError: An argument has the wrong type.
            ValueError: An argument is out of range.

        >>> def add_audit(astra, database):
        ...     return astra.keyspaces.create(database.id, "audit")
        >>> databases = astra.databases.list()
        >>> with astra.fleet.run(add_audit, databases, journal="audit.db") as run:
        ...     for outcome in run:
        ...         print(outcome.key, outcome.state, outcome.error)
        >>> print(run.report)
        """
        checks.callback(work, "work")
        work_in_thread = _in_thread(work, self._client)
        on_cluster = None if cluster is None else OnCluster(cluster, type(self._client), work, _host)

        async def prepare() -> AsyncFleetRun:
            return prepared(
                work_in_thread,
                _readable(items),
                caller=self._caller(),
                name=name_of(work),
                workers=workers,
                key=key,
                journal=journal,
                stop_after=stop_after,
                wait_timeout=wait_timeout,
                grace=grace,
                quiet=quiet,
                cluster=on_cluster,
            )

        # On the loop, which the locks and queues of the run belong to.
        return FleetRun(self._bridge, self._bridge.call(prepare))


class FleetRun(NoCopies):
    """A run of ``client.fleet``: iterate over it for the outcomes, in the order in which they end.

    Use it in a ``with`` block. Leaving the block ends the run: no new item begins, and what was
    sent is brought to a known end within the grace period. Ctrl-C does the same, and a second one
    ends the grace period.

    >>> with astra.fleet.run(work, astra.databases.list()) as run:
    ...     for outcome in run:
    ...         print(outcome.key, outcome.state, outcome.error)
    >>> print(run.report)
    """

    _no_copies = AsyncFleetRun._no_copies

    def __init__(self, bridge: Bridge, run: AsyncFleetRun) -> None:
        self._bridge = bridge
        self._run = run

    def __enter__(self) -> Self:
        """Open the journal and start the workers.

        Raises:
            JournalInUseError: Another process runs this journal.
            JournalError: The journal cannot be used.
            RuntimeError: The run was started before.
        """
        self._bridge.call(self._run.__aenter__)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        self._bridge.call(self._run.__aexit__, kind, error, traceback)

    def __iter__(self) -> Iterator[Outcome]:
        """Iterate over the outcomes as the items end."""
        while (outcome := self._bridge.call(self._run.next_outcome)) is not None:
            yield outcome

    def wait(self) -> Report:
        """Wait until all items have ended, and return the report, without looking at each outcome.

        Raises the same errors as the iteration.
        """
        return self._bridge.call(self._run.wait)

    def stop(self) -> None:
        """Begin no new item. Those that have begun go on, and the iteration ends with the last."""

        async def stop() -> None:
            self._run.stop()

        self._bridge.call(stop)

    @property
    def report(self) -> Report:
        """The report so far: counts, failures by what can be done about them, times, requests."""
        return self._run.report


def _in_thread(work: Callable[[Any, Any], object], client: Any) -> Callable[[Any], Awaitable[object]]:
    """Return an async function that calls ``work`` in a worker thread."""
    in_thread: Any = in_worker_thread(work)

    async def work_in_thread(item: Any) -> object:
        return _async_operations(await in_thread(client, item))

    return work_in_thread


def _host(setup: Setup, body: Body) -> None:
    """Run a body of a Dask worker with a blocking client, on the loop of its bridge."""
    with setup.client(**setup.arguments) as client:
        client._bridge.call(body, _in_thread(setup.work, client))


def _async_operations(result: object) -> object:
    """Return what a work function has returned, with operations that the run can wait for."""
    if isinstance(result, Operation):
        return result.async_operation()
    if isinstance(result, list | tuple) and result and all(isinstance(part, Operation) for part in result):
        return [part.async_operation() for part in result]
    return result


def _readable(items: object) -> Any:
    """Return items in a form that never blocks the loop: a generator of the user's may."""
    if isinstance(items, Pager):
        return items.async_pager()
    if isinstance(items, Collection) or not isinstance(items, Iterable):
        return items
    return _InThread(items)


class _InThread:
    """Iterates over the items of a generator in worker threads, one at a time."""

    def __init__(self, items: Iterable[Any]) -> None:
        self._items = items

    async def __aiter__(self) -> AsyncIterator[Any]:
        begin: Any = in_worker_thread(iter)
        step: Any = in_worker_thread(next)
        iterator = await begin(self._items)
        while (item := await step(iterator, _END)) is not _END:
            yield item
