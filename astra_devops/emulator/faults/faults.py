"""Faults on order: each is scripted for one operation and wears off after a number of requests, or strikes by chance."""

import math
import os
import random
import threading
from collections.abc import Collection, Mapping
from typing import Protocol, Unpack

import orjson

from astra_devops.emulator.contract import operation_names
from astra_devops.emulator.faults import entries
from astra_devops.emulator.faults.entries import Fault, Frequency, Staleness, StateFault, fault_kind
from astra_devops.emulator.replies import JSON, Reply

HTML = b"<html>\r\n<head><title>%d</title></head>\r\n<body><center><h1>The edge has no answer</h1></center></body>\r\n</html>\r\n"


class Outage(Protocol):
    """What can close the port of the API, and open it again."""

    def begin(self, seconds: float | None) -> None:
        """Close it for so many seconds of the clock, or for good."""
        ...

    def end(self) -> None:
        """Open it again."""
        ...


class Faults:
    """What shall go wrong.

    Nearly every method adds a fault for one operation, and takes how often it strikes.

    By default that is once. ``times=3`` is for the next three requests of the operation,
    ``times=None`` for ever, ``probability=0.2`` for each request with that chance, and both
    together for a number of requests, each by chance. Chances are drawn from ``seed``.

    Operations are named by their id in the contract, such as ``"createDatabase"``; besides there
    are ``"downloadBundle"`` for presigned URLs, ``"dataApi"`` for data endpoints, and ``"*"`` for
    any. Of several faults for one operation the oldest comes first, and each request meets at most
    one of them. A name that there is not, or a number that makes no sense, is a ``ValueError``.

    .. code-block:: python

        emulator.faults.status("getDatabase", 503, times=2)
        emulator.faults.reset_after_effect("createDatabase")
        emulator.faults.rate_limit("*", probability=0.2)
    """

    def __init__(self, *, seed: int = 0) -> None:
        self._lock = threading.Lock()
        self._seed = seed
        self._source = random.Random(seed)
        self.held_states: dict[str, str] = {}
        self.listing_delay: float = 0.0
        self.early_404s: int = 0
        self._faults: list[Fault] = []
        self._state_faults: list[StateFault] = []
        self._stale: list[Staleness] = []
        self.outage: Outage | None = None
        self.operations: Collection[str] | None = None

    @classmethod
    def load(cls, path: str | os.PathLike[str], *, seed: int = 0) -> "Faults":
        """Read faults from a file of YAML or, if its name ends in ``.json``, of JSON.

        It holds a list. Each entry has one key that is a method of this class; its value has the
        arguments of that method by their names.

        .. code-block:: yaml

            - status: {operation: getDatabase, status: 503, probability: 0.2}
            - slow_body: {operation: listDatabases, seconds: 30, times: null}
            - list_lag: {seconds: 10}

        Raises:
            ValueError: the file is malformed; the message names the entry and the key.
            OSError: it cannot be read.
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
        **frequency: Unpack[Frequency],
    ) -> None:
        """Answer with ``status`` instead; ``body`` is bytes or text as they are, or anything else as JSON. None is an empty body."""
        if not 200 <= status <= 599:
            raise ValueError(f"status must be from 200 to 599, not {status!r}")
        reply = Reply(status, _encode(body), content_type, dict(headers or {}))
        self._add(Fault(operation, *entries.checked_frequency(frequency), "instead", reply))

    @fault_kind
    def rate_limit(self, operation: str, *, retry_after: str | float | None = None, **frequency: Unpack[Frequency]) -> None:
        """Answer 429.

        ``retry_after`` is the header as it stands: seconds, a date, or something that no server
        should send.
        """
        headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
        self.status(operation, 429, headers=headers, body={"errors": [{"message": "rate limit exceeded"}]}, **frequency)

    @fault_kind
    def edge_page(self, operation: str, status: int = 502, **frequency: Unpack[Frequency]) -> None:
        """Answer with a page of HTML, as what stands before the service does when the service is away."""
        self.status(operation, status, body=HTML % status, content_type="text/html", **frequency)

    @fault_kind
    def reset_before_effect(self, operation: str, **frequency: Unpack[Frequency]) -> None:
        """Cut the connection with a TCP reset when the request has been read, and do nothing."""
        self._add(Fault(operation, *entries.checked_frequency(frequency), "instead", reset=True))

    @fault_kind
    def reset_after_effect(self, operation: str, **frequency: Unpack[Frequency]) -> None:
        """Do what was asked, then cut the connection with a TCP reset instead of answering."""
        self._add(Fault(operation, *entries.checked_frequency(frequency), reset=True))

    @fault_kind
    def no_answer(self, operation: str, **frequency: Unpack[Frequency]) -> None:
        """Do what was asked and never answer.

        The connection stays open until the client gives up, in seconds of the real time.

        A client's ``attempt_timeout`` counts the time on the wire by the machine's clock, whatever
        its own: give it a short one.
        """
        self._add(Fault(operation, *entries.checked_frequency(frequency), silent=True))

    @fault_kind
    def slow_headers(self, operation: str, seconds: float, **frequency: Unpack[Frequency]) -> None:
        """Do what was asked, and answer only ``seconds`` of the emulator's clock later."""
        self._add(Fault(operation, *entries.checked_frequency(frequency), slow_headers=_not_negative("seconds", seconds)))

    @fault_kind
    def slow_body(self, operation: str, seconds: float, **frequency: Unpack[Frequency]) -> None:
        """Send the headers and half of the body, and the rest ``seconds`` of the emulator's clock later."""
        self._add(Fault(operation, *entries.checked_frequency(frequency), slow_body=_not_negative("seconds", seconds)))

    @fault_kind
    def body(self, operation: str, body: object, *, content_type: str = JSON, **frequency: Unpack[Frequency]) -> None:
        """Do what was asked and answer with the usual status, but with this body: bytes or text as they are, anything else as JSON."""
        self._add(Fault(operation, *entries.checked_frequency(frequency), body=_encode(body), content_type=content_type))

    @fault_kind
    def null_body(self, operation: str, **frequency: Unpack[Frequency]) -> None:
        """Do what was asked and answer with the usual status, but with the body ``null``."""
        self.body(operation, b"null", **frequency)

    @fault_kind
    def text_body(self, operation: str, text: str = "something went wrong", **frequency: Unpack[Frequency]) -> None:
        """Do what was asked and answer with the usual status, but with a JSON string for a body."""
        self.body(operation, orjson.dumps(text), **frequency)

    @fault_kind
    def wrong_type(self, operation: str, content_type: str = "text/html", **frequency: Unpack[Frequency]) -> None:
        """Answer as usual, but under another content type."""
        self._add(Fault(operation, *entries.checked_frequency(frequency), content_type=content_type))

    @fault_kind
    def truncated_gzip(self, operation: str, **frequency: Unpack[Frequency]) -> None:
        """Answer with a gzip stream that ends in the middle, although its length is announced correctly."""
        self._add(Fault(operation, *entries.checked_frequency(frequency), truncated_gzip=True))

    @fault_kind
    def oversized(self, operation: str, size: int, **frequency: Unpack[Frequency]) -> None:
        """Answer with a valid JSON string of ``size`` bytes whose length is not announced."""
        self._add(Fault(operation, *entries.checked_frequency(frequency), oversized=int(_not_negative("size", size))))

    def refuse_connections(self, seconds: float | None = None) -> None:
        """Refuse connections to the API for so many seconds of the emulator's clock, or until :meth:`accept_connections` or :meth:`clear`.

        Open connections are closed, whatever is under way on them. So is the listening socket
        itself, and nobody here sees the attempts: they can neither be counted nor be found in the
        journal.

        Raises:
            RuntimeError: the emulator is not running.
        """
        if self.outage is None:
            raise RuntimeError("only a running emulator can refuse connections")
        self.outage.begin(seconds)

    def accept_connections(self) -> None:
        """Accept connections again, if they were refused."""
        if self.outage is not None:
            self.outage.end()

    @fault_kind
    def not_found_after_create(self, times: int) -> None:
        """Answer the first ``times`` reads of each database created from now on with 404."""
        self.early_404s = int(_not_negative("times", times))

    @fault_kind
    def list_lag(self, seconds: float) -> None:
        """Leave each database created from now on out of lists for so many seconds."""
        self.listing_delay = _not_negative("seconds", seconds)

    @fault_kind
    def stale_reads(self, operation: str, seconds: float | None = None, **frequency: Unpack[Frequency]) -> None:
        """Let ``"getDatabase"`` or ``"listDatabases"`` answer as of ``seconds`` ago; as of just before the last change if None.

        A database that was not there yet is not found, or not listed. Only the last few changes of
        a database are remembered.

        Raises:
            ValueError: the operation is another one.
        """
        if operation not in ("getDatabase", "listDatabases", "*"):
            raise ValueError(f"operation must be 'getDatabase', 'listDatabases' or '*', not {operation!r}")
        with self._lock:
            self._stale.append(Staleness(operation, *entries.checked_frequency(frequency), seconds))

    @fault_kind
    def stuck(self, target: str, status: str, **frequency: Unpack[Frequency]) -> None:
        """Keep a database in a state, such as PENDING for ever, or one that nobody has heard of.

        ``target`` is a database id, which shows that state from now on until :meth:`clear`; or an
        operation, whose next changes show it and never end.
        """
        times, probability = entries.checked_frequency(frequency)
        if _is_database_id(target):
            self.held_states[target] = status
        else:
            self._add_state_fault(StateFault(target, times, probability, stuck_in=status))

    @fault_kind
    def fail_state(self, operation: str, *, status: str | None = None, **frequency: Unpack[Frequency]) -> None:
        """Let the next changes by an operation run their course, then end without their effect, in ``status`` or as such a change fails.

        That is ERROR for most, HIBERNATED for a database that shall wake (``"dataApi"``), Rejected
        for an endpoint, FAILED for a report.
        """
        self._add_state_fault(StateFault(operation, *entries.checked_frequency(frequency), ends_in=status))

    def active(self) -> list[entries.Entry]:
        """List what is scripted and not yet used up; held states and lags are attributes of their own."""
        with self._lock:
            return [*self._faults, *self._state_faults, *self._stale]

    def clear(self) -> None:
        """Take back every fault and begin the chances anew; what has already happened stays."""
        with self._lock:
            self._source.seed(self._seed)
            for scripted in (self._faults, self._state_faults, self._stale):
                scripted.clear()
            self.held_states.clear()
            self.listing_delay = 0.0
            self.early_404s = 0
        self.accept_connections()

    def take(self, operation: str) -> Fault | None:
        """Take the fault that the next request for an operation meets."""
        if not self._faults:
            return None
        with self._lock:
            return entries.take(self._faults, operation, self._source)

    def state_fault_of(self, operation: str, change: str) -> tuple[str | None, str | None]:
        """Take what becomes of the next change by an operation: the state that it stays in, and the state that it fails into."""
        with self._lock:
            fault = entries.take(self._state_faults, operation, self._source)
        return (None, None) if fault is None else fault.of(change)

    def staleness_of(self, operation: str) -> Staleness | None:
        """Take how old the next read by an operation is; None if it is up to date."""
        if not self._stale:
            return None
        with self._lock:
            return entries.take(self._stale, operation, self._source)

    def _add(self, fault: Fault) -> None:
        self._check(fault)
        with self._lock:
            self._faults.append(fault)

    def _add_state_fault(self, fault: StateFault) -> None:
        self._check(fault)
        with self._lock:
            self._state_faults.append(fault)

    def _check(self, entry: entries.Entry) -> None:
        if entry.operation != operation_names.ANY:
            operation_names.checked(entry.operation, self.operations)


def _not_negative(name: str, number: float) -> float:
    if isinstance(number, bool) or not isinstance(number, int | float) or not 0 <= number < math.inf:
        raise ValueError(f"{name} must be a number that is not negative, not {number!r}")
    return number


def _encode(body: object) -> bytes:
    if body is None:
        return b""
    if isinstance(body, str):
        return body.encode()
    return bytes(body) if isinstance(body, bytes | bytearray) else orjson.dumps(body)


def _is_database_id(target: str) -> bool:
    return len(target) == 36 and target.count("-") == 4
