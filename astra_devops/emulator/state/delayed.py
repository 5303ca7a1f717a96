"""Values that show only some time after they were set: the service accepts, and gets round to it."""

from typing import Generic, TypeVar

import attrs

from astra_devops.emulator.time.instants import Instant

V = TypeVar("V")


@attrs.define
class DelayedValue(Generic[V]):
    """A value as readers see it.

    Changes start out from ``latest``, readers get what :meth:`at` gives.
    """

    _shown: V
    _coming: list[tuple[Instant, V]] = attrs.field(factory=list, init=False)

    @property
    def latest(self) -> V:
        """The value that was set last."""
        return self._coming[-1][1] if self._coming else self._shown

    def set(self, value: V, due: Instant) -> None:
        """Set the value; it shows from ``due`` on (seconds of the emulator's clock)."""
        self._coming.append((due, value))

    def at(self, now: float) -> V:
        """Tell which value shows at a time, which is not before that of an earlier call."""
        while self._coming and self._coming[0][0] <= now:
            self._shown = self._coming.pop(0)[1]
        return self._shown
