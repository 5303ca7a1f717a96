"""A resource that exists while a block runs: the twin of ``AsyncTemporary``."""

from types import TracebackType
from typing import TYPE_CHECKING, Generic, TypeVar

from astra_devops._bridge.bridge import Bridge
from astra_devops._runtime.no_copies import NoCopies

if TYPE_CHECKING:
    from collections.abc import Callable

    from astra_devops.operations.temporary import AsyncTemporary

T_co = TypeVar("T_co", covariant=True)


class Temporary(NoCopies, Generic[T_co]):
    """A resource that is created when a ``with`` block begins, and terminated when it ends.

    The block begins when the resource is ready. It is terminated however the block ends, also if
    it never begins, and also by Ctrl-C.

    >>> temporary = astra.databases.temporary("ci", cloud_provider="aws", region="us-east-2")
    >>> with temporary as database:
    ...     print(database.id)
    """

    _no_copies = "a temporary resource cannot be copied or pickled: the block that creates it terminates it; pass on its id"

    def __init__(self, bridge: Bridge, make: "Callable[[], AsyncTemporary[T_co]]") -> None:
        self._bridge = bridge
        # Made at once, so that an invalid argument is reported by the call that passed it.
        self._temporary = make()

    @property
    def name(self) -> str:
        """The name of the resource."""
        return self._temporary.name

    @property
    def id(self) -> str | None:
        """Its id; None until the service has accepted its creation."""
        return self._temporary.id

    def __enter__(self) -> T_co:
        """Create the resource, and wait until it is ready.

        Raises the errors of the call that creates it, and of the wait.

        Raises:
            RuntimeError: The block was entered before.
        """
        return self._bridge.call(self._temporary.__aenter__)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        """Terminate the resource. The service has accepted that when the block is over.

        An error of the termination becomes a note of the error of the block, if there is one.
        """
        self._bridge.call(self._temporary.__aexit__, kind, error, traceback)

    def __repr__(self) -> str:
        return repr(self._temporary).replace("<Async", "<", 1)
