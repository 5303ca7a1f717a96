"""The async client that a blocking client calls."""

from collections.abc import Callable
from typing import Generic, Optional, TypeVar

from astra_devops._bridge.bridge import Bridge, Closable
from astra_devops._bridge.process import PerProcess
from astra_devops._runtime.no_copies import NoCopies

C = TypeVar("C", bound=Closable)


class ClientHandle(NoCopies, Generic[C]):
    """An async client, made once in each process, and the bridge that it runs on.

    Args:
        name: The class name to use in error messages.
        bridge: A bridge shared with other clients, which stays open when this client is closed;
            None for a bridge of its own.
        make: Creates the async client. The first is created at once, so that an invalid setting is
            reported where it was passed.
        parent: The handle that this one is a view of. A view is open as long as its parent is.
    """

    def __init__(self, name: str, bridge: Bridge | None, make: Callable[[], C], parent: Optional["ClientHandle[C]"] = None) -> None:
        if bridge is not None and not isinstance(bridge, Bridge):
            raise TypeError(f"bridge must be a Bridge, not {type(bridge).__name__}")
        self._name = name
        self._shared = bridge is not None
        self._parent = parent
        self._closed = False
        self._client = PerProcess(make, make())
        self.bridge = bridge if bridge is not None else Bridge(name)
        if parent is None:
            self.bridge.add_client(self._client)

    def __call__(self) -> C:
        """Return the client of this process.

        Raises:
            RuntimeError: The client is closed.
        """
        if self.closed:
            raise RuntimeError(f"{self._name} is closed")
        return self._client()

    @property
    def closed(self) -> bool:
        """Whether the client, its parent or its bridge is closed."""
        return self._closed or self.bridge.closed or (self._parent is not None and self._parent.closed)

    def view(self, make: Callable[[], C]) -> "ClientHandle[C]":
        """Return a handle of a view of this client. Each process makes the view again."""
        return ClientHandle(self._name, self.bridge, make, self)

    def close(self) -> None:
        """Close the client, and the bridge unless it is shared.

        Closing a view does nothing, and neither does closing a client again.
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
            self.bridge.remove_client(self._client)

    def __repr__(self) -> str:
        # A debugger shows one that is not complete, too, if a setting is refused.
        is_closed = hasattr(self, "bridge") and self.closed
        return f"<{self._name}{' view' if self._parent else ''}{' (closed)' if is_closed else ''}>"
