"""Faults on order: each is scripted for one operation and wears off after a number of requests."""

import threading
from collections.abc import Mapping
from typing import Literal, TypeVar

import attrs
import orjson

from astra_devops.emulator.wire import JSON, Reply

Moment = Literal["instead", "after"]
"""A fault happens instead of the operation, or to its answer, once it has taken effect."""


@attrs.define
class Fault:
    """One scripted fault of one operation; ``times`` is how many requests it has left, None for any number.

    ``reply`` is answered; without one, ``reset`` cuts the connection. The rest changes how the true answer travels.
    """

    operation: str
    moment: Moment
    times: int | None
    reply: Reply | None = None
    reset: bool = False
    body: Reply | None = None
    silent: bool = False
    slow_headers: float = 0.0
    slow_body: float = 0.0
    truncated_gzip: bool = False
    oversized: int = 0


@attrs.define
class _Fate:
    operation: str
    times: int | None
    held: str | None = None
    doomed: str | None = None


_Entry = TypeVar("_Entry", Fault, _Fate)


class Faults:
    """What shall go wrong. Every method adds a fault for the next ``times`` requests of an operation; ``times=None`` is for ever.

    Operations are named by their id in the contract, such as ``"createDatabase"``; besides there are ``"downloadBundle"`` for presigned
    URLs, ``"dataApi"`` for data endpoints, and ``"*"`` for any. Of several faults for one operation the oldest comes first, and each
    request meets at most one of them.

    .. code-block:: python

        emulator.faults.status("getDatabase", 503, times=2)
        emulator.faults.reset_after_effect("createDatabase")
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.held_states: dict[str, str] = {}
        self.listing_delay: float = 0.0
        self.early_404s: int = 0
        self._faults: list[Fault] = []
        self._fates: list[_Fate] = []

    def status(
        self,
        operation: str,
        status: int,
        *,
        times: int | None = 1,
        body: object = None,
        headers: Mapping[str, str] | None = None,
        content_type: str = JSON,
    ) -> None:
        """Answer with ``status`` instead; ``body`` is bytes or text as they are, or anything else as JSON. None is an empty body."""
        self._add(Fault(operation, "instead", times, reply=Reply(status, _encode(body), content_type, dict(headers or {}))))

    def rate_limit(self, operation: str, *, retry_after: str | None = "2", times: int | None = 1) -> None:
        """Answer 429, with a Retry-After header of any text unless it is None."""
        headers = {} if retry_after is None else {"Retry-After": retry_after}
        self.status(operation, 429, times=times, headers=headers, body={"errors": [{"message": "rate limit exceeded"}]})

    def reset_before_effect(self, operation: str, *, times: int | None = 1) -> None:
        """Cut the connection with a TCP reset when the request has been read, and do nothing."""
        self._add(Fault(operation, "instead", times, reset=True))

    def reset_after_effect(self, operation: str, *, times: int | None = 1) -> None:
        """Do what was asked, then cut the connection with a TCP reset instead of answering."""
        self._add(Fault(operation, "after", times, reset=True))

    def no_answer(self, operation: str, *, times: int | None = 1) -> None:
        """Do what was asked and never answer; the connection stays open until the client gives up, in whatever time it goes by."""
        self._add(Fault(operation, "after", times, silent=True))

    def slow_headers(self, operation: str, seconds: float, *, times: int | None = 1) -> None:
        """Do what was asked, and answer only ``seconds`` of the emulator's clock later."""
        self._add(Fault(operation, "after", times, slow_headers=seconds))

    def slow_body(self, operation: str, seconds: float, *, times: int | None = 1) -> None:
        """Send the headers and half of the body, and the rest ``seconds`` of the emulator's clock later."""
        self._add(Fault(operation, "after", times, slow_body=seconds))

    def body(self, operation: str, body: object, *, content_type: str = JSON, times: int | None = 1) -> None:
        """Do what was asked and answer with the usual status, but with this body: bytes or text as they are, anything else as JSON."""
        self._add(Fault(operation, "after", times, body=Reply(0, _encode(body), content_type)))

    def truncated_gzip(self, operation: str, *, times: int | None = 1) -> None:
        """Answer with a gzip stream that ends in the middle, although its length is announced correctly."""
        self._add(Fault(operation, "after", times, truncated_gzip=True))

    def oversized(self, operation: str, size: int, *, times: int | None = 1) -> None:
        """Answer with a valid JSON string of ``size`` bytes whose length is not announced."""
        self._add(Fault(operation, "after", times, oversized=size))

    def not_found_after_create(self, times: int) -> None:
        """Answer the first ``times`` reads of each database created from now on with 404."""
        self.early_404s = times

    def list_lag(self, seconds: float) -> None:
        """Leave each database created from now on out of lists for so many seconds."""
        self.listing_delay = seconds

    def stuck(self, target: str, status: str, *, times: int | None = 1) -> None:
        """Keep a database in a state, which may be one that nobody has heard of.

        ``target`` is a database id, which shows that state from now on until :meth:`clear`; or an operation, whose next ``times`` changes
        show it and never end.
        """
        if _is_database_id(target):
            self.held_states[target] = status
        else:
            self._fates.append(_Fate(target, times, held=status))

    def fail_state(self, operation: str, *, status: str = "ERROR", times: int | None = 1) -> None:
        """Let the next ``times`` changes by an operation run their course, then end in ``status`` and without their effect."""
        self._fates.append(_Fate(operation, times, doomed=status))

    def clear(self) -> None:
        """Take back every fault; what has already happened stays."""
        with self._lock:
            self._faults.clear()
            self._fates.clear()
            self.held_states.clear()
            self.listing_delay = 0.0
            self.early_404s = 0

    def take(self, operation: str) -> Fault | None:
        """Take the fault that the next request for an operation meets."""
        if not self._faults:
            return None
        with self._lock:
            return _first(self._faults, operation)

    def fate_of(self, operation: str) -> tuple[str | None, str | None]:
        """Take what becomes of the next change by an operation: the state that it stays in, the state that it ends in."""
        with self._lock:
            fate = _first(self._fates, operation)
        return (None, None) if fate is None else (fate.held, fate.doomed)

    def _add(self, fault: Fault) -> None:
        with self._lock:
            self._faults.append(fault)


def _first(entries: list[_Entry], operation: str) -> _Entry | None:
    """Take the first entry for an operation, and drop it when it is used up."""
    for entry in entries:
        if entry.operation in (operation, "*"):
            if entry.times is not None:
                entry.times -= 1
                if entry.times <= 0:
                    entries.remove(entry)
            return entry
    return None


def _encode(body: object) -> bytes:
    if body is None:
        return b""
    if isinstance(body, str):
        return body.encode()
    return bytes(body) if isinstance(body, bytes | bytearray) else orjson.dumps(body)


def _is_database_id(target: str) -> bool:
    return len(target) == 36 and target.count("-") == 4
