"""Values that each process makes for itself, so that a child after ``fork`` never touches the sockets and threads of its parent."""

import os
import threading
import weakref
from collections.abc import Callable, Iterator
from typing import Any, Generic, TypeVar

V = TypeVar("V")


class WeakRegistry(Generic[V]):
    """Hold members weakly, in a way that may be walked while other threads add and drop some, and in a child after ``fork``.

    A ``WeakSet`` may not: it keeps book in several steps, and a fork can fall between two of them.
    """

    def __init__(self) -> None:
        self._members: dict[int, weakref.ref[V]] = {}

    def add(self, member: V) -> None:
        """Keep ``member`` on the list for as long as something else keeps it alive."""
        key, members = id(member), self._members
        members[key] = weakref.ref(member, lambda gone: members.pop(key, None) if members.get(key) is gone else None)

    def __iter__(self) -> Iterator[V]:
        for reference in list(self._members.values()):
            member = reference()
            if member is not None:
                yield member


class PerProcess(Generic[V]):
    """A value made on first use, once in each process.

    In a child after ``fork`` the parent's value is pinned, untouched, and the next use makes a new
    one. ``first`` is the value that this process has already.
    """

    def __init__(self, make: Callable[[], V], first: V | None = None) -> None:
        self._make = make
        self._value = first
        # A signal handler may come while its own thread makes the value, and want it too.
        self._lock = threading.RLock()
        _cells.add(self)

    def __call__(self) -> V:
        """Give this process's value; make it if there is none yet.

        Threads that come at the same time get the same one.
        """
        value = self._value
        if value is not None:
            return value
        with self._lock:
            if self._value is None:
                self._value = self._make()
            return self._value

    def get(self) -> V | None:
        """Give this process's value if it has one, once a making that is under way is over."""
        with self._lock:
            return self._value

    def peek(self) -> V | None:
        """Give this process's value if it has one, without waiting for anything: for use in ``__del__``."""
        return self._value

    def forget_parent(self) -> None:
        """Start anew, in a child that was just forked: the lock may be held by a thread that the child does not have."""
        self._lock = threading.RLock()
        inherited, self._value = self._value, None
        if inherited is not None:
            pin(inherited)


_cells: WeakRegistry[PerProcess[Any]] = WeakRegistry()
_pinned: list[object] = []


def pin(value: object) -> None:
    """Keep ``value`` alive until the process is gone.

    A selector that was inherited by ``fork`` is shared with the parent: were a connection in it
    collected here, its socket would be taken off the parent's watch too, and the parent would wait
    for ever. The hook below keeps the list, and so what it holds, through the interpreter's own
    teardown.
    """
    _pinned.append(value)


def _forget_parent() -> None:
    for cell in _cells:
        cell.forget_parent()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_parent)
