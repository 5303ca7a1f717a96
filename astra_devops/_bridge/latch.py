"""A one-shot signal between threads."""

import threading


class Latch:
    """A signal that is given once, and releases every thread that waits for it, then or later.

    An interrupt such as Ctrl-C may fall into any line of a wait. ``threading.Event`` cannot handle
    that: it is written in Python around a lock, and an interrupt at the wrong moment leaves that
    lock locked forever. A ``with`` statement on a plain lock cannot be interrupted halfway.
    """

    __slots__ = ("_lock", "is_open")

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lock.acquire()
        self.is_open = False

    def open(self) -> None:
        """Release all threads that wait, now or later.

        Call it only from threads that cannot be interrupted, which is any but the main thread.
        """
        if not self.is_open:
            self.is_open = True
            self._lock.release()

    def wait(self) -> None:
        """Block until the latch is open."""
        if not self.is_open:
            with self._lock:
                pass
