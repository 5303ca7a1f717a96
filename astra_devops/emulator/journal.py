"""The record of what was asked of the emulator, for tests to look at afterwards."""

from collections import deque
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any, Literal

import attrs
import orjson

from astra_devops.emulator.contract import operation_names

KEPT = 10_000
"""How many of the last requests are kept."""

EndpointKind = Literal["devops", "bundle", "data"]


@attrs.define(eq=False)
class Exchange:
    """One request, and what came of it.

    ``operation`` is the operation id of the contract; ``None`` where there is no such route.
    ``status`` is ``None`` as long as nothing was answered, and stays so when a fault cut the line;
    ``outcome`` then says what happened. ``authorized`` tells whether an Authorization or Token
    header came along; the header itself is never kept.
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

    @property
    def body(self) -> Any:
        """The body as decoded JSON, as bytes where it is not JSON, and None if it was empty."""
        if not self.raw_body:
            return None
        try:
            return orjson.loads(self.raw_body)
        except orjson.JSONDecodeError:
            return self.raw_body


class Journal:
    """The last requests, oldest first."""

    def __init__(self, operations: Collection[str] | None = None) -> None:
        self._exchanges: deque[Exchange] = deque(maxlen=KEPT)
        self._operations = operations

    def add(self, exchange: Exchange) -> None:
        """Note one request."""
        self._exchanges.append(exchange)

    def of(self, operation: str) -> list[Exchange]:
        """List the requests for one operation, such as ``"createDatabase"``; also ``"downloadBundle"`` and ``"dataApi"``.

        Raises:
            ValueError: there is no such operation.
        """
        operation_names.checked(operation, self._operations)
        return [exchange for exchange in list(self._exchanges) if exchange.operation == operation]

    def count(self, operation: str) -> int:
        """Count the requests for one operation.

        Raises:
            ValueError: there is no such operation.
        """
        return len(self.of(operation))

    def clear(self) -> None:
        """Forget everything."""
        self._exchanges.clear()

    def __iter__(self) -> Iterator[Exchange]:
        return iter(list(self._exchanges))

    def __len__(self) -> int:
        return len(self._exchanges)

    def __getitem__(self, position: int) -> Exchange:
        return self._exchanges[position]

    def __repr__(self) -> str:
        return f"Journal({list(self._exchanges)!r})"
