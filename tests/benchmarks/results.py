"""What a measure gives: the seconds of every round for each peer, rounds of all peers interleaved, as one table."""

import statistics
from collections.abc import Iterator

import attrs

WARM = 1
"""Rounds at the start that do not count: connections are opened and functions written in them."""
Rounds = dict[str, list[float]]


@attrs.frozen
class Result:
    """One table: seconds per round and peer, and what is aimed at for this client against the first peer."""

    title: str
    target: str
    rounds: Rounds

    def lines(self) -> Iterator[str]:
        """Spell the table: the median of the per-round ratios to the first peer, and their spread."""
        base = next(iter(self.rounds.values()))
        yield f"{self.title}  (target {self.target})"
        for name, rounds in self.rounds.items():
            ratios = [one / other for one, other in zip(rounds[WARM:], base[WARM:], strict=True)]
            yield f"  {name:<44} {statistics.median(ratios):6.2f}   {min(ratios):.2f} to {max(ratios):.2f}"
