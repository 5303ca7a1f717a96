"""Hands the items of a run out to partitions, records what they send, and replaces lost ones."""

import asyncio
import contextlib
import hashlib
from datetime import datetime
from typing import Any, Final
from uuid import uuid4

import attrs
import cloudpickle
from distributed import Client, Queue

from astra_devops._json_bytes import codec
from astra_devops._runtime.clock import Clock
from astra_devops.errors import JournalError
from astra_devops.fleet.cluster import mail, partition
from astra_devops.fleet.engine.perform import begin_item, interrupted_on_worker
from astra_devops.fleet.journal.journal import Journal
from astra_devops.fleet.journal.rows import ItemRow, StepRow
from astra_devops.fleet.outcome import Outcome

# Real seconds: Dask does not run on the client's clock.
_LOOK_EVERY: Final = 0.5
_CANCELED_WITHIN: Final = 15.0


@attrs.define(eq=False)
class _Item:
    """An item that a partition works on; ``steps`` are the calls that it was permitted to send."""

    key: str
    data: bytes
    attempts: int
    steps: dict[int, StepRow]
    outcome: asyncio.Future[Outcome]
    instance: str | None = None

    @property
    def row(self) -> ItemRow:
        return ItemRow(attempts=self.attempts, steps=tuple(self.steps[number] for number in sorted(self.steps)))


