"""Whether sending fewer requests makes the service refuse fewer of them; pure."""

from typing import Final

_CUTS: Final = 5
_CALM: Final = 15
_REGULAR: Final = 4
_BETTER: Final = 0.05
_GOOD: Final = 0.8
_LEAST: Final = 0.3
_MEMORY: Final = 50
_MARGIN: Final = 0.15


class Refusals:
    """Notices that cuts of the rate are in vain.

    A service that limits the rate lets ever more through as the rate falls. If ten cuts follow one
    another closely, and after the last five no greater share succeeds than after the first five,
    the refusals do not depend on the rate: one node of several is in trouble, or something refuses
    by chance. Ever fewer requests would stop the client and help nothing, so this share of
    refusals is accepted until it changes.
    """

    __slots__ = ("_accepted", "_attempts", "_cuts", "_earlier", "_recent", "_regular", "_run", "_successes", "_top")

    def __init__(self) -> None:
        self._accepted: float | None = None
        self._recent = 0.0
        self._top = 0.0
        self._run = self._regular = 0
        self._begin()

    def _begin(self, earlier: float | None = None) -> None:
        self._earlier = earlier
        self._cuts = self._attempts = self._successes = 0

    def succeeded(self) -> None:
        """Count a success."""
        self._attempts += 1
        self._successes += 1
        self._run += 1
        if self._accepted is not None:
            self._recent -= self._recent / _MEMORY
            if self._recent < self._accepted / 2:
                self._accepted = None

    def is_push_back(self) -> bool:
        """Count a refusal, and return whether to slow down for it."""
        self._attempts += 1
        if self._accepted is not None:
            self._recent += (1 - self._recent) / _MEMORY
            if self._recent <= self._accepted + _MARGIN:
                return False
            self._accepted = None
        return True

    def cut(self, rate: float, *, is_soon: bool) -> float | None:
        """Note a cut of this rate, and whether it comes soon after the last one.

        Return the rate to go back to if the last cuts were in vain.
        """
        self._regular = 0 if is_soon else self._regular + 1
        if self._regular >= _REGULAR or self._run >= _CALM:
            self._begin()
            self._top = rate
        self._run = 0
        self._top = max(self._top, rate)
        self._cuts += is_soon
        if self._cuts <= _CUTS:
            return None
        share, earlier = self._successes / self._attempts, self._earlier
        self._begin(share)
        if earlier is None or not _LEAST <= share <= min(earlier + _BETTER, _GOOD):
            return None
        self._begin()
        self._accepted = self._recent = 1 - share
        return self._top
