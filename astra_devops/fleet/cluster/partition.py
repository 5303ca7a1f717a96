"""What runs on a Dask worker: a client of its own, and the items that the run hands out."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import uuid4

import attrs
import cloudpickle
from distributed import Client, get_worker

from astra_devops._secret import redact
from astra_devops.errors import JournalError
from astra_devops.fleet.cluster import mail
from astra_devops.fleet.cluster.settings import Setup, Work
from astra_devops.fleet.engine.perform import Performer
from astra_devops.fleet.journal.rows import ItemRow, StepRow
from astra_devops.fleet.outcome import Outcome


@attrs.frozen
class _Place:
    """Where a partition runs, and what it is called."""

    scheduler: str
    security: Any
    address: str
    run_id: str
    number: int
    instance: str = attrs.field(factory=lambda: uuid4().hex)

    @property
    def inbox(self) -> str:
        return f"{self.run_id}-{self.instance}"

    def connection(self) -> Any:
        return Client(self.scheduler, asynchronous=True, security=self.security, set_as_default=False)


def serve(run_id: str, number: int) -> None:
    """Carry out items until the run ends. This is the task that a run submits to Dask."""
    worker = get_worker()
    place = _Place(worker.scheduler.address, worker.security, worker.address, run_id, number)
    messages = asyncio.run(_greet(place))
    if not messages or messages[0][0] != "setup":
        return
    setup: Setup = cloudpickle.loads(messages[0][1])
    setup.host(setup, partial(_work, place, setup, messages[1:]))


async def _greet(place: _Place) -> list[mail.Message]:
    """Announce the partition, and return the first messages of the run."""
    async with place.connection() as dask:
        inbox = await mail.opened(dask, place.inbox)
        outbox = mail.Outbox(await mail.opened(dask, place.run_id))
        outbox.post(place.instance, "hello", place.address, place.number)
        try:
            return await mail.received(inbox, mail.GIVEN_UP_AFTER)
        except TimeoutError:  # The run is gone.
            return []
        finally:
            await outbox.close()
            inbox.close()


async def _work(place: _Place, setup: Setup, messages: Sequence[mail.Message], work: Work) -> None:
    async with place.connection() as dask:
        inbox = await mail.opened(dask, place.inbox)
        outbox = mail.Outbox(await mail.opened(dask, place.run_id))
        try:
            await _Partition(setup, work, place.instance, outbox).serve(inbox, messages)
        except TimeoutError:  # The run is gone.
            return
        finally:
            await outbox.close()
            inbox.close()


class _Partition:
    """The items of one partition that are in progress, and the journal for them.

    The journal is that of the run: a call is recorded there before it is sent.
    """

    def __init__(self, setup: Setup, work: Work, instance: str, outbox: mail.Outbox) -> None:
        self.failure: JournalError | None = None
        self._instance = instance
        self._outbox = outbox
        self._rows: dict[str, ItemRow] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._intents: dict[tuple[str, int], asyncio.Future[None]] = {}
        self._performer = Performer(work=work, clock=setup.arguments["clock"], journal=self, wait_timeout=setup.wait_timeout)

    async def serve(self, inbox: Any, messages: Sequence[mail.Message]) -> None:
        """Do what the run asks for, until it ends or is gone."""
        try:
            while True:
                for kind, *values in messages:
                    if kind == "end":
                        return
                    if kind == "item":
                        self._start(*values)
                    elif kind == "cancel" and (task := self._tasks.get(values[0])) is not None:
                        task.cancel()
                    elif kind == "intended":
                        self._confirm(*values)
                messages = await mail.received(inbox, mail.GIVEN_UP_AFTER)
        finally:
            running = list(self._tasks.values())
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    def begin(self, key: str) -> ItemRow:
        """Return what the journal of the run has of an item."""
        return self._rows.pop(key)

    async def intend(self, key: str, step: StepRow) -> None:
        """Have the run record a call that is about to be sent, and return once it has."""
        future = self._intents[key, step.number] = asyncio.get_running_loop().create_future()
        self._outbox.post(self._instance, "intend", key, attrs.evolve(step, target=redact(step.target)))
        try:
            await future
        finally:
            self._intents.pop((key, step.number), None)

    def settle(self, key: str, number: int, state: str, answer: str | None) -> None:
        """Have the run record what came of a call."""
        self._outbox.post(self._instance, "settle", key, number, state, answer)

    def end(self, outcome: Outcome) -> None:
        """Do nothing: the run records the outcome when it has arrived."""

    def _start(self, key: str, data: bytes, row: ItemRow) -> None:
        self._rows[key] = row
        self._tasks[key] = asyncio.create_task(self._perform(key, data))

    async def _perform(self, key: str, data: bytes) -> None:
        try:
            outcome = await self._performer.perform(key, cloudpickle.loads(data))
        except Exception as error:
            outcome = Outcome(key=key, state="failed", error=error, began=datetime.now(UTC))
        del self._tasks[key]
        self._outbox.post(self._instance, "outcome", key, _packed(outcome))

    def _confirm(self, key: str, number: int, problem: str | None) -> None:
        future = self._intents.get((key, number))
        if future is None or future.done():
            return
        if problem is None:
            future.set_result(None)
        else:
            future.set_exception(JournalError(problem))


def _packed(outcome: Outcome) -> bytes:
    """Return an outcome as bytes; what cannot be sent is replaced by a text about it."""
    try:
        data: bytes = cloudpickle.dumps(outcome)
        cloudpickle.loads(data)
    except Exception as problem:
        error = outcome.error
        if error is not None:
            error = RuntimeError(f"{type(error).__name__}: {redact(str(error))}")
        note = f"<a value that cannot be sent from the worker: {type(problem).__name__}>"
        data = cloudpickle.dumps(attrs.evolve(outcome, error=error, value=None if outcome.value is None else note))
    return data
