"""The tables of the report: a list of rows each, as text and as Markdown."""

import statistics
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

import attrs

from tests.benchmarks.measure import Cost, Rounds

K = TypeVar("K")


@attrs.frozen
class Table:
    """A table of figures.

    Attributes:
        title: What was measured.
        head: The names of the columns.
        rows: The cells, row by row.
        target: What the figures of astra-devops should be.
        note: What a reader must know of this table.
    """

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    target: str = ""
    note: str = ""

    def text(self) -> str:
        """Format the table for a terminal."""
        widths = [max(map(len, column)) for column in zip(self.head, *self.rows, strict=True)]
        return "\n".join([self.title, *(f"  {_line(row, widths)}" for row in (self.head, *self.rows)), *self._remarks(), ""])

    def markdown(self) -> str:
        """Format the table for a page."""
        rule = ["---", *["--:" for _ in self.head[1:]]]
        rows = [f"| {' | '.join(row)} |" for row in (self.head, rule, *self.rows)]
        remarks = [part for remark in self._remarks() for part in ("", remark)]
        return "\n".join([f"### {self.title}", "", *rows, *remarks, ""])

    def _remarks(self) -> Iterator[str]:
        if self.target:
            yield f"Target: {self.target}."
        if self.note:
            yield self.note


def _line(row: Sequence[str], widths: Iterable[int]) -> str:
    first, *others = (cell.rjust(width) for cell, width in zip(row, widths, strict=True))
    return "  ".join([row[0].ljust(len(first)), *others])


def costs(rounds: Sequence[Cost], calls: float, unit: float = 1e6) -> tuple[str, str]:
    """Return the median processor and wall time of a call, by default in microseconds."""
    return (
        f"{statistics.median(cost.cpu for cost in rounds) / calls * unit:.0f}",
        f"{statistics.median(cost.wall for cost in rounds) / calls * unit:.0f}",
    )


def ratios(rounds: Sequence[Cost], base: Sequence[Cost]) -> tuple[str, str]:
    """Return the ratios of processor and wall time to another client, each from the same round."""
    pairs = list(zip(rounds, base, strict=True))
    return (
        _median_and_quartiles([cost.cpu / other.cpu for cost, other in pairs]),
        _median_and_quartiles([cost.wall / other.wall for cost, other in pairs]),
    )


def _median_and_quartiles(values: Sequence[float]) -> str:
    if len(values) < 2:
        return f"{values[0]:.2f}"
    low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
    return f"{middle:.2f} ({low:.2f}-{high:.2f})"


def comparison(title: str, rounds: Mapping[str, Rounds], calls: int, *, target: str = "", note: str = "", unit: str = "us") -> Table:
    """Make a table of clients. The first is the one to which the others are compared."""
    base = next(iter(rounds.values()))
    rows: list[list[str]] = []
    for name, measured in rounds.items():
        if isinstance(measured, str) or isinstance(base, str):
            rows.append([name, measured if isinstance(measured, str) else "nothing to compare to", "", "", ""])
        else:
            cpu, wall = costs(measured, calls, {"us": 1e6, "ms": 1e3}[unit])
            rows.append([name, cpu, wall, *ratios(measured, base)])
    return Table(title, ["client", f"CPU, {unit}", f"wall, {unit}", "CPU, ratio", "wall, ratio"], rows, target, note)


def growth(title: str, what: str, rounds: Mapping[tuple[int, str], Rounds], calls: Mapping[int, int], *, target: str = "") -> Table:
    """Make a table of what a call costs two clients as a number grows."""
    base_name, our_name = dict.fromkeys(name for _, name in rounds)
    rows: list[list[str]] = []
    for number, count in calls.items():
        base, ours = rounds[number, base_name], rounds[number, our_name]
        if isinstance(base, str) or isinstance(ours, str):
            rows.append([f"{number:,}", str(base)[:40], str(ours)[:40], "", ""])
        else:
            rows.append([f"{number:,}", costs(base, count)[0], costs(ours, count)[0], *ratios(ours, base)])
    head = [what, f"{base_name}, CPU, us", f"{our_name}, CPU, us", "CPU, ratio", "wall, ratio"]
    return Table(title, head, rows, target)
