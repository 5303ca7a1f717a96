"""What states a database has been in, and when.

It follows from the changes that were begun, so nothing has to be watched.
"""

from collections.abc import Iterator
from datetime import datetime
from itertools import zip_longest

import attrs

from astra_devops.emulator.state.databases import Database
from astra_devops.emulator.state.transitions import CHANGES, Progress

HELD = "held by a fault"
"""The change that brought a state which a fault shows in place of the true one; since when, nobody noted."""
Point = tuple[float, str, str]
"""From when on (seconds of the clock), which state, and the change that brought it; empty if none did."""


@attrs.frozen
class Stage:
    """One state of a database: from when it showed, how long (seconds of the clock), and whether it still does."""

    status: str
    change: str
    began: float
    seconds: float
    current: bool


def history(database: Database, now: float, moment: datetime, speed: float) -> list[Stage]:
    """List the states of a database up to now, oldest first.

    ``speed`` is how many seconds of the clock pass in one of the day.
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
        over = float("inf") if following is None else following.began
        yield from (point for point in _points_of(progress) if point[0] < over)


def _points_of(progress: Progress) -> Iterator[Point]:
    """Give the states of one change, were it left alone."""
    at, kind = progress.began, CHANGES[progress.change]
    if progress.delay:
        yield at, progress.before, ""
        at += progress.delay
    if progress.stuck_in is not None:
        yield at, progress.stuck_in, progress.change
        return
    for status, seconds in kind.steps:
        yield at, status, progress.change
        at += seconds
    yield at, progress.ends_in or kind.ends_in, progress.change


def _merged(points: list[Point]) -> list[Point]:
    """Join neighbours of the same state, and leave out states that lasted no time."""
    kept: list[Point] = []
    for point in points:
        if kept and kept[-1][0] == point[0]:
            kept.pop()
        if not kept or kept[-1][1] != point[1]:
            kept.append(point)
    return kept
