"""Stores: classes that hold the state of one kind of resource, saved under a stable key."""

from collections.abc import Callable
from typing import Any, Final, TypeVar

S = TypeVar("S")

_BY_KEY: Final[dict[str, type[Any]]] = {}
_KEYS: Final[dict[type[Any], str]] = {}


def store(key: str) -> Callable[[type[S]], type[S]]:
    """Return a decorator that registers the class of a store.

    The class must be callable without arguments, and then be empty. State files name the store by
    ``key``, so that its class and module can be renamed; the key must not change.
    """

    def register(kind: type[S]) -> type[S]:
        if key in _BY_KEY:
            raise ValueError(f"key must be unique, but there are two stores with the key {key!r}")
        _BY_KEY[key] = kind
        _KEYS[kind] = key
        return kind

    return register


def key_of(kind: type[Any]) -> str:
    """Return the key of the class of a store."""
    return _KEYS[kind]


def store_class(key: str) -> type[Any]:
    """Return the class of the store with a key.

    Raises:
        ValueError: There is no such store.
    """
    if key not in _BY_KEY:
        raise ValueError(f"there is no store {key!r}")
    return _BY_KEY[key]


def store_keys() -> frozenset[str]:
    """Return the keys of all stores."""
    return frozenset(_BY_KEY)
