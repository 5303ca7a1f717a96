"""The circuit of a client: send nothing to a host that is down, but probe it now and then."""

from typing import Final, Literal

Change = Literal["opened", "closed"]

_FAILURES: Final = 10
_FIRST_PAUSE: Final = 1.0
_LONGEST_PAUSE: Final = 30.0
_LONGEST_PROBE: Final = 120.0


class Circuit:
    """Opens after so many failures in a row, of any call. Times are seconds of the client's clock.

    While it is open, calls fail at once, since nothing would come of them but load on a service in
    trouble. After a pause one request is let through as a probe: if it succeeds the circuit closes,
    otherwise the next pause is twice as long.

    Attributes:
        failures: Their number in a row; zero while the host is up.
    """

    __slots__ = ("_pause", "_probe_at", "_probing_since", "failures")

    def __init__(self) -> None:
        self.failures: int = 0
        self._pause = _FIRST_PAUSE
        self._probe_at: float | None = None
        self._probing_since: float | None = None

    @property
    def is_open(self) -> bool:
        """Whether requests are held back."""
        return self._probe_at is not None

    def seconds_to_probe(self, now: float) -> float | None:
        """Return None if a request may be sent now, else the seconds until the next may.

        A request that may be sent while the circuit is open is the probe; its outcome must be
        reported to :meth:`succeeded`, :meth:`failed` or :meth:`abandoned`.
        """
        if self._probe_at is None:
            return None
        # A probe of which nothing is heard, since an interrupt ended it, must not hold others back.
        if now >= self._probe_at and (self._probing_since is None or now >= self._probing_since + _LONGEST_PROBE):
            self._probing_since = now
            return None
        return max(self._probe_at - now, 0.0)

    def succeeded(self) -> Change | None:
        """Note that the host answers."""
        self.failures = 0
        if not self.is_open:
            return None
        self._probe_at, self._probing_since, self._pause = None, None, _FIRST_PAUSE
        return "closed"

    def failed(self, now: float) -> Change | None:
        """Note that the host did not answer, or not as if it were up."""
        self.failures += 1
        if self._probe_at is not None:
            if self._probing_since is not None:
                self._pause = min(self._pause * 2, _LONGEST_PAUSE)
                self._probe_at, self._probing_since = now + self._pause, None
            return None
        if self.failures < _FAILURES:
            return None
        self._probe_at = now + self._pause
        return "opened"

    def abandoned(self) -> None:
        """Note that a request was given up, so that another may be the probe."""
        self._probing_since = None
