"""A signal between threads."""

import threading


class Latch:
    """Opens once, and lets everybody through who waits or comes later.

    An interrupt may fall into any line of a wait. ``threading.Event`` does not stand that: it is
    written in Python over a lock, which an interrupt at the wrong moment leaves locked for ever. A
    ``with`` statement on a plain lock is never cut in two.
    """

    __slots__ = ("_lock", "opened")

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lock.acquire()
        self.opened = False

    def open(self) -> None:
        """Let everybody through.

        Only ever from threads that are not interrupted: any but the main one.
        """
        if not self.opened:
            self.opened = True
            self._lock.release()

    def wait(self) -> None:
        """Block until it is open."""
        if not self.opened:
            with self._lock:
                pass
