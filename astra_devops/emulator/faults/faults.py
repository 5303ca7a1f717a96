"""Scripted faults: each applies to an operation, for a number of requests or by chance."""

import itertools
import os
import random
import threading
from collections.abc import Collection, Mapping
from typing import Final, Protocol, Unpack

from astra_devops._json_bytes import codec
from astra_devops.emulator.contract import operation_names
from astra_devops.emulator.faults import entries, values
from astra_devops.emulator.faults.entries import E, Fault, Frequency, ScriptedFault, Staleness, StateFault, Throttle, fault_kind
from astra_devops.emulator.replies import JSON, Reply

EARLY_404S: Final = "not_found_after_create"
LISTING_DELAY: Final = "list_lag"
"""The ids of the two faults of which there is only one each."""
_THROTTLE: Final = "throttle:"
"""The start of the id of a limit, before its operation: each operation has one at most."""


class Outage(Protocol):
    """Something that can close the port of the API and open it again."""

    def begin(self, seconds: float | None) -> None:
        """Close it for this many seconds of the clock, or until :meth:`end` if None."""
        ...

    def end(self) -> None:
        """Open it again."""
        ...


class Faults:
    """The faults that an emulator causes.

    Most methods add a fault to an operation, and take its frequency. By default it applies once.
    ``times=3`` applies it to the next three requests for the operation, ``times=None`` to all of
    them, ``probability=0.2`` to each request with that probability, and both together to a number
    of requests chosen at random. Random numbers come from ``seed``.

    An operation is named by its id in the contract, such as ``"createDatabase"``.
    ``"downloadBundle"`` is for presigned URLs, ``"dataApi"`` for data endpoints, and ``"*"`` for
    any request. If an operation has several faults, the oldest comes first, and each request gets
    at most one of them. An unknown operation or an invalid number raises ``ValueError``.

    What a method returns takes that fault back: ``emulator.faults.list_lag(30).remove()``.

    .. code-block:: python

        emulator.faults.status("getDatabase", 503, times=2)
        emulator.faults.reset_after_effect("createDatabase")
        emulator.faults.rate_limit("*", probability=0.2)
    """

    def __init__(self, *, seed: int = 0) -> None:
        self._lock = threading.Lock()
        self._seed = seed
        self._rng = random.Random(seed)
        self.held_states: dict[str, str] = {}
        self.listing_delay: float = 0.0
        self.early_404s: int = 0
        self._faults: list[Fault] = []
        self._state_faults: list[StateFault] = []
        self._stale: list[Staleness] = []
        self._throttles: dict[str, Throttle] = {}
        self._numbers = itertools.count(1)
        self.outage: Outage | None = None
        self.operations: Collection[str] | None = None

    @classmethod
    def load(cls, path: str | os.PathLike[str], *, seed: int = 0) -> "Faults":
        """Load faults from a YAML file, or from a JSON file if its name ends in ``.json``.

        The file has a list. Each entry has one key, the name of a method of this class; its value
        has the arguments of that method by name.

        .. code-block:: yaml

            - status: {operation: getDatabase, status: 503, probability: 0.2}
            - slow_body: {operation: listDatabases, seconds: 30, times: null}
            - list_lag: {seconds: 10}

        Raises:
            ValueError: The file is malformed; the message names the entry and the key.
            OSError: The file cannot be read.
        """
        from astra_devops.emulator.faults.files import read_into

        faults = cls(seed=seed)
        read_into(faults, path)
        return faults

    @fault_kind
    def status(
        self,
        operation: str,
        status: int,
        *,
        body: object = None,
        headers: Mapping[str, str] | None = None,
        content_type: str = JSON,
        after_effect: bool = False,
        **frequency: Unpack[Frequency],
    ) -> ScriptedFault:
        """Answer with ``status`` instead. ``body`` is sent as JSON unless it is bytes or a string.

        None is an empty body. With ``after_effect`` the request is executed first, as if
        a proxy had given up on the service.
        """
        if not 200 <= status <= 599:
            raise ValueError(f"status must be from 200 to 599, not {status!r}")
        reply = Reply(status, values.encode(body), content_type, dict(headers or {}))
        return self._add(Fault(operation, *entries.checked_frequency(frequency), "after" if after_effect else "instead", reply))

    @fault_kind
    def rate_limit(self, operation: str, *, retry_after: str | float | None = None, **frequency: Unpack[Frequency]) -> ScriptedFault:
        """Answer 429. ``retry_after`` is sent unchecked: seconds, a date, or something invalid."""
        return self._add(Fault(operation, *entries.checked_frequency(frequency), "instead", values.too_many(retry_after)))

    @fault_kind
    def throttle(self, operation: str = "*", *, rate: float, burst: int = 1, retry_after: str | float | None = None) -> ScriptedFault:
        """Answer 429 to all but ``rate`` requests per second, of which ``burst`` may come at once.

        The time is that of the emulator's clock. Each request counts for the limit of its operation
        if that has one, else for the one of ``"*"``. Those that are refused meet no other fault.
        Another call for the operation changes its limit at once.
        """
        rate, burst = values.positive("rate", rate), int(values.positive("burst", burst))
        limit = Throttle(operation, None, None, rate, burst, values.too_many(retry_after), burst, id=f"{_THROTTLE}{operation}")
        self._check(limit)
        with self._lock:
            if (present := self._throttles.get(operation)) is not None:
                limit.tokens, limit.since = min(present.tokens, burst), present.since
            self._throttles[operation] = limit
        return self._scripted(limit.id)

    @fault_kind
    def edge_page(self, operation: str, status: int = 502, **frequency: Unpack[Frequency]) -> ScriptedFault:
        """Answer with an HTML page, as the proxy in front of the service does when it is down."""
        return self.status(operation, status, body=values.EDGE_PAGE % status, content_type="text/html", **frequency)

    @fault_kind
    def reset_before_effect(self, operation: str, **frequency: Unpack[Frequency]) -> ScriptedFault:
        """Read the request, then cut the connection with a TCP reset and do nothing else."""
        return self._add(Fault(operation, *entries.checked_frequency(frequency), "instead", reset=True))

    @fault_kind
    def reset_after_effect(self, operation: str, **frequency: Unpack[Frequency]) -> ScriptedFault:
        """Execute the request, then cut the connection with a TCP reset instead of answering."""
        return self._add(Fault(operation, *entries.checked_frequency(frequency), reset=True))

    @fault_kind
    def no_answer(self, operation: str, *, before_effect: bool = False, **frequency: Unpack[Frequency]) -> ScriptedFault:
        """Execute the request and never answer. With ``before_effect`` it is not even executed.

        The connection stays open until the client gives up, in real time. A client's
        ``attempt_timeout`` is measured in real time too, whatever its clock, so set a short one.
        """
        return self._add(Fault(operation, *entries.checked_frequency(frequency), "instead" if before_effect else "after", silent=True))

    @fault_kind
    def slow_headers(self, operation: str, seconds: float, **frequency: Unpack[Frequency]) -> ScriptedFault:
        """Execute the request, and answer only ``seconds`` of the emulator's clock later."""
        return self._add(Fault(operation, *entries.checked_frequency(frequency), slow_headers=values.not_negative("seconds", seconds)))

    @fault_kind
    def slow_body(self, operation: str, seconds: float, **frequency: Unpack[Frequency]) -> ScriptedFault:
        """Send half of the body, and the rest ``seconds`` of the emulator's clock later."""
        return self._add(Fault(operation, *entries.checked_frequency(frequency), slow_body=values.not_negative("seconds", seconds)))

    @fault_kind
    def body(self, operation: str, body: object, *, content_type: str = JSON, **frequency: Unpack[Frequency]) -> ScriptedFault:
        """Execute the request and answer with its usual status, but with this body.

        It is sent as JSON unless it is bytes or a string.
        """
        return self._add(Fault(operation, *entries.checked_frequency(frequency), body=values.encode(body), content_type=content_type))

    @fault_kind
    def null_body(self, operation: str, **frequency: Unpack[Frequency]) -> ScriptedFault:
        """Execute the request and answer with its usual status, but with the body ``null``."""
        return self.body(operation, b"null", **frequency)

    @fault_kind
    def text_body(self, operation: str, text: str = "something went wrong", **frequency: Unpack[Frequency]) -> ScriptedFault:
        """Execute the request and answer with its usual status, but with a JSON string as body."""
        return self.body(operation, codec.dumps(text), **frequency)

    @fault_kind
    def wrong_type(self, operation: str, content_type: str = "text/html", **frequency: Unpack[Frequency]) -> ScriptedFault:
        """Answer as usual, but with another content type."""
        return self._add(Fault(operation, *entries.checked_frequency(frequency), content_type=content_type))

    @fault_kind
    def truncated_gzip(self, operation: str, **frequency: Unpack[Frequency]) -> ScriptedFault:
        """Answer with a gzip stream that ends in the middle, but has a correct Content-Length."""
        return self._add(Fault(operation, *entries.checked_frequency(frequency), truncated_gzip=True))

    @fault_kind
    def oversized(self, operation: str, size: int, **frequency: Unpack[Frequency]) -> ScriptedFault:
        """Answer with a valid JSON string of ``size`` bytes, without a Content-Length."""
        return self._add(Fault(operation, *entries.checked_frequency(frequency), oversized=int(values.not_negative("size", size))))

    def refuse_connections(self, seconds: float | None = None) -> None:
        """Refuse connections to the API for ``seconds`` of the emulator's clock.

        None lasts until :meth:`accept_connections` or :meth:`clear`. Open connections are closed,
        even during a request. The listening socket is closed too, so the emulator does not see the
        attempts: they cannot be counted, and are not in the journal.

        Raises:
            RuntimeError: The emulator is not running.
        """
        if self.outage is None:
            raise RuntimeError("only a running emulator can refuse connections")
        self.outage.begin(seconds)

    def accept_connections(self) -> None:
        """Accept connections again, if they were refused."""
        if self.outage is not None:
            self.outage.end()

    @fault_kind
    def not_found_after_create(self, times: int) -> ScriptedFault:
        """Answer the first ``times`` reads of each database created from now on with 404."""
        self.early_404s = int(values.not_negative("times", times))
        return self._scripted(EARLY_404S)

    @fault_kind
    def list_lag(self, seconds: float) -> ScriptedFault:
        """Omit each database created from now on from lists for this many seconds."""
        self.listing_delay = values.not_negative("seconds", seconds)
        return self._scripted(LISTING_DELAY)

    @fault_kind
    def stale_reads(self, operation: str, seconds: float | None = None, **frequency: Unpack[Frequency]) -> ScriptedFault:
        """Answer ``"getDatabase"`` or ``"listDatabases"`` as of ``seconds`` ago.

        None is as of just before the last change. A database that did not exist then is not found,
        or not listed. The emulator keeps only the last few changes of a database for this.

        Raises:
            ValueError: The operation is another one.
        """
        if operation not in ("getDatabase", "listDatabases", "*"):
            raise ValueError(f"operation must be 'getDatabase', 'listDatabases' or '*', not {operation!r}")
        return self._append(self._stale, Staleness(operation, *entries.checked_frequency(frequency), seconds))

    @fault_kind
    def stuck(self, target: str, status: str, **frequency: Unpack[Frequency]) -> ScriptedFault:
        """Keep a database in a state, such as PENDING, or one that does not exist at the service.

        ``target`` is a database id, and the database shows that state until the fault is taken
        back; or an operation, and the changes that it starts stay in that state and never end.
        """
        times, probability = entries.checked_frequency(frequency)
        if values.is_database_id(target):
            self.held_states[target] = status
            return self._scripted(target)
        return self._add_state_fault(StateFault(target, times, probability, stuck_in=status))

    @fault_kind
    def fail_state(self, operation: str, *, status: str | None = None, **frequency: Unpack[Frequency]) -> ScriptedFault:
        """Make the changes that an operation starts fail at their end, without taking effect.

        They end in ``status``. By default that is ERROR for most changes, HIBERNATED for waking a
        database (``"dataApi"``), Rejected for an endpoint and FAILED for a report.
        """
        return self._add_state_fault(StateFault(operation, *entries.checked_frequency(frequency), ends_in=status))

    def active(self) -> list[entries.Entry]:
        """List the faults that are not used up, without held states and lags of new databases."""
        with self._lock:
            return [*self._throttles.values(), *self._faults, *self._state_faults, *self._stale]

    def remove(self, fault_id: str) -> None:
        """Take one fault back, by the id that the page and the control API show.

        Raises:
            ValueError: No active fault has that id. It may have been used up.
        """
        if not self._take_back(fault_id):
            raise ValueError(f"no active fault has the id {fault_id!r}; it may have been used up, or removed")

    def clear(self) -> None:
        """Remove all faults, and restart the random numbers. What has happened stays."""
        with self._lock:
            self._rng.seed(self._seed)
            self._throttles.clear()
            for scripted in (self._faults, self._state_faults, self._stale):
                scripted.clear()
            self.held_states.clear()
            self.listing_delay = 0.0
            self.early_404s = 0
        self.accept_connections()

    def take(self, operation: str, now: float) -> Fault | None:
        """Return the fault of a request for an operation, and count it as used.

        ``now`` is the time of the emulator's clock.
        """
        if not self._faults and not self._throttles:
            return None
        with self._lock:
            throttle = self._throttles.get(operation) or self._throttles.get(operation_names.ANY)
            if throttle is not None and not throttle.lets_through(now):
                return Fault(operation, None, None, "instead", throttle.reply)
            return entries.take(self._faults, operation, self._rng)

    def state_fault_of(self, operation: str, change: str) -> tuple[str | None, str | None]:
        """Return the states that the next change by an operation stays in and fails in, if any.

        The fault is counted as used.
        """
        with self._lock:
            fault = entries.take(self._state_faults, operation, self._rng)
        return (None, None) if fault is None else fault.of(change)

    def staleness_of(self, operation: str) -> Staleness | None:
        """Return how stale the next read by an operation is; None if it is not."""
        if not self._stale:
            return None
        with self._lock:
            return entries.take(self._stale, operation, self._rng)

    def _add(self, fault: Fault) -> ScriptedFault:
        self._check(fault)
        return self._append(self._faults, fault)

    def _add_state_fault(self, fault: StateFault) -> ScriptedFault:
        self._check(fault)
        return self._append(self._state_faults, fault)

    def _append(self, scripted: list[E], entry: E) -> ScriptedFault:
        with self._lock:
            entry.id = str(next(self._numbers))
            scripted.append(entry)
        return self._scripted(entry.id)

    def _scripted(self, fault_id: str) -> ScriptedFault:
        return ScriptedFault(fault_id, self._take_back)

    def _take_back(self, fault_id: str) -> bool:
        """Remove a fault, and return whether it was active."""
        with self._lock:
            if fault_id == EARLY_404S and self.early_404s:
                self.early_404s = 0
                return True
            if fault_id == LISTING_DELAY and self.listing_delay:
                self.listing_delay = 0.0
                return True
            if self.held_states.pop(fault_id, None) is not None:
                return True
            if fault_id.startswith(_THROTTLE):
                return self._throttles.pop(fault_id.removeprefix(_THROTTLE), None) is not None
            return (
                entries.remove(self._faults, fault_id)
                or entries.remove(self._state_faults, fault_id)
                or entries.remove(self._stale, fault_id)
            )

    def _check(self, entry: entries.Entry) -> None:
        if entry.operation != operation_names.ANY:
            operation_names.check(entry.operation, self.operations)
