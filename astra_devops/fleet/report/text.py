"""The report as text."""

from collections.abc import Iterator
from typing import Final

from astra_devops._secret import printable
from astra_devops.fleet.report.values import STATES, Figures, duration

_LINES_PER_GROUP: Final = 5


def lines(report: Figures) -> Iterator[str]:
    """Yield the lines of a report for people."""
    ended = sum(report.counts.values())
    of = f" of {report.total:,}" if report.total is not None else ""
    counts = ", ".join(f"{report.counts[state]:,} {state}" for state in STATES if report.counts[state])
    yield f"{ended:,}{of} items in {duration(report.seconds)}: {counts or 'none ended'}; {report.requests:,} requests"
    if report.stopped_after is not None:
        yield f"stopped after {report.stopped_after:,} failures, as stop_after asks"
    for group in report.groups:
        types = ", ".join(f"{name} {count:,}" for name, count in group.error_types.items())
        yield f"{group.count:,} to settle ({types}): {group.advice}"
        for item in group.items[:_LINES_PER_GROUP]:
            yield f"  {printable(item.key)}: {item.error or item.state}"
        if group.count > min(len(group.items), _LINES_PER_GROUP):
            yield f"  and {group.count - min(len(group.items), _LINES_PER_GROUP):,} more"
    yield from running_lines(report)
    if report.how_to_resume:
        yield f"to continue, {report.how_to_resume}"


def running_lines(report: Figures) -> Iterator[str]:
    """Yield a line for each operation that still runs, after one that says so."""
    if report.running:
        yield "still running at the service; wait again with await client.resume(token):"
    for item in report.running:
        for token in item.resume_tokens:
            yield f"  {printable(item.key)}: {token}"
    if report.running_left_out:
        yield f"  and {report.running_left_out:,} more, each in its outcome and in the journal"
