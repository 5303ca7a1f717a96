"""How long answers take, and which take far longer than usual; pure."""

from typing import Final

_WEIGHT: Final = 0.05
_SAMPLES: Final = 10
_TIMES: Final = 4.0
_SECONDS: Final = 1.0


class Latencies:
    """A moving average for each operation, since a list takes longer than a single read."""

    __slots__ = ("_averages",)

    def __init__(self) -> None:
        self._averages: dict[str, tuple[float, int]] = {}

    def is_slow(self, operation: str, seconds: float) -> bool:
        """Count an answer, and return whether it took far longer than usual.

        That is four times the average and a second more: a busy processor on this side, or one
        large answer, must not look like a busy service.
        """
        average, count = self._averages.get(operation, (seconds, 0))
        self._averages[operation] = average + (seconds - average) * _WEIGHT, count + 1
        return count >= _SAMPLES and seconds > _TIMES * average and seconds > average + _SECONDS
