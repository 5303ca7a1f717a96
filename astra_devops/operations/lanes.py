"""One lane for each database: its changes go one after the other, instead of being refused."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

import attrs

from astra_devops import errors
from astra_devops._runtime import deadline
from astra_devops._runtime.call import Call
from astra_devops._runtime.caller import Caller
from astra_devops.operations.handle import AsyncOperation
from astra_devops.operations.kinds import TRANSIENT_STATES

if TYPE_CHECKING:
    from astra_devops.operations.poller import DatabasePoller
    from astra_devops.operations.wait_loop import WaitLoop

# Seconds between looks at a database whose change nothing but its state shows.
_FIRST_PAUSE: Final = 1.0
_LONGEST_PAUSE: Final = 10.0
# Seconds for which a lane is kept that none enters, so that memory does not grow.
_KEPT: Final = 900.0
_DROPPED_AT_ONCE: Final = 8
_LEAST_WAIT: Final = 0.001


@attrs.define(eq=False, repr=False)
class _Lane:
    """The lane of one database. It has a lock only while calls are in it.

    ``changed_at`` is when its last change was accepted, by the client's monotonic clock, and None
    once the database has been ready since; ``is_fresh`` says that this was just now. ``last`` is
    the operation of that call, ``pending`` the handle that its caller has, and ``wait`` the wait of
    the lane for it. ``state`` is that of the database when it was last seen to be busy, and
    ``sending`` the operation of the call whose turn it is.
    """

    lock: asyncio.Lock | None = None
    users: int = 0
    changed_at: float | None = None
    is_fresh: bool = False
    last: str = ""
    state: str | None = None
    sending: str = ""
    pending: AsyncOperation[Any] | None = None
    wait: "WaitLoop[Any] | None" = None

    def obstacle(self) -> str:
        """Return what the next call in the lane waits for, as a clause."""
        if self.changed_at is None:
            return f"{self.sending} is still being sent"
        state = (self.wait.status if self.wait is not None else None) or self.state
        return f"the database is in {state} since {self.last}" if state else f"the database has not been seen to be ready since {self.last}"


class Lanes:
    """The lanes of one client.

    A call enters the lane of its database before it is sent, first come, first served. After it the
    lane is free once the database is seen to be ready again, whether or not the caller waits for
    that: the next call in the lane looks. Databases are independent of one another. The service
    refuses a change of a busy database, and so it does for changes of others, which are waited out
    as before.
    """

    def __init__(self, caller: Caller, poller: "DatabasePoller") -> None:
        self._caller = caller
        self._poller = poller
        # In the order of their last changes.
        self._lanes: dict[str, _Lane] = {}

    @asynccontextmanager
    async def turn(self, call: Call[Any], timeout: float) -> AsyncIterator[None]:
        """Wait for the turn of a call, and end it when the block ends.

        The wait does not count for the time limit of the call, but for the user's own deadline.

        Raises:
            RequestNotSentError: The turn did not come within ``timeout`` seconds.
        """
        database_id = call.lane_id
        assert database_id is not None
        lane = self._lanes.setdefault(database_id, _Lane())
        lock = lane.lock = lane.lock or asyncio.Lock()
        lane.users += 1
        try:
            with deadline.stopped():
                await self._enter(lane, lock, database_id, call, timeout)
            try:
                yield
                self._has_changed(database_id, lane, call)
            except (errors.OutcomeUnknownError, asyncio.CancelledError):  # It may have taken effect.
                self._has_changed(database_id, lane, call)
                raise
            finally:
                lock.release()
        finally:
            lane.users -= 1
            if not lane.users:
                lane.lock = None
            self._drop_idle()

    def attach(self, database_id: str, pending: AsyncOperation[Any] | None) -> None:
        """Note the operation of the change that has just been accepted; None after a termination.

        Its effect shows better than the state of the database when the change is over: a database
        may be ACTIVE before it is busy. Without one there is nothing to wait for.
        """
        lane = self._lanes.get(database_id)
        if lane is None or not lane.is_fresh:
            return
        lane.pending = pending
        if pending is None:
            lane.changed_at = None

    def _has_changed(self, database_id: str, lane: _Lane, call: Call[Any]) -> None:
        lane.changed_at, lane.pending, lane.wait, lane.last = self._caller.clock.monotonic(), None, None, call.operation.id
        self._lanes[database_id] = self._lanes.pop(database_id, lane)
        # The resource attaches the operation in the same turn of the loop, or there is none.
        lane.is_fresh = True
        asyncio.get_running_loop().call_soon(setattr, lane, "is_fresh", False)

    def _drop_idle(self) -> None:
        """Forget lanes in which nothing happens, from the one whose last change is the oldest."""
        now = self._caller.clock.monotonic()
        for database_id, lane in [*islice(self._lanes.items(), _DROPPED_AT_ONCE)]:
            is_over = lane.changed_at is None or now - lane.changed_at > _KEPT or (lane.pending is not None and lane.pending.done)
            if is_over and not lane.users:
                del self._lanes[database_id]

    async def _enter(self, lane: _Lane, lock: asyncio.Lock, database_id: str, call: Call[Any], timeout: float) -> None:
        """Wait until the calls before this one have left the lane, and the database is ready."""
        began = self._caller.clock.monotonic()

        def left() -> float:
            seconds = timeout - (self._caller.clock.monotonic() - began)
            around = deadline.remaining()
            return seconds if around is None else min(seconds, around)

        try:
            async with asyncio.timeout(left()):
                await lock.acquire()
        except TimeoutError:
            raise _not_sent(call, database_id, lane.obstacle()) from None
        try:
            if lane.changed_at is not None and not await self._is_ready_in_time(lane, database_id, lane.changed_at, left):
                raise _not_sent(call, database_id, lane.obstacle())
        except BaseException:
            lock.release()
            raise
        lane.changed_at = lane.pending = lane.wait = lane.state = None
        lane.sending = call.operation.id

    async def _is_ready_in_time(self, lane: _Lane, database_id: str, changed_at: float, left: Callable[[], float]) -> bool:
        """Wait until a database accepts changes again; return whether it did in time.

        What ends the wait otherwise, the service says better in its answer to the next change.
        """
        if lane.pending is not None:
            if lane.pending.done:
                return True
            lane.wait = lane.pending.wait_loop(timeout=max(left(), _LEAST_WAIT), is_detached=True)
            try:
                while await lane.wait.next_event() is not None:
                    pass
            except errors.OperationTimeoutError as error:
                lane.state = error.snapshot.status or lane.state
                return False
            except errors.AstraDevOpsError:
                return True
            # A poll of its caller may come only while the next change is being made.
            lane.pending._note_done(lane.wait)
            return True
        pause = _FIRST_PAUSE
        while True:
            try:
                database = await self._poller.get(database_id, changed_at)
            except errors.AstraDevOpsError:
                return True
            if database.status not in TRANSIENT_STATES:
                return True
            lane.state = str(database.status)
            if (seconds := left()) <= 0:
                return False
            await deadline.sleep(self._caller.clock, min(pause, seconds))
            changed_at, pause = self._caller.clock.monotonic(), min(2 * pause, _LONGEST_PAUSE)


def _not_sent(call: Call[Any], database_id: str, obstacle: str) -> errors.RequestNotSentError:
    name, reason = call.operation.id, f"its turn among the changes of database {database_id} did not come in time: {obstacle}"
    return errors.RequestNotSentError(f"{name} was not sent: {reason}", operation=name, reason=reason, attempts=0)