class ClusterPerformer:
    """Carries out items on the workers of a Dask cluster.

    Each worker runs one task, which is an *instance* from the moment when it says hello. Only an
    instance whose worker the scheduler has may send changes: a worker that is lost gets no leave
    any more, and its items go to others with the steps that they had sent.
    """

    def __init__(
        self, *, address: str, security: Any, setup: Any, clock: Clock, journal: Journal | None, cancel_within: float = _CANCELED_WITHIN
    ) -> None:
        self.clock = clock
        self.journal = journal
        self._address = address
        self._security = security
        self._make_setup = setup
        self._cancel_within = cancel_within
        self._run_id = f"astra-devops-fleet-{uuid4().hex}"
        self._items: dict[str, _Item] = {}
        # The instances whose workers run, with the address and the number of the task.
        self._addresses: dict[str, tuple[str, int]] = {}
        self._outboxes: dict[str, mail.Outbox] = {}
        self._queues: list[Queue] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._futures: list[Any] = []
        self._intents: set[asyncio.Task[None]] = set()
        self._failure: BaseException | None = None

    async def open(self) -> None:
        """Connect to the scheduler, and start a task for each worker."""
        self._dask: Any = await Client(self._address, asynchronous=True, security=self._security, set_as_default=False)
        try:
            workers = [*(await self._dask.scheduler.identity())["workers"]]
            if not workers:
                raise RuntimeError(f"cluster {self._address} has no workers: start some first")
            self._setup: bytes = cloudpickle.dumps(self._make_setup(len(workers)))
            self._inbox = await mail.opened(self._dask, self._run_id)
            self._futures = [self._submitted(number) for number in range(len(workers))]
        except BaseException:
            await self._dask.close()
            raise
        self._tasks = [asyncio.create_task(self._guarded(part())) for part in (self._receive, self._look)]

    async def perform(self, key: str, item: Any) -> Outcome:
        """Have a partition carry out an item, and return its outcome."""
        if self._failure is not None:
            raise self._failure
        began = self.clock.now()
        row = begin_item(self.journal, key, began)
        if isinstance(row, Outcome):
            return row
        outcome = await self._on_worker(key, item, row, began)
        if self.journal is not None:
            self.journal.end(outcome)
        return outcome

    async def _on_worker(self, key: str, item: Any, row: ItemRow, began: datetime) -> Outcome:
        try:
            data = cloudpickle.dumps(item)
        except Exception as problem:
            error = TypeError(f"items must be picklable to run on a cluster, but item {key!r} is not ({type(problem).__name__})")
            return Outcome(key=key, state="failed", error=error, advice="correct the items", began=began)
        steps = {step.number: step for step in row.steps}
        task = self._items[key] = _Item(key, data, row.attempts, steps, asyncio.get_running_loop().create_future())
        self._hand_out(task)
        try:
            return await asyncio.shield(task.outcome)
        except asyncio.CancelledError:
            return await self._canceled(task) or interrupted_on_worker(key, began, [*task.steps.values()])
        finally:
            del self._items[key]

    async def close(self) -> None:
        """End the tasks of the workers, and the connection."""
        if not self._tasks:
            return
        for outbox in self._outboxes.values():
            outbox.post("end")
        for task in [*self._tasks, *self._intents]:
            task.cancel()
        await asyncio.gather(*self._tasks, *self._intents, return_exceptions=True)
        await asyncio.gather(*(outbox.close() for outbox in self._outboxes.values()))
        with contextlib.suppress(Exception):
            await asyncio.wait_for(self._dask.cancel(self._futures), 5)
        for queue in [*self._queues, self._inbox]:
            queue.close()
        await self._dask.close()

    def _submitted(self, number: int) -> Any:
        """Submit the task of one partition.

        Without a worker to prefer: if all workers are lost, Dask starts such a task on none of the
        new ones.
        """
        return self._dask.submit(partition.serve, self._run_id, number, key=f"{self._run_id}-{number}-{uuid4().hex}", retries=0, pure=False)

    def _hand_out(self, item: _Item) -> None:
        """Send an item to the partition that its key belongs to, or wait for one."""
        instances = sorted(self._addresses)
        if not instances:
            return
        number = int.from_bytes(hashlib.blake2b(item.key.encode(), digest_size=8).digest(), "big")
        item.instance = instances[number % len(instances)]
        self._outboxes[item.instance].post("item", item.key, item.data, item.row)

    async def _canceled(self, item: _Item) -> Outcome | None:
        """Cancel an item, and return its outcome if it arrives."""
        if item.instance is not None:
            self._outboxes[item.instance].post("cancel", item.key)
            with contextlib.suppress(TimeoutError, asyncio.CancelledError):
                return await asyncio.wait_for(asyncio.shield(item.outcome), self._cancel_within)
        return None

    async def _guarded(self, work: Any) -> None:
        """Run a part of the run; if it fails, so do the items in progress."""
        try:
            await work
        except Exception as error:
            self._failure = error
            for item in self._items.values():
                if not item.outcome.done():
                    item.outcome.set_exception(error)

    async def _receive(self) -> None:
        while True:
            for instance, kind, *values in await mail.received(self._inbox):
                if kind == "hello":
                    await self._welcome(instance, *values)
                elif instance in self._addresses:
                    self._take(instance, kind, values)

    def _take(self, instance: str, kind: str, values: list[Any]) -> None:
        item = self._items.get(values[0])
        if item is None or item.instance != instance:
            return
        if kind == "intend":
            self._intents.add(task := asyncio.create_task(self._intend(instance, item, values[1])))
            task.add_done_callback(self._intents.discard)
        elif kind == "settle":
            _, number, state, answer = values
            item.steps[number] = attrs.evolve(item.steps[number], state=state, answer=None if answer is None else codec.loads(answer))
            if self.journal is not None:
                self.journal.settle(item.key, number, state, answer)
        elif kind == "outcome" and not item.outcome.done():
            item.outcome.set_result(cloudpickle.loads(values[1]))

    async def _intend(self, instance: str, item: _Item, step: StepRow) -> None:
        """Record a call, and permit it, unless its worker was lost meanwhile."""
        item.steps[step.number] = step
        problem = None
        try:
            if self.journal is not None:
                await self.journal.intend(item.key, step)
        except JournalError as error:
            problem = str(error)
        if item.instance == instance and instance in self._addresses:
            self._outboxes[instance].post("intended", item.key, step.number, problem)

    async def _welcome(self, instance: str, address: str, number: int) -> None:
        for other in [other for other, (_, task) in self._addresses.items() if task == number]:
            self._lose(other)  # Dask has begun the task again.
        queue = await mail.opened(self._dask, f"{self._run_id}-{instance}")
        self._queues.append(queue)
        outbox = self._outboxes[instance] = mail.Outbox(queue)
        outbox.post("setup", self._setup)
        self._addresses[instance] = address, number
        for item in self._items.values():
            if item.instance is None and not item.outcome.done():
                self._hand_out(item)

    async def _look(self) -> None:
        """Notice lost workers and failed tasks, and show the partitions that the run lives."""
        alive = 0.0
        while True:
            await asyncio.sleep(_LOOK_EVERY)
            workers = (await self._dask.scheduler.identity())["workers"]
            for instance in [instance for instance, (address, _) in self._addresses.items() if address not in workers]:
                self._lose(instance)
            for number, future in enumerate(self._futures):
                if future.status == "error" and type(error := await future.exception()).__name__ != "KilledWorker":
                    raise error
                if future.status in ("error", "lost", "finished"):
                    for instance in [instance for instance, (_, task) in self._addresses.items() if task == number]:
                        self._lose(instance)
                    self._futures[number] = self._submitted(number)
            alive += _LOOK_EVERY
            if alive >= mail.ALIVE_EVERY:
                alive = 0.0
                for instance in self._addresses:
                    self._outboxes[instance].post("alive")

    def _lose(self, instance: str) -> None:
        """Pass on the items of a lost worker again. If it runs, it ends when it reads this."""
        del self._addresses[instance]
        self._outboxes[instance].post("end")
        for item in self._items.values():
            if item.instance == instance and not item.outcome.done():
                item.instance = None
                self._hand_out(item)
