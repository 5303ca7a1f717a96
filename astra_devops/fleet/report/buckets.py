"""Histograms and timelines that take the same memory however long a run is."""

from typing import Final

import attrs

from astra_devops.fleet.outcome import State
from astra_devops.fleet.report.values import STATES, LatencyBucket, Period

_SHORTEST: Final = 0.001
_GROWTH: Final = 2.0
_LATENCIES: Final = 24
_PERIODS: Final = 60


class Latencies:
    """Counts durations in buckets, each twice as wide as the one before; the first ends at 1 ms."""

    def __init__(self) -> None:
        self._counts = [0] * _LATENCIES

    def add(self, seconds: float) -> None:
        """Count a duration."""
        index, bound = 0, _SHORTEST
        while seconds > bound and index < _LATENCIES - 1:
            index, bound = index + 1, bound * _GROWTH
        self._counts[index] += 1

    def buckets(self) -> tuple[LatencyBucket, ...]:
        """Return the buckets from the first to the last that is not empty."""
        filled = [index for index, count in enumerate(self._counts) if count]
        if not filled:
            return ()
        return tuple(
            LatencyBucket(seconds=_SHORTEST * _GROWTH**index, count=self._counts[index]) for index in range(filled[0], filled[-1] + 1)
        )


@attrs.define
class _Slot:
    ended: dict[State, int] = attrs.field(factory=lambda: dict.fromkeys(STATES, 0))
    in_progress: int = 0
    limit: float | None = None

    def merge(self, other: "_Slot") -> None:
        for state in STATES:
            self.ended[state] += other.ended[state]
        self.in_progress = max(self.in_progress, other.in_progress)
        self.limit = other.limit if other.limit is not None else self.limit


class Timeline:
    """Counts what ends in periods of equal length, which double when there are too many."""

    def __init__(self) -> None:
        self._width = 1.0
        self._slots: list[_Slot] = []

    def add(self, at: float, state: State, in_progress: int, limit: float | None) -> None:
        """Count an item that ended ``at`` seconds after the beginning."""
        while at >= self._width * _PERIODS:
            self._double()
        index = max(0, int(at / self._width))
        while len(self._slots) <= index:
            self._slots.append(_Slot())
        slot = self._slots[index]
        slot.ended[state] += 1
        slot.in_progress = max(slot.in_progress, in_progress)
        slot.limit = limit if limit is not None else slot.limit

    def periods(self) -> tuple[Period, ...]:
        """Return the periods so far."""
        return tuple(
            Period(start=index * self._width, seconds=self._width, ended=dict(slot.ended), in_progress=slot.in_progress, limit=slot.limit)
            for index, slot in enumerate(self._slots)
        )

    def _double(self) -> None:
        self._width *= 2
        for first, second in zip(self._slots[::2], self._slots[1::2], strict=False):
            first.merge(second)
        self._slots = self._slots[::2]
