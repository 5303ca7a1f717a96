"""Modules that are imported when they are first used, and what a fork must wait for.

A child after ``fork`` inherits the locks of the modules that other threads of its parent are
importing, and no thread of the child ever releases them. So a fork waits until these imports are
done.
"""

import os
import threading
from collections.abc import Callable
from importlib import import_module
from typing import Any, Final, Generic, Self, TypeVar, overload

T = TypeVar("T")

# One lock for all: no thread that holds it waits for anything but an import of ours.
importing: Final = threading.RLock()
"""Held while a module is imported inside a call."""

if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=importing.acquire, after_in_parent=importing.release, after_in_child=importing.release)


class made_on_first_use(Generic[T]):
    """A property that is made, with the imports it needs, when it is first read, and then kept.

    Not ``functools.cached_property``: in Python 3.11 that has a lock of its own, which a child
    after ``fork`` may inherit locked.
    """

    def __init__(self, make: Callable[[Any], T]) -> None:
        self.func = make
        self._name = make.__name__
        self.__doc__ = make.__doc__

    @overload
    def __get__(self, owner: None, kind: type[Any]) -> Self: ...

    @overload
    def __get__(self, owner: object, kind: type[Any]) -> T: ...

    def __get__(self, owner: object | None, kind: type[Any]) -> Self | T:
        if owner is None:
            return self
        with importing:
            if self._name not in vars(owner):
                vars(owner)[self._name] = self.func(owner)
            value: T = vars(owner)[self._name]
            return value


class ModuleOnFirstUse:
    """Stands for a module, which is imported when an attribute of it is first read.

    For type checkers the name is the module: they see the import in the other branch of an ``if``.
    """

    def __init__(self, name: str) -> None:
        self._module_name = name

    def __getattr__(self, name: str) -> Any:
        with importing:
            value = vars(self)[name] = getattr(import_module(self._module_name), name)
            return value


def load_anyio() -> None:
    """Import the part of anyio that runs threads and timeouts on asyncio."""
    with importing:
        import anyio._backends._asyncio  # noqa: F401
