"""How many requests may be on their way at once; pure, times are seconds of the client's clock."""

from typing import Final

# Four more requests for ten answers are four in ten more with each round trip. With twice as many,
# 256 calls at once would take three round trips less, once in the life of a client; but a service
# that limits the rate would refuse as many requests as it had let through by then.
_START: Final = 6.0
_FIRST_GROWTH: Final = 0.4
_CUT: Final = 0.9


class Window:
    """Grows by 40 % per round trip until something pushes back, from then on by one request.

    A push-back takes a tenth away, once per round trip: what was sent before the last cut says
    nothing about the limit after it.
    """

    __slots__ = ("_ceiling", "_cut_at", "_growth", "_size", "limit")

    def __init__(self, ceiling: int) -> None:
        self._ceiling = ceiling
        self._size = min(_START, ceiling)
        self._growth: float | None = _FIRST_GROWTH
        self._cut_at: float | None = None
        self.limit: int = int(self._size)

    def grow(self) -> None:
        """Note an answer, while as many requests were on their way as may be."""
        if self._size >= self._ceiling:
            return
        self._size = min(self._size + (self._growth or 1 / self._size), self._ceiling)
        self.limit = int(self._size)

    def stop_racing(self) -> None:
        """End the fast growth of the beginning."""
        self._growth = None

    def push_back(self, now: float, turn: float) -> bool:
        """Note that a request showed that there are too many; return whether that was news."""
        self.stop_racing()
        if self._cut_at is not None and turn <= self._cut_at:
            return False
        self._cut_at = now
        self._size = max(self._size * _CUT, 1.0)
        self.limit = int(self._size)
        return True
