"""The table that each benchmark fills, with the rounds of all candidates interleaved."""

import statistics
from collections.abc import Iterator
from typing import Final

import attrs

WARM_UP: Final = 1
"""Rounds at the start that do not count: they open connections and compile readers."""
Rounds = dict[str, list[float]]


def counted(seconds: list[float]) -> list[float]:
    """Return the rounds that count: in a quick run, which has no other, the warm-up."""
    return seconds[WARM_UP:] or seconds


@attrs.frozen
class Table:
    """The seconds of each candidate by round, and the target for our ratio to the first one."""

    title: str
    target: str
    rounds: Rounds

    def lines(self) -> Iterator[str]:
        """Format the table: the median of the ratios to the first candidate, and their range."""
        base = counted(next(iter(self.rounds.values())))
        yield f"{self.title}  (target {self.target})"
        for name, seconds in self.rounds.items():
            ratios = [one / other for one, other in zip(counted(seconds), base, strict=True)]
            yield f"  {name:<44} {statistics.median(ratios):6.2f}   {min(ratios):.2f} to {max(ratios):.2f}"
