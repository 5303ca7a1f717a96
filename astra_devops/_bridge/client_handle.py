"""The async client behind a blocking one."""

from collections.abc import Callable
from typing import Generic, Optional, TypeVar

from astra_devops._bridge.bridge import Bridge, Closable
from astra_devops._bridge.process import PerProcess

C = TypeVar("C", bound=Closable)


class ClientHandle(Generic[C]):
    """A recipe for an async client, and the client that it makes in each process, with the bridge on which it lives.

    The first is made at once, so that a setting that is no good is reported where it was given. A
    ``bridge`` that was handed in serves others too, and stays open when this client is closed. A
    view has a ``parent``, and is open for as long as that is.
    """

    def __init__(self, name: str, bridge: Bridge | None, make: Callable[[], C], parent: Optional["ClientHandle[C]"] = None) -> None:
        self._name = name
        self._shared = bridge is not None
        self._parent = parent
        self._closed = False
        self._client = PerProcess(make, make())
        self.bridge = bridge if bridge is not None else Bridge(name)
        if parent is None:
            self.bridge.adopt(self._client)

    def __call__(self) -> C:
        """Give the client of this process."""
        if self.closed:
            raise RuntimeError(f"{self._name} is closed")
        return self._client()

    @property
    def closed(self) -> bool:
        """Whether it was closed, or its bridge was."""
        return self._closed or self.bridge.closed or (self._parent is not None and self._parent.closed)

    def view(self, make: Callable[[], C]) -> "ClientHandle[C]":
        """Make the same for a view of the client, which each process makes anew as well."""
        return ClientHandle(self._name, self.bridge, make, self)

    def close(self) -> None:
        """Close the client, and the bridge unless others share it.

        Closing a view does nothing, closing twice no harm.
        """
        if self._parent is not None:
            return
        if not self._shared:
            self.bridge.close()
        elif not self.closed:
            client = self._client.get()
            if client is not None:
                self.bridge.call(client.aclose)
            self._closed = True
            self.bridge.disown(self._client)

    def __repr__(self) -> str:
        return f"<{self._name}{' view' if self._parent else ''}{' (closed)' if self.closed else ''}>"
