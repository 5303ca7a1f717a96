"""The history of a database, for the page: its states, and when each began.

It is computed from the changes of the database, so nothing has to be recorded.
"""

from collections.abc import Iterator
from datetime import datetime
from itertools import zip_longest
from typing import Final

import attrs

from astra_devops.emulator.state.databases import Database
from astra_devops.emulator.state.transitions import CHANGES, Progress

HELD: Final = "held by a fault"
"""Stands for the change if a fault shows another state than the true one. Its start is unknown."""
Point = tuple[float, str, str]
"""The start of a state (seconds of the clock), the state, and the change that led to it, if any."""


@attrs.frozen
class Stage:
    """One state of a database: its start and length in seconds of the clock.

    ``current`` says whether the database is still in it.
    """

    status: str
    change: str
    began: float
    seconds: float
    current: bool


def history(database: Database, now: float, moment: datetime, speed: float) -> list[Stage]:
    """List the states of a database up to now, oldest first.

    ``speed`` is the number of seconds of the clock in one second of the time of day.
    """
    points = _merged([point for point in _points(database, now, moment, speed) if point[0] <= now])
    if not points or points[-1][1] != database.status:
        points.append((now, database.status, HELD))
    ends = [point[0] for point in points[1:]] + [now]
    last = len(points) - 1
    return [
        Stage(status, change, began, max(0.0, end - began), position == last)
        for position, ((began, status, change), end) in enumerate(zip(points, ends, strict=True))
    ]


def _points(database: Database, now: float, moment: datetime, speed: float) -> Iterator[Point]:
    changes = database.changes
    if not changes or not changes[0].change.startswith("create"):
        created = now - (moment - database.created).total_seconds() * speed
        yield created, changes[0].before if changes else database.state, ""
    for progress, following in zip_longest(changes, changes[1:]):
        end = float("inf") if following is None else following.began
        yield from (point for point in _points_of(progress) if point[0] < end)


def _points_of(progress: Progress) -> Iterator[Point]:
    """Yield the states of one change, as if no other change had followed."""
    start, kind = progress.began, CHANGES[progress.change]
    if progress.delay:
        yield start, progress.before, ""
        start += progress.delay
    if progress.stuck_in is not None:
        yield start, progress.stuck_in, progress.change
        return
    for status, seconds in kind.steps:
        yield start, status, progress.change
        start += seconds
    yield start, progress.ends_in or kind.ends_in, progress.change


def _merged(points: list[Point]) -> list[Point]:
    """Merge consecutive points of the same state, and omit states that lasted no time."""
    merged: list[Point] = []
    for point in points:
        if merged and merged[-1][0] == point[0]:
            merged.pop()
        if not merged or merged[-1][1] != point[1]:
            merged.append(point)
    return merged
