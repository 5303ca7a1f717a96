"""The journal: a record of the requests that the emulator received, for tests to inspect."""

from collections import deque
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any, Final, Literal

import attrs

from astra_devops._json_bytes import codec
from astra_devops.emulator.contract import operation_names

_CAPACITY: Final = 10_000
"""How many of the last requests are kept."""

EndpointKind = Literal["devops", "bundle", "data"]


@attrs.define(eq=False)
class Exchange:
    """One request and its outcome.

    ``operation`` is the operation id of the contract, or None for an unknown route. ``status`` is
    None until the request is answered, and stays None if a fault cuts the connection; ``outcome``
    then says what happened. ``own_status`` is what the service itself answered, before a fault
    changed that; None if the request was not executed. ``authorized`` says whether the request had
    an Authorization or Token header; the header itself is never kept.
    """

    endpoint_kind: EndpointKind
    method: str
    path: str
    operation: str | None
    at: datetime
    authorized: bool
    query: Mapping[str, str] = attrs.field(factory=dict, repr=False)
    raw_body: bytes = attrs.field(default=b"", repr=False)
    status: int | None = None
    outcome: str | None = None
    own_status: int | None = None

    @property
    def body(self) -> Any:
        """The body: decoded JSON, bytes if it is not JSON, or None if it is empty."""
        if not self.raw_body:
            return None
        try:
            return codec.loads(self.raw_body)
        except codec.JSONDecodeError:
            return self.raw_body


class Journal:
    """The last requests, oldest first.

    Attributes:
        total: The number of all requests so far, those included that have been removed.
    """

    def __init__(self, operations: Collection[str] | None = None) -> None:
        self._exchanges: deque[Exchange] = deque(maxlen=_CAPACITY)
        self._operations = operations
        self.total: int = 0

    def add(self, exchange: Exchange) -> None:
        """Add a request."""
        self._exchanges.append(exchange)
        self.total += 1

    def of(self, operation: str) -> list[Exchange]:
        """List the requests for an operation, such as ``"createDatabase"``.

        ``"downloadBundle"`` and ``"dataApi"`` are names too.

        Raises:
            ValueError: The operation does not exist.
        """
        operation_names.check(operation, self._operations)
        return [exchange for exchange in list(self._exchanges) if exchange.operation == operation]

    def count(self, operation: str) -> int:
        """Count the requests for an operation.

        Raises:
            ValueError: The operation does not exist.
        """
        return len(self.of(operation))

    def clear(self) -> None:
        """Remove all requests."""
        self._exchanges.clear()

    def __iter__(self) -> Iterator[Exchange]:
        return iter(list(self._exchanges))

    def __len__(self) -> int:
        return len(self._exchanges)

    def __getitem__(self, position: int) -> Exchange:
        return self._exchanges[position]

    def __repr__(self) -> str:
        return f"Journal({list(self._exchanges)!r})"
