"""``client.fleet``: the same work for many items."""

import os
from collections.abc import AsyncIterable, Awaitable, Callable, Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from astra_devops._runtime import checks
from astra_devops._runtime.caller import Caller
from astra_devops.fleet.cluster.choose import OnCluster
from astra_devops.fleet.engine.items import Source, default_key
from astra_devops.fleet.engine.perform import Performer
from astra_devops.fleet.engine.run import AsyncFleetRun
from astra_devops.fleet.journal.journal import Journal, name_of
from astra_devops.fleet.progress.choose import display_for
from astra_devops.fleet.report.tally import Tally

if TYPE_CHECKING:
    from astra_devops.fleet.cluster.performer import ClusterPerformer

C = TypeVar("C")
T = TypeVar("T")

MOST_WORKERS = 10_000


class AsyncFleet(Generic[C]):
    """The same work for many databases, or for many items of any kind."""

    def __init__(self, client: C, caller: Caller) -> None:
        self._client = client
        self._caller = caller

    def run(
        self,
        work: Callable[[C, T], Awaitable[object]],
        items: AsyncIterable[T] | Iterable[T],
        *,
        workers: int = 20,
        key: Callable[[T], str] | None = None,
        journal: str | os.PathLike[str] | None = None,
        stop_after: int | None = None,
        wait_timeout: float | None = None,
        grace: float = 30.0,
        quiet: bool = False,
        cluster: object = None,
    ) -> AsyncFleetRun:
        """Call ``work`` for each item, some at a time, and yield an outcome for each.

        One failure does not stop the others. Nothing happens before the run is entered with ``async
        with``. Items are read one at a time, as workers become free, and outcomes are not kept, so
        that memory does not grow with the number of items.

        Args:
            work: Async function of the client and an item. If it returns an operation, or a list of
                operations, the run waits for them. An error that it raises is the outcome of its
                item.
            items: What to work on: a list, a generator, an async iterable, or a pager such as
                ``astra.databases.list()``.
            workers: How many items are worked on at once, from 1 to 10,000.
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

        >>> async def add_audit(astra, database):
        ...     return await astra.keyspaces.create(database.id, "audit")
        >>> databases = astra.databases.list()
        >>> async with astra.fleet.run(add_audit, databases, journal="audit.db") as run:
        ...     async for outcome in run:
        ...         print(outcome.key, outcome.state, outcome.error)
        >>> print(run.report)
        """
        on_cluster = None if cluster is None else OnCluster(cluster, type(self._client), checks.callback(work, "work"))
        return prepared(
            partial(checks.callback(work, "work"), self._client),
            items,
            caller=self._caller,
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


def prepared(
    work: Callable[[Any], Awaitable[object]],
    items: AsyncIterable[Any] | Iterable[Any],
    *,
    caller: Caller,
    name: str,
    workers: int,
    key: Callable[[Any], str] | None,
    journal: str | os.PathLike[str] | None,
    stop_after: int | None,
    wait_timeout: float | None,
    grace: float,
    quiet: bool,
    cluster: "OnCluster | None" = None,
) -> AsyncFleetRun:
    """Check the arguments of a run, and return it."""
    count = checks.integer(workers, "workers", 1, MOST_WORKERS)
    source = Source(items)
    clock = caller.clock
    tally = Tally(clock, count, source.total, lambda: caller.shared.limiter.limits.concurrent_requests)
    seconds = checks.optional(checks.positive, wait_timeout, "wait_timeout")
    recorded = None if journal is None else Journal(_path(journal), name, count)
    performer: Performer | ClusterPerformer
    if cluster is None:
        performer = Performer(work=work, clock=clock, journal=recorded, wait_timeout=seconds)
    else:
        performer = cluster.performer(caller, recorded, seconds)
    return AsyncFleetRun(
        performer,
        source,
        journal=recorded,
        key=default_key if key is None else checks.callback(key, "key"),
        workers=count,
        stop_after=None if stop_after is None else checks.integer(stop_after, "stop_after", 1, 1_000_000_000),
        grace=checks.not_negative(grace, "grace"),
        tally=tally,
        display=None if checks.flag(quiet, "quiet") else display_for(tally),
        observer=caller.observer,
    )


def _path(journal: str | os.PathLike[str]) -> Path:
    if not isinstance(journal, str | os.PathLike):
        raise TypeError(f"journal must be a path, not {checks.type_name(journal)}")
    path = Path(checks.string(os.fspath(journal), "journal"))
    if not path.parent.is_dir():
        raise ValueError(f"journal must be in a directory that exists, but {path.parent} is none")
    if path.is_dir():
        raise ValueError(f"journal must be a file, but {path} is a directory")
    return path
