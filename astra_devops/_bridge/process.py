"""Values that each process makes for itself.

A child after ``fork`` must never touch the sockets and threads of its parent.
"""

import os
import threading
import weakref
from collections.abc import Callable, Iterator
from typing import Any, Final, Generic, TypeVar

V = TypeVar("V")


class WeakRegistry(Generic[V]):
    """Weak references to objects, which may be iterated over while other threads add and drop some.

    A child after ``fork`` may iterate over them too. A ``WeakSet`` allows neither: it updates its
    records in several steps, and another thread or a fork can come between two of them.
    """

    def __init__(self) -> None:
        self._references: dict[int, weakref.ref[V]] = {}

    def add(self, member: V) -> None:
        """Add ``member``, which stays until nothing else refers to it."""
        key, references = id(member), self._references
        references[key] = weakref.ref(member, lambda dead: references.pop(key, None) if references.get(key) is dead else None)

    def __iter__(self) -> Iterator[V]:
        for reference in list(self._references.values()):
            member = reference()
            if member is not None:
                yield member


class PerProcess(Generic[V]):
    """A value that is made on first use, once in each process.

    A child after ``fork`` keeps its parent's value alive but never uses it, and makes its own on
    first use. Pass ``first`` if this process already has a value.
    """

    def __init__(self, make: Callable[[], V], first: V | None = None) -> None:
        self._make = make
        self._value = first
        # Reentrant: a signal handler may need the value while the thread it interrupts makes it.
        self._lock = threading.RLock()
        _instances.add(self)

    def __call__(self) -> V:
        """Return the value of this process, and make it if there is none yet.

        Threads that call this at the same time get the same value.
        """
        value = self._value
        if value is not None:
            return value
        with self._lock:
            if self._value is None:
                self._value = self._make()
            return self._value

    def get(self) -> V | None:
        """Return the value of this process, or None; wait if another thread is making it."""
        with self._lock:
            return self._value

    def peek(self) -> V | None:
        """Return the value of this process, or None, without taking a lock: for ``__del__``."""
        return self._value

    def forget(self, value: V) -> None:
        """Make a new value on the next use, if ``value`` is still the one of this process."""
        with self._lock:
            if self._value is value:
                self._value = None

    def reset_after_fork(self) -> None:
        """Start over in a child process.

        The lock is replaced too: a thread that the child does not have may hold the old one.
        """
        self._lock = threading.RLock()
        inherited, self._value = self._value, None
        if inherited is not None:
            keep_alive(inherited)


_instances: Final[WeakRegistry[PerProcess[Any]]] = WeakRegistry()
_kept_alive: Final[list[object]] = []


def keep_alive(value: object) -> None:
    """Keep ``value`` alive until the process ends.

    A selector inherited through ``fork`` is shared with the parent. If a connection registered in
    it were collected in the child, its socket would be unregistered for the parent too, and the
    parent would wait forever. The fork hook below holds on to the globals of this module, so the
    list outlives even the interpreter's shutdown.
    """
    _kept_alive.append(value)


def _reset_all_after_fork() -> None:
    for instance in _instances:
        instance.reset_after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_reset_all_after_fork)
