"""How many requests succeeded within the last second, of the client's clock; pure."""


class Throughput:
    """Counts by whole seconds, and takes of the second before as much as still counts."""

    __slots__ = ("_before", "_count", "_second")

    def __init__(self) -> None:
        self._second = 0
        self._count = 0
        self._before = 0

    def count(self, now: float) -> None:
        """Count a success."""
        second = int(now)
        if second != self._second:
            self._turn(second)
        self._count += 1

    def last_second(self, now: float) -> float:
        """Return the successes of the last second."""
        second = int(now)
        if second != self._second:
            self._turn(second)
        return self._count + self._before * (1 - now % 1)

    def _turn(self, second: int) -> None:
        self._before = self._count if second == self._second + 1 else 0
        self._second, self._count = second, 0
