"""Values that become visible only some time after they were set, as at the service."""

from typing import Generic, TypeVar

import attrs

from astra_devops.emulator.time.instants import Instant

V = TypeVar("V")


@attrs.define
class DelayedValue(Generic[V]):
    """A value that readers see with a delay.

    A change is based on ``latest``; readers get :meth:`at`.
    """

    _visible: V
    _pending: list[tuple[Instant, V]] = attrs.field(factory=list, init=False)

    @property
    def latest(self) -> V:
        """The value that was set last."""
        return self._pending[-1][1] if self._pending else self._visible

    def set(self, value: V, due: Instant) -> None:
        """Set the value, which becomes visible at ``due`` (seconds of the emulator's clock).

        It replaces earlier values that would become visible later.
        """
        self._pending = [*(entry for entry in self._pending if entry[0] <= due), (due, value)]

    def at(self, now: float) -> V:
        """Return the visible value at a time, which must not be before that of an earlier call."""
        while self._pending and self._pending[0][0] <= now:
            self._visible = self._pending.pop(0)[1]
        return self._visible
