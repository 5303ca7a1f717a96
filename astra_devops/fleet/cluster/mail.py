"""Messages between a run and its partitions, through queues of the Dask scheduler."""

import asyncio
import contextlib
from typing import Any, Final

import cloudpickle
from distributed import Client, Queue

Message = tuple[Any, ...]

ALIVE_EVERY: Final = 5.0
"""Real seconds between two messages of a run to each of its partitions, at most."""
GIVEN_UP_AFTER: Final = 60.0
"""Real seconds without a message after which a partition ends: its run is gone."""


class Outbox:
    """Sends messages in order. Those that wait for one another travel together."""

    def __init__(self, queue: Queue) -> None:
        self._queue = queue
        self._messages: list[Message] = []
        self._wake = asyncio.Event()
        self._is_closing = False
        self._task = asyncio.create_task(self._send())

    def post(self, *message: Any) -> None:
        """Send a message soon."""
        self._messages.append(message)
        self._wake.set()

    async def close(self) -> None:
        """Send what is left, unless that takes long."""
        self._is_closing = True
        self._wake.set()
        with contextlib.suppress(Exception):
            await asyncio.wait_for(self._task, 5)

    async def _send(self) -> None:
        while not self._is_closing or self._messages:
            await self._wake.wait()
            self._wake.clear()
            messages, self._messages = self._messages, []
            if messages:
                await self._queue.put(cloudpickle.dumps(messages))


async def received(queue: Queue, timeout: float | None = None) -> list[Message]:
    """Return the next messages.

    Raises:
        TimeoutError: None came in time.
    """
    messages: list[Message] = cloudpickle.loads(await queue.get(timeout=timeout))
    return messages


async def opened(client: Client, name: str) -> Queue:
    """Return a queue that exists at the scheduler."""
    queue: Queue = await Queue(name, client=client)
    return queue
