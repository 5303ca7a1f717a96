"""How many requests may be on their way at once; pure, times are seconds of the client's clock."""

from typing import Final

_START: Final = 6.0
# Half a request more for each answer: half as many again for each round trip. Twice as many would
# be faster by two or three round trips, but what meets a limit of the service then is refused by
# the dozen.
_FIRST_GROWTH: Final = 0.5
_CUT: Final = 0.9


class Window:
    """Grows by half per round trip until something pushes back, from then on by one.

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

    def succeeded(self, in_flight: int) -> None:
        """Note an answer, and how many requests were on their way before it."""
        if in_flight < self.limit or self._size >= self._ceiling:
            return
        self._size = min(self._size + (self._growth or 1 / self._size), self._ceiling)
        self.limit = int(self._size)

    def stop_racing(self) -> None:
        """End the fast growth of the beginning."""
        self._growth = None

    def push_back(self, now: float, sent_at: float) -> bool:
        """Note that a request showed that there are too many; return whether that was news."""
        self.stop_racing()
        if self._cut_at is not None and sent_at <= self._cut_at:
            return False
        self._cut_at = now
        self._size = max(self._size * _CUT, 1.0)
        self.limit = int(self._size)
        return True
